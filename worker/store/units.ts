import { type RawBuilder, type Selectable, sql } from 'kysely'
import type { UnitKind, UnitSource, WorkUnitTable } from '../../schema/tables.ts'
import type { Db, Statement } from './db.ts'
import { mayHappen, stateAfter } from './job-condition.ts'
import { mayBegin, type RunBounds } from './job-place.ts'
import { type Job, type JobRow, jobColumns, toJob } from './jobs.ts'
import { errorOrdinal } from './last-units.ts'

/** A work unit held under a lease. `fence` is the lease: whoever claims next raises it, and every write repeats it (I5). */
export type ClaimedUnit = {
  readonly jobId: string
  readonly ordinal: number
  readonly fence: number
  readonly kind: UnitKind
  readonly typeId: number | undefined
  readonly fileStem: string
  readonly rangeAfter: number
  readonly rangeEnd: number
  readonly cursor: Cursor
  readonly fileNumber: number
  readonly linesDone: number
  readonly plan: string
  /** Of a walk (`walk.ts`). */
  readonly walkBase: number | undefined
  readonly source: UnitSource
  readonly isContinued: boolean
}
/** Where to go on: `offset` bytes behind the row `after` in the unit's stream of lines (I3: a part may end inside a line). */
export type Cursor = { readonly after: number; readonly offset: number }
export type Lease = Pick<ClaimedUnit, 'jobId' | 'ordinal' | 'fence'>

/**
 * Claims the first unit that may run of the job served longest ago, so that jobs take turns slice by slice; of a job that has as many
 * units under live leases as it is to have lanes (`_isParallel`), none. One batch: two ticks
 * never get the same unit. A job's turn is counted, not timed, because a clock may stand still between two claims; and so the second
 * statement knows the job of the first by having the highest, and asks for its lane once more in case the first found none. Where
 * only so many jobs may run at once, the others wait with the turn 0, and the oldest of them that may begins next.
 *
 * Idle processes ask all the time, so whether there is anything is read first: a server lets only one write at a time, and readers do not wait.
 */
export const claimUnit = async (
  db: Db,
  now: number,
  leaseMs: number,
  codec: number,
  bounds: RunBounds = { inAll: undefined, byClient: false },
): Promise<{ readonly unit: ClaimedUnit; readonly job: Job } | undefined> => {
  const mayRun = sql`u.state <> 'done' and u.lease_until <= ${now} and u.not_before <= ${now} and ${isItsTurn}`
  const nextJob = sql<{ job_id: string }>`select j.job_id from job j
    cross join work_unit u indexed by work_unit_open on u.job_id = j.job_id
    where j.${mayHappen('claim')} and ${mayRun} and ${isOurs(codec, now)} and ${hasFreeLane(now)} and ${mayBegin(bounds)}
    order by j.turn, j.created_at, j.job_id limit 1`
  const { rows: waiting } = await nextJob.execute(db.query)
  if (waiting.length === 0) return undefined
  const [jobs, units] = await db.batch([
    sql<JobRow>`update job set state = ${stateAfter('claim')}, turn = (select max(turn) + 1 from job where ${mayHappen('claim')})
      where job_id = (${nextJob})
      returning ${jobColumns}`,
    sql<Selectable<WorkUnitTable>>`update work_unit set fence = fence + 1, lease_until = ${now + leaseMs}
      where (job_id, ordinal) = (
        select u.job_id, u.ordinal from work_unit u indexed by work_unit_open
        where u.job_id = (select case when ${hasFreeLane(now)} then j.job_id end
          from job j where j.${mayHappen('claim')} and j.turn > 0 order by j.turn desc limit 1) and ${mayRun}
        order by u.ordinal limit 1)
      returning *`,
  ])
  const [job, unit] = [jobs.rows[0], units.rows[0]]
  return job === undefined || unit === undefined ? undefined : { unit: toClaimedUnit(unit), job: toJob(job) }
}

/** SQL: one of the last units of a job waits until none before it is open. */
const isItsTurn = sql`(u.ordinal < ${errorOrdinal} or not exists (select 1 from work_unit e indexed by work_unit_open
  where e.job_id = u.job_id and e.ordinal < u.ordinal and e.state <> 'done'))`

/**
 * SQL: a job of our codec; or of an older one that nobody has worked on for so long that nobody is left who could. What newer processes
 * have begun is theirs.
 */
const isOurs = (codec: number, now: number): RawBuilder<unknown> =>
  sql`(j.codec = ${codec} or (j.codec < ${codec} and j.created_at < ${now - abandonedMs} and u.lease_until < ${now - abandonedMs}))`
const abandonedMs = 600_000

/** SQL: of a job that says how many lanes it is to have, fewer than that are taken. Most do not say, and nothing is counted for them. */
const hasFreeLane = (now: number): RawBuilder<unknown> => {
  const lanes = sql`j.parameters ->> '$.shape.tuning.lanes'`
  return sql`(${lanes} is null or (select count(*) from work_unit h indexed by work_unit_open
    where h.job_id = j.job_id and h.state <> 'done' and h.lease_until > ${now}) < ${lanes})`
}

const toClaimedUnit = (row: Selectable<WorkUnitTable>): ClaimedUnit => ({
  jobId: row.job_id,
  ordinal: row.ordinal,
  fence: row.fence,
  kind: row.kind,
  typeId: row.type_id ?? undefined,
  fileStem: row.file_stem,
  rangeAfter: row.range_after,
  rangeEnd: row.range_end,
  cursor: { after: row.cursor_after, offset: row.cursor_offset },
  fileNumber: row.file_number,
  linesDone: row.lines_done,
  plan: row.plan ?? '{}',
  walkBase: row.walk_base ?? undefined,
  source: row.source,
  isContinued: row.is_continued === 1,
})

/** The condition every statement under a lease repeats, INSERTs too: the unit's fence is still ours (I5). */
export const holdsLease = ({ jobId, ordinal, fence }: Lease): RawBuilder<unknown> =>
  sql`exists (select 1 from work_unit where job_id = ${jobId} and ordinal = ${ordinal} and fence = ${fence})`

/**
 * Runs a batch under a lease. Its first statement must be an update of the unit's own row under the lease: when that changed no row,
 * the lease is lost and nothing at all was written. Returns whether it was held.
 */
export const writeUnderLease = async (
  db: Db,
  lease: Lease,
  unit: RawBuilder<unknown>,
  others: readonly Statement[],
): Promise<boolean> => {
  const [first] = await db.batch([
    sql`update work_unit set ${unit}
      where job_id = ${lease.jobId} and ordinal = ${lease.ordinal} and fence = ${lease.fence}`,
    ...others,
  ])
  return first !== undefined && first.changed > 0
}

export const renewLease = (db: Db, lease: Lease, leaseUntil: number): Promise<boolean> =>
  writeUnderLease(db, lease, sql`lease_until = ${leaseUntil}`, [])

/** Ends every lease there is. Only for a process that knows all others dead, such as one that has locked the database file. */
export const releaseAllLeases = async (db: Db): Promise<void> => {
  await sql`update work_unit set fence = fence + 1, lease_until = 0
    where state <> 'done' and lease_until > 0`.execute(db.query)
}

/** Failures in a row without progress, or `undefined` when the lease is lost. */
export const readAttempts = async (db: Db, lease: Lease): Promise<number | undefined> => {
  const row = await db.query
    .selectFrom('work_unit')
    .select('attempts')
    .where('job_id', '=', lease.jobId)
    .where('ordinal', '=', lease.ordinal)
    .where('fence', '=', lease.fence)
    .executeTakeFirst()
  return row?.attempts
}
