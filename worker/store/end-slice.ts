import { sql } from 'kysely'
import type { Db, Statement } from './db.ts'
import { holdsLease, type Lease, writeUnderLease } from './units.ts'

/** A slice that comes to its end. Instants in milliseconds since the epoch. */
export type SliceRecord = {
  readonly beganAt: number
  readonly endedAt: number
  /** Rows read, whether or not anything came of them, and their bytes. */
  readonly rows: number
  readonly bytes: number
  /** `done` with the unit, `continues`, or a sentence made for clients that says how it failed. */
  readonly outcome: string
}

/** Of one job; those before are forgotten. Some hours of a job that runs all the time, and a bounded number of rows. */
export const keptSlices = 500

/**
 * Tells of a slice in the batch that ends it, as that batch is fenced (I5). A batch whose answer was lost may be followed by one that
 * tells of the same slice once more: the last word counts.
 */
export const recordSlice = (lease: Lease, slice: SliceRecord): readonly Statement[] => [
  sql`insert into job_slice (job_id, number, ordinal, fence, began_at, ended_at, rows, bytes, outcome)
    select ${lease.jobId}, coalesce((select max(number) from job_slice where job_id = ${lease.jobId}), 0) + 1, ${lease.ordinal},
      ${lease.fence}, ${slice.beganAt}, ${slice.endedAt}, ${slice.rows}, ${slice.bytes}, ${slice.outcome} where ${holdsLease(lease)}
    on conflict (job_id, ordinal, fence) do update set ended_at = excluded.ended_at, rows = excluded.rows,
      bytes = excluded.bytes, outcome = excluded.outcome`,
  sql`delete from job_slice where job_id = ${lease.jobId} and ${holdsLease(lease)}
    and number <= (select max(number) from job_slice where job_id = ${lease.jobId}) - ${keptSlices}`,
]

/** Gives a unit back after a failure, which is the outcome of its slice: it rests until `notBefore`. */
export const postponeUnit = (
  db: Db,
  lease: Lease,
  attempts: number,
  notBefore: number,
  slice: SliceRecord,
): Promise<boolean> =>
  writeUnderLease(
    db,
    lease,
    sql`lease_until = 0, attempts = ${attempts}, not_before = ${notBefore}, last_error = ${slice.outcome}`,
    recordSlice(lease, slice),
  )
