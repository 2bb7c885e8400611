import { type RawBuilder, sql } from 'kysely'
import type { Actor } from '../platform/actor.ts'
import { insertAuditIf } from './audit.ts'
import type { Db, Statement } from './db.ts'
import { mayHappen, stateAfter } from './job-condition.ts'

/** Who steers a job, and when. */
export type Steering = { readonly jobId: string; readonly now: number; readonly actor: Actor }

/** SQL: clients and administrators still see the job (I7). */
const isThere = sql`removed_at is null and expired_at is null`

/** Removes a job that runs, as `removeJob` does, and no other. Returns whether there was one. */
export const cancelJob = async (db: Db, { jobId, now, actor }: Steering): Promise<boolean> => {
  const isRunning = sql`job_id = ${jobId} and ${mayHappen('cancel')} and ${isThere}`
  const [, cancelled] = await db.batch([
    insertAuditIf({ at: now, action: 'export.cancel', outcome: 'success', actor, jobId }, isJob(isRunning)),
    sql`update job set removed_at = ${now}, sweep_after = 0, ended_at = ${now}, state = ${stateAfter('cancel')} where ${isRunning}`,
    takeUnits(jobId, sql`exists (select 1 from job where job_id = ${jobId} and removed_at is not null)`),
  ])
  return cancelled.changed > 0
}

/**
 * Lets a job that failed go on where it was, on its snapshot: what is done stays done, every other unit may be tried as often as at first,
 * and whoever still holds one has lost it (I5). Only of our codec, which alone would write the same bytes (I2), and only of a job that the
 * sweep has left alone since it failed (`failJob`). Returns whether there was such a job.
 */
export const retryJob = async (
  db: Db,
  { jobId, now, actor, codec }: Steering & { readonly codec: number },
): Promise<boolean> => {
  const mayGoOn = sql`job_id = ${jobId} and ${mayHappen('retry')} and ${isThere} and expires_at > ${now}
    and codec = ${codec} and ${isUnswept}`
  const [, , , retried] = await db.batch([
    insertAuditIf({ at: now, action: 'export.retry', outcome: 'success', actor, jobId }, isJob(mayGoOn)),
    sql`update work_unit indexed by work_unit_open set fence = fence + 1, lease_until = 0, attempts = 0, not_before = 0,
        last_error = null
      where job_id = ${jobId} and state <> 'done' and ${isJob(mayGoOn)}`,
    sql`update export_file set restarts = 0 where job_id = ${jobId} and state <> 'complete' and ${isJob(mayGoOn)}`,
    sql`update job set state = ${stateAfter('retry')}, ended_at = null, expires_at = null, sweep_after = 0, failure = null
      where ${mayGoOn}`,
  ])
  return retried.changed > 0
}

/** SQL: the population of the job, and the uploads of what it has not completed, are there. */
const isUnswept = sql`swept_at is null and sweep_after >= expires_at`

/** Puts off the end of a job that has ended and is still there; never brings it nearer. Returns whether there was such a job. */
export const extendJob = async (
  db: Db,
  { jobId, now, actor, until }: Steering & { readonly until: number },
): Promise<boolean> => {
  const mayBeKept = sql`job_id = ${jobId} and ${mayHappen('extend')} and ${isThere} and expires_at > ${now} and expires_at < ${until}`
  const detail = { until: new Date(until).toISOString() }
  const [, extended] = await db.batch([
    insertAuditIf(
      { at: now, action: 'export.extend', outcome: 'success', actor, jobId, detail },
      isJob(mayBeKept),
    ),
    sql`update job set state = ${stateAfter('extend')}, expires_at = ${until},
        sweep_after = case when state = 'failed' and ${isUnswept} then ${until} else sweep_after end where ${mayBeKept}`,
  ])
  return extended.changed > 0
}

const isJob = (condition: RawBuilder<unknown>): RawBuilder<unknown> =>
  sql`exists (select 1 from job where ${condition})`

/** Ends every lease on a job, whoever holds it. */
export const takeUnits = (jobId: string, condition: RawBuilder<unknown>): Statement =>
  sql`update work_unit set fence = fence + 1, lease_until = 0 where job_id = ${jobId} and ${condition}`
