import { sql } from 'kysely'
import type { Actor } from '../platform/actor.ts'
import { insertAuditIf } from './audit.ts'
import type { Db, Statement } from './db.ts'
import { recordSlice, type SliceRecord } from './end-slice.ts'
import { mayHappen, stateAfter } from './job-condition.ts'
import { holdsLease, type Lease } from './units.ts'

/** Completes the job when no unit of it is open; stands in the batch that closes a unit, so that no crash falls between. */
export const completeJobIfDone = (lease: Lease, now: number, retentionMs: number): Statement =>
  sql`update job set state = ${stateAfter('complete')}, ended_at = ${now}, expires_at = ${now + retentionMs}
    where job_id = ${lease.jobId} and ${mayHappen('complete')} and ${holdsLease(lease)}
      and not exists (select 1 from work_unit indexed by work_unit_open where job_id = ${lease.jobId} and state <> 'done')`

/**
 * Fails the job because of one unit, if that unit is still ours, and takes all its units away from whoever holds them. Until it expires, it may
 * be retried (`steer-job.ts`): so long the sweep leaves it what it has, its population and the parts of files that are not complete.
 */
export const failJob = async (
  db: Db,
  lease: Lease,
  { slice, retentionMs, failure }: { slice: SliceRecord; retentionMs: number; failure: string },
): Promise<void> => {
  const now = slice.endedAt
  await db.batch([
    ...recordSlice(lease, slice),
    sql`update job set state = ${stateAfter('fail')}, ended_at = ${now}, expires_at = ${now + retentionMs},
        sweep_after = ${now + retentionMs}, failure = ${failure}
      where job_id = ${lease.jobId} and ${mayHappen('fail')} and ${holdsLease(lease)}`,
    sql`update work_unit set fence = fence + 1, lease_until = 0
      where job_id = ${lease.jobId} and exists (select 1 from job where job_id = ${lease.jobId} and failure is not null)`,
  ])
}

/**
 * Marks a job removed (I7): from now on it is 404, and no lease on it is worth anything. A running job becomes `cancelled`.
 * Returns whether there was a job to remove.
 */
export const removeJob = async (db: Db, jobId: string, now: number, actor: Actor): Promise<boolean> => {
  const event = { at: now, outcome: 'success', actor, jobId } as const
  const isThere = sql`job_id = ${jobId} and removed_at is null and expired_at is null`
  const isRunning = sql`exists (select 1 from job where ${isThere} and ${mayHappen('cancel')})`
  const hasEnded = sql`exists (select 1 from job where ${isThere} and not ${mayHappen('cancel')})`
  const [, , removed] = await db.batch([
    insertAuditIf({ ...event, action: 'export.cancel' }, isRunning),
    insertAuditIf({ ...event, action: 'export.delete' }, hasEnded),
    sql`update job set removed_at = ${now}, sweep_after = 0,
        state = ${stateAfter('cancel')},
        ended_at = coalesce(ended_at, ${now})
      where ${isThere}`,
    sql`update work_unit set fence = fence + 1, lease_until = 0 where job_id = ${jobId}`,
  ])
  return removed.changed > 0
}
