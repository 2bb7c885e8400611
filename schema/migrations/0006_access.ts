/** Clients, administrators, what they hold, and the audit. Tables explained in `schema/README.md`. */
export const access: readonly string[] = [
  `create table client (
    client_id text primary key,
    name text not null,
    jwks_url text,
    jwks text,
    scopes text not null,
    group_ids text,
    destinations text,
    requests_per_minute integer,
    max_running_jobs integer,
    suspended_at integer,
    created_at integer not null,
    changed_at integer not null
  ) without rowid`,

  `create table key_set (
    url text primary key,
    body text,
    fresh_until integer not null default 0,
    forced_at integer not null default 0,
    failed_at integer not null default 0
  ) without rowid`,

  `create table used_assertion (
    issuer text not null,
    jti_hash text not null,
    use_id text not null,
    expires_at integer not null,
    primary key (issuer, jti_hash)
  ) without rowid`,
  'create index used_assertion_by_expiry on used_assertion (expires_at)',

  `create table signing_key (
    key_id text primary key,
    public_jwk text not null,
    private_jwk text not null,
    created_at integer not null,
    retired_at integer
  ) without rowid`,

  `create table access_token (
    token_id text primary key,
    client_id text not null,
    scopes text not null,
    issued_at integer not null,
    expires_at integer not null,
    revoked_at integer
  ) without rowid`,
  'create index access_token_by_client on access_token (client_id, expires_at)',
  'create index access_token_by_expiry on access_token (expires_at)',

  `create table administrator (
    administrator_id text primary key,
    name text not null,
    role text not null,
    subject text,
    created_at integer not null,
    suspended_at integer
  ) without rowid`,
  'create unique index administrator_by_subject on administrator (subject) where subject is not null',

  `create table enrolment (
    secret_hash text primary key,
    administrator_id text not null,
    expires_at integer not null
  ) without rowid`,

  `create table passkey (
    credential_id text primary key,
    administrator_id text not null,
    name text not null,
    public_key blob not null,
    counter integer not null,
    transports text not null,
    created_at integer not null,
    last_used_at integer
  ) without rowid`,
  'create index passkey_by_administrator on passkey (administrator_id)',

  `create table access_key (
    key_id text primary key,
    administrator_id text not null,
    name text not null,
    secret_hash text not null,
    created_at integer not null,
    expires_at integer,
    last_used_at integer,
    revoked_at integer
  ) without rowid`,
  'create index access_key_by_administrator on access_key (administrator_id)',

  `create table session (
    secret_hash text primary key,
    session_id text not null unique,
    administrator_id text not null,
    method text not null,
    credential text,
    source text,
    created_at integer not null,
    expires_at integer not null,
    last_seen_at integer not null
  ) without rowid`,
  'create index session_by_administrator on session (administrator_id)',
  'create index session_by_expiry on session (expires_at)',

  `create table sign_in (
    secret_hash text primary key,
    kind text not null,
    state text not null,
    expires_at integer not null
  ) without rowid`,
  'create index sign_in_by_expiry on sign_in (expires_at)',

  `create table audit_event (
    event_id integer primary key autoincrement,
    recorded_at integer not null,
    action text not null,
    outcome text not null,
    actor_kind text not null,
    actor_id text,
    actor_name text,
    source text,
    job_id text,
    target text,
    detail text not null
  )`,
  'create index audit_event_by_time on audit_event (recorded_at, event_id)',
  'create index audit_event_by_action on audit_event (action, recorded_at, event_id)',
  'create index audit_event_by_actor on audit_event (actor_id, recorded_at, event_id) where actor_id is not null',
  'create index audit_event_by_source on audit_event (source, recorded_at, event_id) where source is not null',
  'create index audit_event_by_job on audit_event (job_id, recorded_at, event_id) where job_id is not null',
  `create index audit_event_by_outcome on audit_event (outcome, recorded_at, event_id) where outcome <> 'success'`,
  'create index audit_event_by_target on audit_event (target, recorded_at, event_id) where target is not null',
  `create trigger audit_event_is_not_changed before update on audit_event
    begin select raise(abort, 'the audit is only ever added to'); end`,
  `create trigger audit_event_is_not_removed before delete on audit_event
    begin select raise(abort, 'the audit is only ever added to'); end`,

  'alter table job add column client_id text',
  'alter table job add column actor_name text',
  'create index job_by_client on job (client_id, created_at, job_id)',
  'alter table job add column max_client_jobs integer',
  // Of jobs that have not begun, whose turn is 0, the oldest comes first.
  'drop index job_open',
  `create unique index job_open on job (turn, created_at, job_id) where state in ('accepted', 'in-progress')`,
  `create index job_open_by_client on job (client_id, turn) where state in ('accepted', 'in-progress')`,

  `create table job_slice (
    job_id text not null,
    number integer not null,
    ordinal integer not null,
    fence integer not null,
    began_at integer not null,
    ended_at integer not null,
    rows integer not null,
    bytes integer not null,
    outcome text not null,
    primary key (job_id, number)
  ) without rowid`,
  'create unique index job_slice_by_fence on job_slice (job_id, ordinal, fence)',

  `create table attachment (
    position integer not null,
    binary_id text not null,
    version_id integer not null,
    primary key (position, binary_id, version_id)
  ) without rowid`,
  'create index attachment_by_binary on attachment (binary_id, version_id, position)',
]
