import { type RawBuilder, sql } from 'kysely'
import type { JobState, JobTable } from '../../schema/tables.ts'
import type { Db } from './db.ts'

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

/** Jobs that are neither removed nor expired (I7), the newest first, behind `after`; a range of an index, whatever came before. */
export const readJobList = async (
  db: Db,
  {
    after = top,
    state,
    clientId,
    limit,
    now,
  }: {
    readonly after?: JobPlace | undefined
    readonly state?: JobState | undefined
    /** Only jobs of this client. */
    readonly clientId?: string | undefined
    readonly limit: number
    readonly now: number
  },
): Promise<readonly ListedJob[]> => {
  const isOfState = state === undefined ? sql`true` : sql`state = ${state}`
  const isWanted = clientId === undefined ? isOfState : sql`client_id = ${clientId} and ${isOfState}`
  const { rows } = await sql<ListedRow>`select ${columns} from job where ${isWanted} and ${isVisible(now)}
    and (created_at, job_id) < (${after.createdAt}, ${after.jobId})
    order by created_at desc, job_id desc limit ${limit}`.execute(db.query)
  return rows.map(toListedJob)
}

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
    created_at as createdAt, ended_at as endedAt, expires_at as expiresAt, failure,
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
