import { type RawBuilder, sql } from 'kysely'
import type { JobState, JobTable } from '../../schema/tables.ts'
import type { Db } from './db.ts'
import { isAmong, isAsked, type JobFilter } from './job-filter.ts'

/** A job as lists show it. Instants in milliseconds since the epoch. */
export type ListedJob = {
  readonly jobId: string
  readonly level: JobTable['level']
  readonly state: JobState
  readonly groupId: string | undefined
  /** Type ids it was asked for; empty means all. */
  readonly typeIds: readonly number[]
  /** How many patients were listed; `undefined` when none were, which means all. */
  readonly patients: number | undefined
  readonly sinceMs: number | undefined
  readonly untilMs: number | undefined
  readonly requestUrl: string
  readonly baseUrl: string
  readonly folder: string
  readonly transactionTime: number
  readonly createdAt: number
  readonly endedAt: number | undefined
  readonly expiresAt: number | undefined
  readonly failure: string | undefined
  /** Whose it is; `undefined` is an administrator's, or anybody's with `AUTH=open`. */
  readonly clientId: string | undefined
  /** How that client, or the administrator, was called then. */
  readonly actorName: string | undefined
  readonly isPlanned: boolean
  /** Lines of all its files: what the work is measured by. */
  readonly done: number
  readonly total: number
  /** Lines of `output` alone, each of which is a resource; those of `deleted` and `error` are not. */
  readonly resourcesDone: number
  readonly resourcesTotal: number
}

/** The place of a job in the list: what comes behind it is older, or of the same millisecond and has a smaller id. */
export type JobPlace = Pick<ListedJob, 'createdAt' | 'jobId'>

/** Before every job. */
const top: JobPlace = { createdAt: Number.MAX_SAFE_INTEGER, jobId: '' }

export type JobListRange = {
  readonly after?: JobPlace | undefined
  readonly filter?: JobFilter | undefined
  readonly now: number
}

/**
 * Jobs that are neither removed nor expired (I7), the newest first, behind `after` and no further than `last`; a range of an index, whatever
 * came before.
 */
export const readJobList = async (
  db: Db,
  range: JobListRange & { readonly limit: number; readonly last?: JobPlace | undefined },
): Promise<readonly ListedJob[]> => {
  const { filter, limit, last } = range
  const isNear =
    last === undefined ? sql`true` : sql`(created_at, job_id) >= (${last.createdAt}, ${last.jobId})`
  const { rows } =
    await sql<ListedRow>`select ${columns} from job where ${inRange(range)} and ${isNear} and ${isAsked(filter)}
    order by created_at desc, job_id desc limit ${limit}`.execute(db.query)
  return rows.map(toListedJob)
}

/**
 * How far one request looks for what no index finds; `undefined` is to the end. Behind that it is looked for on the next page, so that a
 * request stays bounded however little there is to be found.
 */
export const readScanEnd = async (
  db: Db,
  range: JobListRange,
  scannedJobs: number,
): Promise<JobPlace | undefined> => {
  const { rows } = await sql<{ count: number; last: string | null }>`
    with scanned as materialized (select created_at, job_id from job where ${inRange(range)}
      order by created_at desc, job_id desc limit ${scannedJobs})
    select count(*) as count, min(printf('%015d', created_at) || job_id) as last from scanned`.execute(
    db.query,
  )
  const { count, last } = rows[0] ?? { count: 0, last: null }
  if (last === null || count < scannedJobs) return undefined
  return { createdAt: Number(last.slice(0, 15)), jobId: last.slice(15) }
}

/** SQL: what an index finds. */
const inRange = ({ after = top, filter, now }: JobListRange): RawBuilder<unknown> =>
  sql`${isAmong(filter)} and ${isVisible(now)} and (created_at, job_id) < (${after.createdAt}, ${after.jobId})`

/** One job, in the same words; `undefined` when it never was, was removed, or has expired. */
export const readListedJob = async (db: Db, jobId: string, now: number): Promise<ListedJob | undefined> => {
  const { rows } =
    await sql<ListedRow>`select ${columns} from job where job_id = ${jobId} and ${isVisible(now)}`.execute(
      db.query,
    )
  return rows.map(toListedJob)[0]
}

const isVisible = (now: number): RawBuilder<unknown> =>
  sql`removed_at is null and expired_at is null and (expires_at is null or expires_at > ${now})`

/** `counts` is one value so that the units of a job are read once. */
const columns = sql`job_id as jobId, level, state, request_url as requestUrl, base_url as baseUrl, folder, transaction_time as transactionTime,
    created_at as createdAt, ended_at as endedAt, expires_at as expiresAt, failure, client_id as clientId, actor_name as actorName,
    (select id from resource where resource_key = parameters ->> '$.groupKey') as groupId,
    parameters ->> '$.typeIds' as typeIds, json_array_length(parameters, '$.patientKeys') as patients,
    parameters ->> '$.sinceMs' as sinceMs, parameters ->> '$.untilMs' as untilMs,
    (select json_array(max(kind = 'plan' and u.state = 'done'), coalesce(sum(lines_done), 0), coalesce(sum(lines_total), 0),
        coalesce(sum(lines_done) filter (where kind = 'output'), 0), coalesce(sum(lines_total) filter (where kind = 'output'), 0))
      from work_unit u where u.job_id = job.job_id) as counts`

type ListedRow = {
  jobId: string
  level: JobTable['level']
  state: JobState
  requestUrl: string
  baseUrl: string
  folder: string
  transactionTime: number
  createdAt: number
  endedAt: number | null
  expiresAt: number | null
  failure: string | null
  clientId: string | null
  actorName: string | null
  groupId: string | null
  typeIds: string
  patients: number | null
  sinceMs: number | null
  untilMs: number | null
  counts: string
}

type Counts = readonly [
  isPlanned: 0 | 1,
  done: number,
  total: number,
  resourcesDone: number,
  resourcesTotal: number,
]

const toListedJob = ({ counts, typeIds, ...row }: ListedRow): ListedJob => {
  const [isPlanned, done, total, resourcesDone, resourcesTotal]: Counts = JSON.parse(counts)
  const ids: readonly number[] = JSON.parse(typeIds)
  return {
    ...row,
    endedAt: row.endedAt ?? undefined,
    expiresAt: row.expiresAt ?? undefined,
    failure: row.failure ?? undefined,
    clientId: row.clientId ?? undefined,
    actorName: row.actorName ?? undefined,
    groupId: row.groupId ?? undefined,
    typeIds: ids,
    patients: row.patients ?? undefined,
    sinceMs: row.sinceMs ?? undefined,
    untilMs: row.untilMs ?? undefined,
    isPlanned: isPlanned === 1,
    done,
    total,
    resourcesDone,
    resourcesTotal,
  }
}
