import type { Context } from 'hono'
import type { Deps } from '../deps.ts'
import { SluiceError } from '../errors.ts'
import { assertCoversJob, isOwnJob } from '../export/job-access.ts'
import { type Job, readJob } from '../store/jobs.ts'
import { askerOf } from './asker.ts'

/**
 * The job that a status URL names, in its path or by `_id` (I7: one that was removed or has expired is as unknown as one that never was, and so
 * is that of another client). Refused where the token of this request covers less than that of its kick-off did.
 */
export const visibleJob = async (c: Context, { db, clock, config }: Deps): Promise<Job> => {
  const asker = askerOf(c)
  const job = await readJob(db, c.req.param('id') ?? c.req.query('_id') ?? '')
  if (job === undefined || !isOwnJob(job, asker)) throw unknownJob()
  if (job.state === 'cancelled' && config.compat.includes('cancelled-410')) throw cancelledJob()
  if (job.goneAt !== undefined || (job.expiresAt ?? Infinity) <= clock.now()) throw unknownJob()
  assertCoversJob(job, asker)
  return job
}

export const unknownJob = (): SluiceError =>
  new SluiceError('not-found', 'Cannot find the export: it never was, has expired, or was deleted')

const cancelledJob = (): SluiceError =>
  new SluiceError('deleted', 'Cannot go on with the export: it was cancelled')
