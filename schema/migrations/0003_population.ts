/** Patient and Group level: who is exported, and how a resource tells its patients. Tables explained in `schema/README.md`. */
export const population: readonly string[] = [
  'create index compartment_by_position on compartment (position, patient_key)',

  `create table job_group (
    job_id text not null,
    group_key integer not null,
    added_seq integer not null,
    member_after integer not null,
    is_done integer not null,
    primary key (job_id, group_key)
  ) without rowid`,
  'create index job_group_open on job_group (job_id) where is_done = 0',

  `create table job_member (
    job_id text not null,
    patient_key integer not null,
    added_seq integer not null,
    primary key (job_id, patient_key)
  ) without rowid`,

  `create table job_patient (
    job_id text not null,
    ordinal integer not null,
    patient_key integer not null,
    after_seq integer not null,
    until_seq integer not null,
    primary key (job_id, ordinal)
  ) without rowid`,
  'create unique index job_patient_by_key on job_patient (job_id, patient_key)',

  'alter table work_unit add column walk_base integer',
  'alter table resource_version add column marked integer not null default 0',
]
