import type { Context } from 'hono'
import type { Deps } from '../deps.ts'
import { SluiceError } from '../errors.ts'
import { unknownExport } from '../export/cannot-steer.ts'
import { assertHasGroup } from '../export/group-access.ts'
import { assertCoversJob, isOwnJob, isThere } from '../export/job-access.ts'
import { type Job, readJob } from '../store/jobs.ts'
import { askerOf } from './asker.ts'

/**
 * The job that a status URL names, in its path or by `_id` (I7: one that was removed or has expired is as unknown as one that never was, and so
 * is that of another client). Refused where the token of this request covers less than that of its kick-off did, or the client may have its Group no more.
 */
export const visibleJob = async (c: Context, deps: Deps): Promise<Job> => {
  const { db, clock, config } = deps
  const asker = askerOf(c)
  const job = await readJob(db, c.req.param('id') ?? c.req.query('_id') ?? '')
  if (job === undefined || !isOwnJob(job, asker)) throw unknownExport()
  if (job.state === 'cancelled' && config.compat.includes('cancelled-410')) throw cancelledJob()
  if (!isThere(job, clock.now())) throw unknownExport()
  assertCoversJob(job, asker)
  await assertHasGroup(deps, job, asker)
  return job
}

const cancelledJob = (): SluiceError =>
  new SluiceError('deleted', 'Cannot go on with the export: it was cancelled')
