import type { Context } from 'hono'
import type { Deps } from '../deps.ts'
import { unknownExport } from '../export/cannot-steer.ts'
import { type ListedJob, readListedJob } from '../store/read-job-list.ts'
import { exampleJob } from './admin-schemas.ts'
import { pathParameter } from './openapi-parameters.ts'

/** The job that a path of an administrator names (I7: one that was removed or has expired is as unknown as one that never was). */
export const listedJob = async (c: Context, { db, clock }: Deps): Promise<ListedJob> => {
  const job = await readListedJob(db, c.req.param('id') ?? '', clock.now())
  if (job === undefined) throw unknownExport()
  return job
}

export const jobIdParameter = pathParameter('id', 'The id of the job', exampleJob.id)
