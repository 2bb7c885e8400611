import type { ColumnType, Generated } from 'kysely'

/**
 * The tables as Kysely sees them. What each is for, its keys and invariants: `schema/README.md`.
 *
 * Every `…_seq`, `seq`, `as_of` is a store sequence number; every `position` packs a resource type and a `seq`
 * (`worker/store/position.ts`); every instant is a whole number of milliseconds since the Unix epoch.
 */
export type Tables = {
  store_clock: StoreClockTable
  instant: InstantTable
  resource_type: ResourceTypeTable
  resource: ResourceTable
  resource_version: ResourceVersionTable
  resource_body: ResourceBodyTable
  compartment: CompartmentTable
  group_member: GroupMemberTable
  reference_path: ReferencePathTable
  reference: ReferenceTable
  job: JobTable
  work_unit: WorkUnitTable
  export_file: ExportFileTable
  file_part: FilePartTable
  carry: CarryTable
  job_group: JobGroupTable
  job_member: JobMemberTable
  job_patient: JobPatientTable
  job_extra: JobExtraTable
  job_match: JobMatchTable
  job_problem: JobProblemTable
  job_slice: JobSliceTable
  client: ClientTable
  key_set: KeySetTable
  used_assertion: UsedAssertionTable
  signing_key: SigningKeyTable
  access_token: AccessTokenTable
  administrator: AdministratorTable
  enrolment: EnrolmentTable
  passkey: PasskeyTable
  access_key: AccessKeyTable
  session: SessionTable
  sign_in: SignInTable
  audit_event: AuditEventTable
  attachment: AttachmentTable
}

export type StoreClockTable = { id: 1; next_seq: number; last_assigned: number; floor: number }
export type InstantTable = { last_updated: number; last_seq: number }
export type ResourceTypeTable = { type_id: number; name: string }
export type ResourceTable = {
  resource_key: Generated<number>
  type_id: number
  id: string
  current_position: number | null
}
export type ResourceVersionTable = {
  position: number
  seq: ColumnType<number, never, never>
  resource_key: number
  version_id: number
  last_updated: number
  superseded_by: number | null
  deleted: 0 | 1
  bytes: number
  /** The line holds marks in front of relative attachment URLs (`worker/fhir/attachment-urls.ts`). */
  marked: Generated<0 | 1>
}
export type ResourceBodyTable = { position: number; line: string }
export type CompartmentTable = { patient_key: number; position: number }
export type GroupMemberTable = {
  group_key: number
  member_key: number
  added_seq: number
  ordinal: number
  removed_seq: number | null
  inactive: 0 | 1
  period_start: number | null
  period_end: number | null
}
export type ReferencePathTable = { path_id: Generated<number>; path: string }
export type ReferenceTable = { position: number; path_id: number; target_key: number }

export type JobState = 'accepted' | 'in-progress' | 'completed' | 'failed' | 'cancelled'
export type JobTable = {
  job_id: string
  level: 'system' | 'patient' | 'group'
  state: JobState
  request_url: string
  base_url: string
  /** JSON of the parsed parameters (`JobParameters` in `worker/store/jobs.ts`); what follows from them stands in columns. */
  parameters: string
  transaction_time: number
  as_of: number
  since_seq: number
  until_seq: number
  has_since: 0 | 1
  codec: number
  part_bytes: number
  file_bytes: number
  range_bytes: number
  folder: string
  /** NDJSON of OperationOutcomes for the `error` files, fixed at kick-off. */
  outcome_lines: string
  turn: number
  created_at: number
  ended_at: number | null
  expires_at: number | null
  expired_at: number | null
  removed_at: number | null
  swept_at: number | null
  sweep_after: Generated<number>
  failure: string | null
  /** SHA-256 of the `Idempotency-Key` the request came with, and of the request itself, both in hexadecimal. */
  idempotency_key: string | null
  request_hash: string | null
  /** The page with which the manifest ends, once a client has been shown it; only of partial manifests. It may list nothing. */
  last_page: number | null
  /** Whose job it is: a registered client, or `name:client` of an issuer; null is an administrator's, or anybody's with `AUTH=open`. */
  client_id: string | null
  /** How that client, or the administrator, was called then. */
  actor_name: string | null
  /** How many exports of that client may run at once, as it was at the kick-off; null bounds them not. */
  max_client_jobs: number | null
}

export type UnitKind = 'plan' | 'output' | 'deleted' | 'error' | 'manifest'
/** Kinds that write files which the manifest lists. */
export type FileKind = Exclude<UnitKind, 'plan' | 'manifest'>
/**
 * Where the rows of `output` are read: positions of a type; patient by patient (`walk.ts`); positions of `job_extra`; or blocks, all types of
 * one patient after the other.
 */
export type UnitSource = 'scan' | 'walk' | 'extra' | 'block'
export type UnitState = 'open' | 'completing' | 'done'
export type WorkUnitTable = {
  job_id: string
  ordinal: number
  kind: UnitKind
  type_id: number | null
  file_stem: string
  state: UnitState
  /**
   * Bounds of the unit's rows: positions for `output`, seqs for `deleted`, for `error` 1, the outcomes of the kick-off, and positions.
   * Exclusive, inclusive.
   */
  range_after: number
  range_end: number
  cursor_after: number
  cursor_offset: number
  file_number: number
  lines_total: number
  lines_done: number
  /** Of `output` that is read patient by patient: the ordinal before the first one's; then rows are counted as in `walk.ts`. */
  walk_base: number | null
  source: Generated<UnitSource>
  /** Of blocks: the last one goes on in the file of the next unit. */
  is_continued: Generated<0 | 1>
  /** State of the planner, JSON; only of the `plan` unit. */
  plan: string | null
  fence: number
  lease_until: number
  attempts: number
  not_before: number
  last_error: string | null
}

export type FileState = 'writing' | 'completing' | 'complete'
export type ExportFileTable = {
  job_id: string
  ordinal: number
  file_number: number
  name: string
  state: FileState
  upload_id: string | null
  start_after: number
  start_offset: number
  lines: number
  bytes: number
  etag: string | null
  /** How often it was written anew because the storage had lost its upload. */
  restarts: Generated<number>
  /** Base64, as S3 says it: of the whole file, or, when it was uploaded in parts, of their digests, then `-` and how many. */
  sha256: string | null
  /** JSON: the digests of its parts, Base64; null when there are none. */
  part_sha256: string | null
  /** The page of the manifest that lists it, from 1, once a client has been shown that page; only of partial manifests. */
  page: number | null
}
export type FilePartTable = {
  job_id: string
  ordinal: number
  file_number: number
  part_number: number
  etag: string
  bytes: number
  sha256: string | null
}
export type CarryTable = { job_id: string; ordinal: number; chunk: number; bytes: Uint8Array }

/** Groups whose members a job takes: the one of its URL, and those nested in it. */
export type JobGroupTable = {
  job_id: string
  group_key: number
  /** The seq since which all that it holds has belonged to the population, by way of it. */
  added_seq: number
  /** Cursor: members up to this key are taken. */
  member_after: number
  is_done: 0 | 1
}
/** Patients a job is about, dead or alive, since `added_seq`. */
export type JobMemberTable = { job_id: string; patient_key: number; added_seq: number }
/** The population: those of them who are there at `asOf`, numbered without gap in the order of their keys. */
export type JobPatientTable = {
  job_id: string
  ordinal: number
  patient_key: number
  /** Of his resources, the versions with a seq above the one and up to the other. */
  after_seq: number
  until_seq: number
  /** Of organized output: lines of the patient's block, its header included, and about how many bytes they have; null is no block. */
  block_lines: number | null
  block_bytes: number | null
}
/**
 * Versions that come with a population though no compartment of it holds them: Provenance of its resources, and what they refer to.
 * Each once, under ordinal 0; in organized output once for each patient it belongs to, under his ordinal.
 */
export type JobExtraTable = {
  job_id: string
  ordinal: number
  position: number
  /** How many references lead from the population to it; 0 for Provenance, which points at the population. */
  depth: number
}
/** Versions that satisfy a filter of their type (`_typeFilter`): of types that have one, no other is exported. */
export type JobMatchTable = { job_id: string; position: number }
/**
 * Resources that could not be exported, each once: the unit that tells of them, the position of the version, and an OperationOutcome that
 * says why, a line without its newline.
 */
export type JobProblemTable = { job_id: string; ordinal: number; row_number: number; outcome: string }

/** A slice that has ended, for people who look at how a job went; the last ones of each job. Under one fence a unit has one slice. */
export type JobSliceTable = {
  job_id: string
  /** From 1, in the order in which they ended. */
  number: number
  ordinal: number
  fence: number
  began_at: number
  ended_at: number
  /** Rows that were read, whether or not anything came of them, and their bytes. */
  rows: number
  bytes: number
  /** `done` with the unit, `continues`, or how it failed. */
  outcome: string
}

/** Clients of SMART Backend Services. `jwks_url` or `jwks`, never both. */
export type ClientTable = {
  client_id: string
  name: string
  jwks_url: string | null
  /** JSON: the public keys as they were registered. */
  jwks: string | null
  /** What it may ask for at most, by blanks. */
  scopes: string
  /** JSON: ids of the Groups it may export; null is every one that its scopes let it read. */
  group_ids: string | null
  /** JSON: names of the storages it may have its files in; null is all. */
  destinations: string | null
  /** Null: what the configuration says. */
  requests_per_minute: number | null
  max_running_jobs: number | null
  suspended_at: number | null
  created_at: number
  changed_at: number
}
/** Key sets (JWKS) as they were fetched. */
export type KeySetTable = {
  url: string
  /** The set as it was judged; null: none that may be kept. */
  body: string | null
  /** By its `Cache-Control`; asked for anew from then on, and not used. */
  fresh_until: Generated<number>
  /** When it was last asked for before its time, because of a `kid` it did not have. */
  forced_at: Generated<number>
  /** When it could not be had, if that was so the last time; 0 otherwise. */
  failed_at: Generated<number>
}
/** Client assertions that have been used, for as long as they could be used again (RFC 7523 section 3). */
export type UsedAssertionTable = {
  issuer: string
  jti_hash: string
  /** Of the use that was first: the statements that go with it ask for theirs. */
  use_id: string
  expires_at: number
}
/** Keys that sign our access tokens. `private_jwk` is sealed (`platform/secret-box.ts`). */
export type SigningKeyTable = {
  key_id: string
  public_jwk: string
  private_jwk: string
  created_at: number
  /** From then on it only verifies. */
  retired_at: number | null
}
/** Access tokens that we have issued, by their `jti`; the tokens themselves are nowhere. */
export type AccessTokenTable = {
  token_id: string
  client_id: string
  scopes: string
  issued_at: number
  expires_at: number
  revoked_at: number | null
}

export type AdministratorTable = {
  administrator_id: string
  name: string
  role: 'admin' | 'viewer'
  /** Whom an identity provider knows him as, `issuer|sub`; null of those who enrolled here. */
  subject: string | null
  created_at: number
  suspended_at: number | null
}
/** Links by which an administrator enrols, once. Of all secrets below there are SHA-256 hashes only. */
export type EnrolmentTable = { secret_hash: string; administrator_id: string; expires_at: number }
export type PasskeyTable = {
  credential_id: string
  administrator_id: string
  name: string
  public_key: Uint8Array
  counter: number
  /** JSON. */
  transports: string
  created_at: number
  last_used_at: number | null
}
export type AccessKeyTable = {
  key_id: string
  administrator_id: string
  name: string
  secret_hash: string
  created_at: number
  expires_at: number | null
  last_used_at: number | null
  revoked_at: number | null
}
export type SessionTable = {
  secret_hash: string
  /** By which it is shown and ended; opens nothing. */
  session_id: string
  administrator_id: string
  method: 'passkey' | 'access-key' | 'enrolment' | 'oidc'
  /** The passkey or access key that it was begun with, and ends with. */
  credential: string | null
  source: string | null
  created_at: number
  expires_at: number
  last_seen_at: number
}
/** Signings-in under way: challenges of passkeys, states of OpenID Connect. Each is used once. */
export type SignInTable = {
  secret_hash: string
  kind: 'passkey' | 'enrolment' | 'oidc'
  state: string
  expires_at: number
}

/** Who did what, when, from where, and how it ended. Only ever added to: triggers refuse everything else. */
export type AuditEventTable = {
  event_id: Generated<number>
  recorded_at: number
  action: string
  outcome: 'success' | 'failure' | 'refused'
  actor_kind: 'open' | 'client' | 'administrator' | 'system' | 'stranger'
  actor_id: string | null
  actor_name: string | null
  source: string | null
  job_id: string | null
  /** What it was done to: `Group/x`, a file, a client, an administrator. */
  target: string | null
  /** JSON: what else is to be known; never resource content, never a secret. */
  detail: string
}

/** Which Binaries a version names by `Attachment.url`: `version_id` 0 is whichever is current. */
export type AttachmentTable = { position: number; binary_id: string; version_id: number }
