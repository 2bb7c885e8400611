/** The store of resource versions and what is indexed with them. Tables explained in `schema/README.md`. */
export const store: readonly string[] = [
  `create table store_clock (
    id integer primary key check (id = 1),
    next_seq integer not null,
    last_assigned integer not null,
    floor integer not null
  )`,
  `insert into store_clock (id, next_seq, last_assigned, floor) values (1, 1, 0, 0)`,

  `create table instant (
    last_updated integer primary key,
    last_seq integer not null
  )`,

  `create table resource_type (
    type_id integer primary key,
    name text not null unique
  )`,

  `create table resource (
    resource_key integer primary key,
    type_id integer not null,
    id text not null,
    current_position integer,
    unique (type_id, id)
  )`,

  `create table resource_version (
    position integer primary key,
    seq integer not null as (position & 17592186044415) virtual,
    resource_key integer not null,
    version_id integer not null,
    last_updated integer not null,
    superseded_by integer,
    deleted integer not null,
    bytes integer not null,
    unique (resource_key, version_id)
  )`,
  `create index resource_version_deleted on resource_version (seq) where deleted = 1`,

  `create table resource_body (
    position integer primary key,
    line text not null
  )`,

  `create table compartment (
    patient_key integer not null,
    position integer not null,
    primary key (patient_key, position)
  ) without rowid`,

  `create table group_member (
    group_key integer not null,
    member_key integer not null,
    added_seq integer not null,
    ordinal integer not null,
    removed_seq integer,
    inactive integer not null,
    period_start integer,
    period_end integer,
    primary key (group_key, member_key, added_seq, ordinal)
  ) without rowid`,

  `create table reference_path (
    path_id integer primary key,
    path text not null unique
  )`,

  `create table reference (
    position integer not null,
    path_id integer not null,
    target_key integer not null,
    primary key (position, path_id, target_key)
  ) without rowid`,
  `create index reference_by_target on reference (target_key, path_id, position)`,
]
