import { type RawBuilder, type Selectable, sql } from 'kysely'
import type { JobState, JobTable, UnitKind } from '../../schema/tables.ts'
import { batchByClock, type WriteOptions } from './clock-skew.ts'
import type { Db, Statement } from './db.ts'

/** One export job as the engine and the status request see it. Instants in milliseconds since the epoch. */
export type Job = {
  readonly jobId: string
  readonly level: JobTable['level']
  readonly state: JobState
  readonly requestUrl: string
  readonly baseUrl: string
  /** Type ids the client asked for; empty means all. */
  readonly typeIds: readonly number[]
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
  readonly outcomeLines: string
  readonly createdAt: number
  readonly endedAt: number | undefined
  readonly expiresAt: number | undefined
  readonly goneAt: number | undefined
  readonly failure: string | undefined
}

export type NewJob = {
  readonly jobId: string
  readonly level: JobTable['level']
  readonly requestUrl: string
  readonly baseUrl: string
  readonly typeIds: readonly number[]
  /** `_since` and `_until` in whole milliseconds: versions with `lastUpdated` above the one and below the other. */
  readonly sinceMs: number | undefined
  readonly untilMs: number | undefined
  readonly codec: number
  readonly partBytes: number
  readonly fileBytes: number
  readonly rangeBytes: number
  readonly outcomeLines: string
}

/**
 * Writes a job and its `plan` unit and fixes its snapshot, in one transaction: `transactionTime` T is max(now, last assigned, T of
 * the job before), `asOf` the last `seq` given out, and the floor rises to T + 1 ms, so that a write in the same millisecond is
 * later than T.
 */
export const insertJob = async (db: Db, job: NewJob, options: WriteOptions): Promise<void> => {
  const { now } = options
  const t = sql`max(${now}, c.last_assigned, c.floor - 1)`
  await batchByClock(db, options, [
    sql`insert into job (job_id, level, state, request_url, base_url, parameters, transaction_time, as_of, since_seq, until_seq,
        has_since, codec, part_bytes, file_bytes, range_bytes, folder, outcome_lines, turn, created_at)
      select ${job.jobId}, ${job.level}, 'accepted', ${job.requestUrl}, ${job.baseUrl},
        ${JSON.stringify({ typeIds: job.typeIds })}, ${t}, c.next_seq - 1,
        ${job.sinceMs === undefined ? sql`0` : seqAtInstant(sql`<= ${job.sinceMs}`)},
        min(c.next_seq - 1, ${job.untilMs === undefined ? sql`c.next_seq - 1` : seqAtInstant(sql`< ${job.untilMs}`)}),
        ${job.sinceMs === undefined ? 0 : 1}, ${job.codec}, ${job.partBytes}, ${job.fileBytes}, ${job.rangeBytes},
        strftime('%Y%m%dT%H%M%SZ', ${t} / 1000, 'unixepoch') || '_' || ${job.jobId}, ${job.outcomeLines}, 0, ${now}
      from store_clock c`,
    sql`update store_clock set floor = max(${now} + 1, last_assigned + 1, floor)`,
    insertUnits(job.jobId, [{ ...emptyUnit, ordinal: 0, kind: 'plan', plan: '{}' }]),
  ])
}

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
}
const emptyUnit = { typeId: null, fileStem: '', rangeAfter: 0, rangeEnd: 0, linesTotal: 0 }

/** Inserts units; `condition` (a fence) guards every row. */
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
  ])
  return sql`insert into work_unit (job_id, ordinal, kind, type_id, file_stem, state, range_after, range_end, cursor_after,
      cursor_offset, file_number, lines_total, lines_done, plan, fence, lease_until, attempts, not_before)
    select ${jobId}, u.value ->> 0, u.value ->> 1, u.value ->> 2, u.value ->> 3, 'open', u.value ->> 4, u.value ->> 5,
      u.value ->> 4, 0, 1, u.value ->> 6, 0, u.value ->> 7, 0, 0, 0, 0
    from json_each(${JSON.stringify(rows)}) u where ${condition}`
}

export const readJob = async (db: Db, jobId: string): Promise<Job | undefined> => {
  const row = await db.query.selectFrom('job').selectAll().where('job_id', '=', jobId).executeTakeFirst()
  return row === undefined ? undefined : toJob(row)
}

export const toJob = (row: Selectable<JobTable>): Job => ({
  jobId: row.job_id,
  level: row.level,
  state: row.state,
  requestUrl: row.request_url,
  baseUrl: row.base_url,
  typeIds: JSON.parse(row.parameters).typeIds,
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
  outcomeLines: row.outcome_lines,
  createdAt: row.created_at,
  endedAt: row.ended_at ?? undefined,
  expiresAt: row.expires_at ?? undefined,
  goneAt: row.removed_at ?? row.expired_at ?? undefined,
  failure: row.failure ?? undefined,
})

/** What the store clock says now, the `transactionTime` of a job that began now: the instant no `_since` may lie behind. */
export const storeNow = async (db: Db, now: number): Promise<number> => {
  const row = await db.query
    .selectFrom('store_clock')
    .select(['last_assigned', 'floor'])
    .executeTakeFirstOrThrow()
  return Math.max(now, row.last_assigned, row.floor - 1)
}
