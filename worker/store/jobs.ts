import { type RawBuilder, type Selectable, sql } from 'kysely'
import type { JobState, JobTable, UnitKind, UnitSource } from '../../schema/tables.ts'
import { type ExportShape, plainShape } from '../fhir/export-shape.ts'
import type { JobAuthorization } from '../fhir/scope/job-authorization.ts'
import { type AuditEvent, insertAuditIf } from './audit.ts'
import { auditExpiry } from './audit-expiry.ts'
import { batchByClock, type WriteOptions } from './clock-skew.ts'
import type { Db, Statement } from './db.ts'
import { hasPlace, type Place } from './job-place.ts'

/** One export job as the engine and the status request see it. Instants in milliseconds since the epoch. */
export type Job = {
  readonly jobId: string
  readonly level: JobTable['level']
  readonly state: JobState
  readonly requestUrl: string
  readonly baseUrl: string
  /** Type ids the client asked for, or those of all that it may have; empty means all. */
  readonly typeIds: readonly number[]
  /** At Group level, the `resource_key` of the Group. */
  readonly groupKey: number | undefined
  /** Keys of the patients the client lists in `patient`; `undefined` when it lists none. */
  readonly patientKeys: readonly number[] | undefined
  readonly sinceMs: number | undefined
  /** With `_since`: whether members who came later bring what they had before. */
  readonly groupBackfill: boolean
  /** What else of the request shapes what comes out. */
  readonly shape: ExportShape
  /** Types that come along when something exported refers to them, by how many references, and whether `_since` filters them. */
  readonly referenced: ReferencedResources
  /** What of its types may be exported; `undefined` is everything. */
  readonly authorization: JobAuthorization | undefined
  readonly transactionTime: number
  readonly asOf: number
  readonly sinceSeq: number
  readonly untilSeq: number
  readonly hasSince: boolean
  readonly codec: number
  readonly partBytes: number
  readonly fileBytes: number
  readonly rangeBytes: number
  readonly folder: string
  /** There are OperationOutcomes for the `error` files (`readOutcomeLines`). */
  readonly hasOutcomes: boolean
  readonly createdAt: number
  readonly endedAt: number | undefined
  readonly expiresAt: number | undefined
  readonly goneAt: number | undefined
  readonly failure: string | undefined
  /** Whose job it is; `undefined` is an administrator's, or everybody's with `AUTH=open`. */
  readonly clientId: string | undefined
  readonly actorName: string | undefined
  /** Exports of that client at once; `undefined` bounds them not. */
  readonly maxClientJobs: number | undefined
}

export type ReferencedResources = {
  /** Empty: none. */
  readonly typeIds: readonly number[]
  readonly maxDepth: number
  readonly onlySince: boolean
}

export type NewJob = {
  readonly jobId: string
  readonly level: JobTable['level']
  readonly requestUrl: string
  readonly baseUrl: string
  readonly typeIds: readonly number[]
  readonly groupKey: number | undefined
  readonly patientKeys: readonly number[] | undefined
  readonly groupBackfill: boolean
  readonly shape: ExportShape
  readonly referenced: ReferencedResources
  readonly authorization: JobAuthorization | undefined
  /** `_since` and `_until` in whole milliseconds: versions with `lastUpdated` above the one and below the other. */
  readonly sinceMs: number | undefined
  readonly untilMs: number | undefined
  readonly codec: number
  readonly partBytes: number
  readonly fileBytes: number
  readonly rangeBytes: number
  readonly outcomeLines: string
  /** Of a request with an `Idempotency-Key`: hashes of the key, and of what was asked for. */
  readonly idempotency: Idempotency | undefined
  readonly clientId: string | undefined
  readonly actorName: string | undefined
  /** Exports of that client at once; `undefined` bounds them not. */
  readonly maxClientJobs: number | undefined
}

export type Idempotency = { readonly keyHash: string; readonly requestHash: string }

/**
 * Writes a job and its `plan` unit and fixes its snapshot, in one transaction: `transactionTime` T is max(now, last assigned, T of
 * the job before), `asOf` the last `seq` given out, and the floor rises to T + 1 ms, so that a write in the same millisecond is
 * later than T. Writes nothing, and returns false, when there is a job with the same key already, or no place for another one.
 */
export const insertJob = async (
  db: Db,
  job: NewJob,
  { place, event, ...options }: WriteOptions & { readonly place: Place; readonly event: AuditEvent },
): Promise<boolean> => {
  const { now } = options
  const { keyHash = null, requestHash = null } = job.idempotency ?? {}
  const t = sql`max(${now}, c.last_assigned, c.floor - 1)`
  const isThere = sql`exists (select 1 from job where job_id = ${job.jobId})`
  const results = await batchByClock(db, options, [
    ...freeKey(keyHash, now),
    sql`insert into job (job_id, level, state, request_url, base_url, parameters, transaction_time, as_of, since_seq, until_seq,
        has_since, codec, part_bytes, file_bytes, range_bytes, folder, outcome_lines, turn, created_at,
        idempotency_key, request_hash, client_id, actor_name, max_client_jobs)
      select ${job.jobId}, ${job.level}, 'accepted', ${job.requestUrl}, ${job.baseUrl},
        ${JSON.stringify(parametersOf(job))}, ${t}, c.next_seq - 1,
        ${sinceSeqOf(job)}, ${untilSeqOf(job)},
        ${job.sinceMs === undefined ? 0 : 1}, ${job.codec}, ${job.partBytes}, ${job.fileBytes}, ${job.rangeBytes},
        strftime('%Y%m%dT%H%M%SZ', ${t} / 1000, 'unixepoch') || '_' || ${job.jobId}, ${job.outcomeLines}, 0, ${now},
        ${keyHash}, ${requestHash}, ${job.clientId ?? null}, ${job.actorName ?? null}, ${job.maxClientJobs ?? null}
      from store_clock c where not exists (select 1 from job where ${hasKey(keyHash)}) and ${hasPlace(place)}`,
    sql`update store_clock set floor = max(${now} + 1, last_assigned + 1, floor)`,
    insertUnits(job.jobId, [{ ...emptyUnit, ordinal: 0, kind: 'plan', plan: '{}' }], isThere),
    insertAuditIf(event, isThere),
  ])
  return results.at(-1)?.changed === 1
}

/** A job whose time is over gives its key back at once, and not only when the sweep comes by. */
const freeKey = (keyHash: string | null, now: number): readonly Statement[] => {
  if (keyHash === null) return []
  const isOver = sql`${hasKey(keyHash)} and expires_at <= ${now}`
  return [auditExpiry(isOver, now), sql`update job set expired_at = ${now}, sweep_after = 0 where ${isOver}`]
}

/** SQL: a job that clients may see has this key; none has null. In the words of the index. */
const hasKey = (keyHash: string | null): RawBuilder<unknown> =>
  sql`idempotency_key = ${keyHash} and removed_at is null and expired_at is null`

export type JobOfKey = { readonly jobId: string; readonly requestHash: string }

/** The job that was begun with this key, unless it is gone. */
export const readJobOfKey = async (db: Db, keyHash: string, now: number): Promise<JobOfKey | undefined> => {
  const { rows } = await sql<JobOfKey>`select job_id as jobId, request_hash as requestHash from job
    where ${hasKey(keyHash)} and (expires_at is null or expires_at > ${now})`.execute(db.query)
  return rows[0]
}

type Period = Pick<NewJob, 'sinceMs' | 'untilMs'>

/** SQL: what a job begun now would have as its snapshot, from the row `c` of `store_clock`. */
export const sinceSeqOf = ({ sinceMs }: Period): RawBuilder<unknown> =>
  sinceMs === undefined ? sql`0` : seqAtInstant(sql`<= ${sinceMs}`)

export const untilSeqOf = ({ untilMs }: Period): RawBuilder<unknown> =>
  sql`min(c.next_seq - 1, ${untilMs === undefined ? sql`c.next_seq - 1` : seqAtInstant(sql`< ${untilMs}`)})`

/** What of a request has no column of its own. */
export type JobParameters = Pick<
  NewJob,
  | 'typeIds'
  | 'groupKey'
  | 'patientKeys'
  | 'sinceMs'
  | 'untilMs'
  | 'groupBackfill'
  | 'shape'
  | 'referenced'
  | 'authorization'
>

const parametersOf = ({
  typeIds,
  groupKey,
  patientKeys,
  sinceMs,
  untilMs,
  groupBackfill,
  shape,
  referenced,
  authorization,
}: NewJob): JobParameters => ({
  typeIds,
  groupKey,
  patientKeys,
  sinceMs,
  untilMs,
  groupBackfill,
  shape,
  referenced,
  authorization,
})

/** The last `seq` whose `last_updated` compares so; instants and seqs grow together, so this is one seek. */
const seqAtInstant = (comparison: RawBuilder<unknown>): RawBuilder<unknown> =>
  sql`coalesce((select last_seq from instant where last_updated ${comparison} order by last_updated desc limit 1), 0)`

export type NewUnit = {
  readonly ordinal: number
  readonly kind: UnitKind
  readonly typeId: number | null
  readonly fileStem: string
  readonly rangeAfter: number
  readonly rangeEnd: number
  readonly linesTotal: number
  readonly plan: string | null
  /** Of a walk (`walk.ts`); null for all others. */
  readonly walkBase: number | null
  readonly source?: UnitSource
  readonly isContinued?: boolean
}
const emptyUnit = { typeId: null, fileStem: '', rangeAfter: 0, rangeEnd: 0, linesTotal: 0, walkBase: null }

/** Inserts units; `condition` (a fence) guards every row. One that is there already stays as it is. */
export const insertUnits = (
  jobId: string,
  units: readonly NewUnit[],
  condition: RawBuilder<unknown> = sql`true`,
): Statement => {
  const rows = units.map((u) => [
    u.ordinal,
    u.kind,
    u.typeId,
    u.fileStem,
    u.rangeAfter,
    u.rangeEnd,
    u.linesTotal,
    u.plan,
    u.walkBase,
    u.source ?? 'scan',
    u.isContinued === true ? 1 : 0,
  ])
  return sql`insert into work_unit (job_id, ordinal, kind, type_id, file_stem, state, range_after, range_end, cursor_after,
      cursor_offset, file_number, lines_total, lines_done, plan, fence, lease_until, attempts, not_before, walk_base,
      source, is_continued)
    select ${jobId}, u.value ->> 0, u.value ->> 1, u.value ->> 2, u.value ->> 3, 'open', u.value ->> 4, u.value ->> 5,
      u.value ->> 4, 0, 1, u.value ->> 6, 0, u.value ->> 7, 0, 0, 0, 0, u.value ->> 8,
      u.value ->> 9, u.value ->> 10
    from json_each(${JSON.stringify(rows)}) u where ${condition}
    on conflict (job_id, ordinal) do nothing`
}

export const readJob = async (db: Db, jobId: string): Promise<Job | undefined> => {
  const { rows } = await sql<JobRow>`select ${jobColumns} from job where job_id = ${jobId}`.execute(db.query)
  const [row] = rows
  return row === undefined ? undefined : toJob(row)
}

/** The OperationOutcomes of a job, as lines: there may be thousands, so they are no part of what is read of it all the time. */
export const readOutcomeLines = async (db: Db, jobId: string): Promise<string> => {
  const row = await db.query
    .selectFrom('job')
    .select('outcome_lines')
    .where('job_id', '=', jobId)
    .executeTakeFirst()
  return row?.outcome_lines ?? ''
}

/** What `toJob` makes a job of. */
export type JobRow = Omit<Selectable<JobTable>, 'outcome_lines' | 'last_page'> & {
  readonly has_outcomes: 0 | 1
}

/** SQL: the columns of a `JobRow`, of the only table that has them in its statement. */
export const jobColumns =
  sql.raw(`job_id, level, state, request_url, base_url, parameters, transaction_time, as_of, since_seq,
  until_seq, has_since, codec, part_bytes, file_bytes, range_bytes, folder, turn, created_at, ended_at, expires_at, expired_at,
  removed_at, swept_at, sweep_after, failure, outcome_lines <> '' as has_outcomes, idempotency_key, request_hash,
  client_id, actor_name, max_client_jobs`)

export const toJob = (row: JobRow): Job => ({
  jobId: row.job_id,
  level: row.level,
  state: row.state,
  requestUrl: row.request_url,
  baseUrl: row.base_url,
  ...readParameters(row.parameters),
  transactionTime: row.transaction_time,
  asOf: row.as_of,
  sinceSeq: row.since_seq,
  untilSeq: row.until_seq,
  hasSince: row.has_since === 1,
  codec: row.codec,
  partBytes: row.part_bytes,
  fileBytes: row.file_bytes,
  rangeBytes: row.range_bytes,
  folder: row.folder,
  hasOutcomes: row.has_outcomes === 1,
  createdAt: row.created_at,
  endedAt: row.ended_at ?? undefined,
  expiresAt: row.expires_at ?? undefined,
  goneAt: row.removed_at ?? row.expired_at ?? undefined,
  failure: row.failure ?? undefined,
  clientId: row.client_id ?? undefined,
  actorName: row.actor_name ?? undefined,
  maxClientJobs: row.max_client_jobs ?? undefined,
})

/** Without `untilMs`, which the engine knows as `until_seq`; it is kept for people (`read-job-list.ts`), and for who runs the job again. */
const readParameters = (text: string): Omit<JobParameters, 'untilMs'> => {
  const { untilMs: _, ...parameters } = parseParameters(text)
  return parameters
}

export const parseParameters = (text: string): JobParameters => {
  const parameters: JobParameters = JSON.parse(text)
  return {
    ...parameters,
    shape: parameters.shape ?? plainShape,
    referenced: parameters.referenced ?? nothing,
    authorization: parameters.authorization,
  }
}

/** Jobs begun before there was anything else still have to be shown and swept. */
const nothing: ReferencedResources = { typeIds: [], maxDepth: 0, onlySince: false }

/** What the store clock says now, the `transactionTime` of a job that began now: the instant no `_since` may lie behind. */
export const storeNow = async (db: Db, now: number): Promise<number> => {
  const row = await db.query
    .selectFrom('store_clock')
    .select(['last_assigned', 'floor'])
    .executeTakeFirstOrThrow()
  return Math.max(now, row.last_assigned, row.floor - 1)
}
