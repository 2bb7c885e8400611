import { sql } from 'kysely'
import { type Actor, systemActor } from '../platform/actor.ts'
import { hasChanged, insertAuditOf } from './audit.ts'
import type { Db, Statement } from './db.ts'
import { recordSlice, type SliceRecord } from './end-slice.ts'
import { mayHappen, stateAfter } from './job-condition.ts'
import { holdsLease, type Lease } from './units.ts'

/** Completes the job when no unit of it is open; stands in the batch that closes a unit, so that no crash falls between. */
export const completeJobIfDone = (lease: Lease, now: number, retentionMs: number): readonly Statement[] => [
  sql`update job set state = ${stateAfter('complete')}, ended_at = ${now}, expires_at = ${now + retentionMs}
    where job_id = ${lease.jobId} and ${mayHappen('complete')} and ${holdsLease(lease)}
      and not exists (select 1 from work_unit indexed by work_unit_open where job_id = ${lease.jobId} and state <> 'done')`,
  auditEnd(lease, now, 'success'),
]

/** Behind the statement that has ended the job, if it has. Of a failure it says no reason: that stands in the job. */
const auditEnd = ({ jobId }: Lease, now: number, outcome: 'success' | 'failure'): Statement =>
  insertAuditOf(
    { at: now, outcome, actor: systemActor, jobId },
    {
      action: sql`'export.end'`,
      detail: sql`(select json_object('files', count(*), 'bytes', coalesce(sum(f.bytes), 0),
          'resources', coalesce(sum(f.lines) filter (where u.kind = 'output'), 0))
        from export_file f cross join work_unit u on u.job_id = f.job_id and u.ordinal = f.ordinal
        where f.job_id = ${jobId} and f.state = 'complete')`,
    },
    hasChanged,
  )

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
    auditEnd(lease, now, 'failure'),
    sql`update work_unit set fence = fence + 1, lease_until = 0
      where job_id = ${lease.jobId} and exists (select 1 from job where job_id = ${lease.jobId} and failure is not null)`,
  ])
}

/**
 * Marks a job removed (I7): from now on it is 404, and no lease on it is worth anything. A running job becomes `cancelled`.
 * Returns whether there was a job to remove.
 */
export const removeJob = async (db: Db, jobId: string, now: number, actor: Actor): Promise<boolean> => {
  const [removed] = await db.batch([
    sql`update job set removed_at = ${now}, sweep_after = 0,
        state = ${stateAfter('cancel')},
        ended_at = coalesce(ended_at, ${now})
      where job_id = ${jobId} and removed_at is null and expired_at is null`,
    insertAuditOf(
      { at: now, outcome: 'success', actor, jobId },
      {
        action: sql`case when (select state from job where job_id = ${jobId}) = 'cancelled' then 'export.cancel' else 'export.delete' end`,
        detail: sql`'{}'`,
      },
      hasChanged,
    ),
    sql`update work_unit set fence = fence + 1, lease_until = 0 where job_id = ${jobId}`,
  ])
  return removed.changed > 0
}

/** The jobs of a client become those of nobody, which administrators see; their keys are free. */
export const disownJobs = (clientId: string): Statement =>
  sql`update job set client_id = null, idempotency_key = null
    where client_id = ${clientId} and removed_at is null and expired_at is null`
