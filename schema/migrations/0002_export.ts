/** Export jobs, their work units, files and parts. Tables explained in `schema/README.md`. */
export const exportJobs: readonly string[] = [
  `create table job (
    job_id text primary key,
    level text not null,
    state text not null,
    request_url text not null,
    base_url text not null,
    parameters text not null,
    transaction_time integer not null,
    as_of integer not null,
    since_seq integer not null,
    until_seq integer not null,
    has_since integer not null,
    codec integer not null,
    part_bytes integer not null,
    file_bytes integer not null,
    range_bytes integer not null,
    folder text not null unique,
    outcome_lines text not null,
    turn integer not null,
    created_at integer not null,
    ended_at integer,
    expires_at integer,
    expired_at integer,
    removed_at integer,
    swept_at integer,
    failure text
  ) without rowid`,
  // Unique, so that the planner knows that units read for one job after the other need no sorting.
  `create unique index job_open on job (turn, job_id) where state in ('accepted', 'in-progress')`,
  `create index job_unswept on job (ended_at) where swept_at is null and ended_at is not null`,
  `create index job_expiring on job (expires_at) where expired_at is null and expires_at is not null`,
  `create index job_gone on job (coalesce(removed_at, expired_at)) where coalesce(removed_at, expired_at) is not null`,

  `create table work_unit (
    job_id text not null,
    ordinal integer not null,
    kind text not null,
    type_id integer,
    file_stem text not null,
    state text not null,
    range_after integer not null,
    range_end integer not null,
    cursor_after integer not null,
    cursor_offset integer not null,
    file_number integer not null,
    lines_total integer not null,
    lines_done integer not null,
    plan text,
    fence integer not null,
    lease_until integer not null,
    attempts integer not null,
    not_before integer not null,
    last_error text,
    primary key (job_id, ordinal)
  ) without rowid`,
  `create index work_unit_open on work_unit (job_id, ordinal) where state <> 'done'`,

  `create table export_file (
    job_id text not null,
    ordinal integer not null,
    file_number integer not null,
    name text not null,
    state text not null,
    upload_id text,
    start_after integer not null,
    start_offset integer not null,
    lines integer not null,
    bytes integer not null,
    etag text,
    restarts integer not null default 0,
    primary key (job_id, ordinal, file_number)
  ) without rowid`,
  `create unique index export_file_by_name on export_file (job_id, name)`,

  `create table file_part (
    job_id text not null,
    ordinal integer not null,
    file_number integer not null,
    part_number integer not null,
    etag text not null,
    bytes integer not null,
    primary key (job_id, ordinal, file_number, part_number)
  ) without rowid`,

  `create table carry (
    job_id text not null,
    ordinal integer not null,
    chunk integer not null,
    bytes blob not null,
    primary key (job_id, ordinal, chunk)
  )`,
]
