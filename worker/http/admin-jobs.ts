import type { Context } from 'hono'
import type { Deps } from '../deps.ts'
import { SluiceError } from '../errors.ts'
import { readJobDetails } from '../store/read-job-details.ts'
import { type JobPlace, readJobList, readListedJob } from '../store/read-job-list.ts'
import { exampleJob, exampleJobDetails, type JobListShown, type JobShown } from './admin-schemas.ts'
import { parsePlace, showPlace } from './job-place.ts'
import { optional, outcomes, pathParameter } from './openapi-parts.ts'
import { schemaRef } from './openapi-schemas.ts'
import { type App, route, serviceRoot } from './route.ts'
import { showJob, showJobDetails } from './show-job.ts'

/** The jobs as an administrator sees them: `GET /admin/api/jobs` and `GET /admin/api/jobs/{id}`. To cancel one is `DELETE` of its status URL. */
export const registerAdminJobs = (app: App, deps: Deps): void => {
  route(app, serviceRoot(deps.config), '/admin/api/jobs', {
    get: {
      operationId: 'listJobs',
      summary: 'Export jobs, the newest first',
      description: 'Jobs that were deleted or have expired are not among them.',
      tags: ['Administration'],
      parameters: [
        optional('query', 'state', `Only jobs in this state: ${states.join(', ')}`, 'in-progress'),
        optional('query', 'after', 'Goes on behind a page: its `next`', exampleNext),
        optional('query', 'count', 'At most so many; 50 unless told, 100 at most', '20'),
      ],
      responses: {
        200: {
          description: 'A page of jobs',
          content: {
            'application/json': {
              schema: schemaRef('JobList'),
              example: { jobs: [exampleJob], next: exampleNext },
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
      parameters: [pathParameter('id', 'The id of the job', exampleJob.id)],
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
  })
}

const states: readonly JobShown['state'][] = ['accepted', 'in-progress', 'completed', 'failed']
const exampleNext = `1795084006123_${exampleJob.id}`
const defaultCount = 50
const maxCount = 100

/** What an answer about one job lists of its files at most; the manifest has them all. */
const maxFiles = 1000

/** One job more than asked for is read: it tells whether the list goes on. */
const answerList = async (c: Context, { db, clock }: Deps): Promise<Response> => {
  const limit = readCount(c.req.query('count'))
  const after = readPlace(c.req.query('after'))
  const state = readState(c.req.query('state'))
  const jobs = await readJobList(db, { after, state, limit: limit + 1, now: clock.now() })
  const page = jobs.slice(0, limit)
  const last = page.at(-1)
  const hasMore = jobs.length > limit && last !== undefined
  const list: JobListShown = {
    jobs: page.map(showJob),
    ...(hasMore ? { next: showPlace(last) } : {}),
  }
  return c.json(list, 200, { 'Cache-Control': 'no-store' })
}

const answerJob = async (c: Context, { db, clock, config }: Deps): Promise<Response> => {
  const job = await readListedJob(db, c.req.param('id') ?? '', clock.now())
  if (job === undefined)
    throw new SluiceError('not-found', 'Cannot find the export: it never was, has expired, or was deleted')
  const details = await readJobDetails(db, job.jobId, maxFiles)
  return c.json(showJobDetails(config, job, details), 200, { 'Cache-Control': 'no-store' })
}

const readCount = (text: string | undefined): number => {
  if (text === undefined) return defaultCount
  const count = /^\d{1,3}$/.test(text) ? Number(text) : 0
  if (count < 1 || count > maxCount) throw refusal('count', text, `it must be 1 to ${maxCount}`)
  return count
}

const readPlace = (text: string | undefined): JobPlace | undefined => {
  if (text === undefined) return undefined
  const place = parsePlace(text)
  if (place === undefined) throw refusal('after', text, 'it must be the `next` of a page')
  return place
}

const readState = (text: string | undefined): JobShown['state'] | undefined => {
  const state = states.find((known) => known === text)
  if (text !== undefined && state === undefined)
    throw refusal('state', text, `it must be one of ${states.join(', ')}`)
  return state
}

const refusal = (name: string, value: string, reason: string): SluiceError =>
  new SluiceError('invalid', `Cannot use ${name} "${value.slice(0, 80)}": ${reason}`)
