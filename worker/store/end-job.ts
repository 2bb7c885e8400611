import { sql } from 'kysely'
import type { Db, Statement } from './db.ts'
import { mayHappen, stateAfter } from './job-condition.ts'
import { holdsLease, type Lease } from './units.ts'

/** Completes the job when no unit of it is open; stands in the batch that closes a unit, so that no crash falls between. */
export const completeJobIfDone = (lease: Lease, now: number, retentionMs: number): Statement =>
  sql`update job set state = ${stateAfter('complete')}, ended_at = ${now}, expires_at = ${now + retentionMs}
    where job_id = ${lease.jobId} and ${mayHappen('complete')} and ${holdsLease(lease)}
      and not exists (select 1 from work_unit indexed by work_unit_open where job_id = ${lease.jobId} and state <> 'done')`

/** Fails the job because of one unit, if that unit is still ours, and takes all its units away from whoever holds them. */
export const failJob = async (
  db: Db,
  lease: Lease,
  now: number,
  retentionMs: number,
  reason: string,
): Promise<void> => {
  await db.batch([
    sql`update job set state = ${stateAfter('fail')}, ended_at = ${now}, expires_at = ${now + retentionMs}, failure = ${reason}
      where job_id = ${lease.jobId} and ${mayHappen('fail')} and ${holdsLease(lease)}`,
    sql`update work_unit set fence = fence + 1, lease_until = 0
      where job_id = ${lease.jobId} and exists (select 1 from job where job_id = ${lease.jobId} and failure is not null)`,
  ])
}

/**
 * Marks a job removed (I7): from now on it is 404, and no lease on it is worth anything. A running job becomes `cancelled`.
 * Returns whether there was a job to remove.
 */
export const removeJob = async (db: Db, jobId: string, now: number): Promise<boolean> => {
  const [removed] = await db.batch([
    sql`update job set removed_at = ${now}, sweep_after = 0,
        state = ${stateAfter('cancel')},
        ended_at = coalesce(ended_at, ${now})
      where job_id = ${jobId} and removed_at is null and expired_at is null`,
    sql`update work_unit set fence = fence + 1, lease_until = 0 where job_id = ${jobId}`,
  ])
  return removed !== undefined && removed.changed > 0
}
