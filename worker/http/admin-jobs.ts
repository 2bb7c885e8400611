import type { Context } from 'hono'
import type { Deps } from '../deps.ts'
import { isScanned } from '../store/job-filter.ts'
import { readJobDetails } from '../store/read-job-details.ts'
import { readJobList, readScanEnd } from '../store/read-job-list.ts'
import { exampleJob, exampleJobDetails, type JobListShown } from './admin-schemas.ts'
import { jobListParameters, readJobListQuery } from './job-list-query.ts'
import { showPlace } from './job-place.ts'
import { jobIdParameter, listedJob } from './listed-job.ts'
import { noStore } from './no-store.ts'
import { outcomes } from './openapi-responses.ts'
import { schemaRef } from './openapi-schemas.ts'
import { type App, route, serviceRoot, type Wake } from './route.ts'
import { showJob, showJobDetails } from './show-job.ts'
import { removeStep } from './steer-jobs.ts'

/** The jobs as an administrator sees them: `GET /admin/api/jobs` and `GET /admin/api/jobs/{id}`. */
export const registerAdminJobs = (app: App, deps: Deps, wake: Wake): void => {
  route(app, serviceRoot(deps.config), '/admin/api/jobs', {
    get: {
      operationId: 'listJobs',
      summary: 'Export jobs, the newest first',
      description:
        'Jobs that were deleted or have expired are not among them. A page may have fewer jobs than asked for, and none, and yet a `next`: of what no index finds (`level`, `group`, `type`, `text`), one request looks at 2000 jobs.',
      tags: ['Administration'],
      parameters: jobListParameters,
      responses: {
        200: {
          description: 'A page of jobs',
          content: {
            'application/json': {
              schema: schemaRef('JobList'),
              example: { jobs: [exampleJob], next: `1795084006123_${exampleJob.id}` },
            },
          },
        },
        ...outcomes(400, 403, 503),
      },
      access: 'viewer',
      handler: (c) => answerList(c, deps),
    },
  })
  route(app, serviceRoot(deps.config), '/admin/api/jobs/{id}', {
    get: {
      operationId: 'readJob',
      summary: 'One export job: its progress by type, its files, and what went wrong',
      tags: ['Administration'],
      parameters: [jobIdParameter],
      responses: {
        200: {
          description: 'The job',
          content: { 'application/json': { schema: schemaRef('JobDetails'), example: exampleJobDetails } },
        },
        ...outcomes(403, 404, 503),
      },
      access: 'viewer',
      handler: (c) => answerJob(c, deps),
    },
    delete: removeStep(deps, wake),
  })
}

/** What an answer about one job lists of its files at most; `…/files` has them all, page by page. */
const maxFiles = 1000
/** What a request looks at when no index finds what is wanted. */
const scannedJobs = 2000

/** One job more than asked for is read: it tells whether the list goes on. */
const answerList = async (c: Context, { db, clock }: Deps): Promise<Response> => {
  const { filter, after, count } = readJobListQuery(c)
  const range = { filter, after, now: clock.now() }
  const end = isScanned(filter) ? await readScanEnd(db, range, scannedJobs) : undefined
  const jobs = await readJobList(db, { ...range, last: end, limit: count + 1 })
  const page = jobs.slice(0, count)
  const next = jobs.length > count ? page.at(-1) : end
  const list: JobListShown = {
    jobs: page.map(showJob),
    ...(next === undefined ? {} : { next: showPlace(next) }),
  }
  return c.json(list, 200, noStore)
}

const answerJob = async (c: Context, deps: Deps): Promise<Response> => {
  const job = await listedJob(c, deps)
  const details = await readJobDetails(deps.db, job.jobId, maxFiles)
  return c.json(showJobDetails(deps.config, job, details), 200, noStore)
}
