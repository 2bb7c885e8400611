/** What the parameters of a kick-off ask for beyond types and instants. Tables explained in `schema/README.md`. */
export const wholeSpecification: readonly string[] = [
  "alter table work_unit add column source text not null default 'scan'",
  'alter table work_unit add column is_continued integer not null default 0',

  'alter table job_patient add column block_lines integer',
  'alter table job_patient add column block_bytes integer',

  `create table job_extra (
    job_id text not null,
    ordinal integer not null,
    position integer not null,
    depth integer not null,
    primary key (job_id, ordinal, position)
  ) without rowid`,

  `create table job_match (
    job_id text not null,
    position integer not null,
    primary key (job_id, position)
  ) without rowid`,

  `create table job_problem (
    job_id text not null,
    ordinal integer not null,
    row_number integer not null,
    outcome text not null,
    primary key (job_id, ordinal, row_number)
  ) without rowid`,

  'alter table file_part add column sha256 text',
  'alter table export_file add column sha256 text',
  'alter table export_file add column part_sha256 text',
  'alter table export_file add column page integer',
  'alter table job add column last_page integer',

  'alter table job add column idempotency_key text',
  'alter table job add column request_hash text',
  'create unique index job_by_idempotency_key on job (idempotency_key) where idempotency_key is not null and removed_at is null and expired_at is null',
]
