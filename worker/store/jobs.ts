import { type Selectable, sql } from 'kysely'
import type { JobState, JobTable } from '../../schema/tables.ts'
import type { Db } from './db.ts'
import { type JobParameters, parseParameters } from './job-parameters.ts'

/** One export job as the engine and the status request see it. Instants in milliseconds since the epoch. */
export type Job = Omit<JobParameters, 'untilMs'> & {
  readonly jobId: string
  readonly level: JobTable['level']
  readonly state: JobState
  readonly requestUrl: string
  readonly baseUrl: string
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

/** What the store clock says now, the `transactionTime` of a job that began now: the instant no `_since` may lie behind. */
export const storeNow = async (db: Db, now: number): Promise<number> => {
  const row = await db.query
    .selectFrom('store_clock')
    .select(['last_assigned', 'floor'])
    .executeTakeFirstOrThrow()
  return Math.max(now, row.last_assigned, row.floor - 1)
}
