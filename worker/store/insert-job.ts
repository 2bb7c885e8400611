import { type RawBuilder, sql } from 'kysely'
import type { JobTable } from '../../schema/tables.ts'
import { type AuditEvent, insertAuditIf } from './audit.ts'
import { auditExpiry } from './audit-expiry.ts'
import { batchByClock, type WriteOptions } from './clock-skew.ts'
import type { Db, Statement } from './db.ts'
import { insertUnits, planUnit } from './insert-units.ts'
import { type JobParameters, showParameters } from './job-parameters.ts'
import { hasPlace, type Place } from './job-place.ts'

export type NewJob = JobParameters & {
  readonly jobId: string
  readonly level: JobTable['level']
  readonly requestUrl: string
  readonly baseUrl: string
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
 * later than T. Writes nothing, and returns false, when there is a job with the same key already, no place for another one, or `onlyIf` does not hold.
 */
export const insertJob = async (
  db: Db,
  job: NewJob,
  {
    place,
    event,
    onlyIf = sql`true`,
    ...options
  }: WriteOptions & {
    readonly place: Place
    readonly event: AuditEvent
    readonly onlyIf?: Statement | undefined
  },
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
        ${showParameters(job)}, ${t}, c.next_seq - 1,
        ${sinceSeqOf(job)}, ${untilSeqOf(job)},
        ${job.sinceMs === undefined ? 0 : 1}, ${job.codec}, ${job.partBytes}, ${job.fileBytes}, ${job.rangeBytes},
        strftime('%Y%m%dT%H%M%SZ', ${t} / 1000, 'unixepoch') || '_' || ${job.jobId}, ${job.outcomeLines}, 0, ${now},
        ${keyHash}, ${requestHash}, ${job.clientId ?? null}, ${job.actorName ?? null}, ${job.maxClientJobs ?? null}
      from store_clock c where not exists (select 1 from job where ${hasKey(keyHash)}) and ${hasPlace(place)} and ${onlyIf}`,
    sql`update store_clock set floor = max(${now} + 1, last_assigned + 1, floor)`,
    insertUnits(job.jobId, [planUnit], isThere),
    insertAuditIf(event, isThere),
  ])
  return results.at(-1)?.changed === 1
}

/** SQL: the job belongs to whom it belonged when it was read, and not to nobody because its client was deleted. */
export const isStillOf = (clientId: string | undefined, jobId: string): Statement =>
  sql`exists (select 1 from job where job_id = ${jobId} and client_id is ${clientId ?? null})`

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

/** The last `seq` whose `last_updated` compares so; instants and seqs grow together, so this is one seek. */
const seqAtInstant = (comparison: RawBuilder<unknown>): RawBuilder<unknown> =>
  sql`coalesce((select last_seq from instant where last_updated ${comparison} order by last_updated desc limit 1), 0)`
