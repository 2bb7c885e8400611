import type { Generated } from 'kysely'

/** Jobs, their units, files and slices, and what went wrong in them. */
export type JobTables = {
  job: JobTable
  work_unit: WorkUnitTable
  export_file: ExportFileTable
  file_part: FilePartTable
  carry: CarryTable
  job_problem: JobProblemTable
  job_slice: JobSliceTable
}

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
