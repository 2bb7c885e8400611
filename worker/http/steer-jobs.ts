import type { Context } from 'hono'
import type { Deps } from '../deps.ts'
import { SluiceError } from '../errors.ts'
import { cancelExport } from '../export/cancel.ts'
import { unknownExport } from '../export/cannot-steer.ts'
import { type Extension, extendExport } from '../export/extend.ts'
import { removeExport } from '../export/remove.ts'
import { retryExport } from '../export/retry.ts'
import { runAgain } from '../export/run-again.ts'
import type { Actor } from '../platform/actor.ts'
import { readListedJob } from '../store/read-job-list.ts'
import { exampleJob } from './admin-schemas.ts'
import { askerOf } from './asker.ts'
import { jobPartSchemas } from './job-part-schemas.ts'
import { jobIdParameter } from './listed-job.ts'
import { headers } from './openapi-headers.ts'
import { outcomes } from './openapi-responses.ts'
import { schemaRef } from './openapi-schemas.ts'
import { readJson } from './request-body.ts'
import { type App, type Operation, route, serviceRoot, type Wake } from './route.ts'
import { showJob } from './show-job.ts'

/** `POST /admin/api/jobs/{id}/cancel`, `retry`, `run-again` and `extend`. */
export const registerJobSteps = (app: App, deps: Deps, wake: Wake): void => {
  for (const { path, operation, take } of steps) {
    route(app, serviceRoot(deps.config), `/admin/api/jobs/{id}/${path}`, {
      post: {
        tags: ['Administration'],
        parameters: [jobIdParameter],
        ...operation,
        access: 'admin',
        handler: (c) => answerStep(c, deps, wake, take),
      },
    })
  }
}

/** `DELETE /admin/api/jobs/{id}`. */
export const removeStep = (deps: Deps, wake: Wake): Operation => ({
  operationId: 'deleteJob',
  summary: 'Cancel an export, or be done with it: its files go away',
  tags: ['Administration'],
  parameters: [jobIdParameter],
  responses: { ...gone, ...outcomes(403, 404, 503) },
  access: 'admin',
  handler: (c) =>
    answerStep(c, deps, wake, async (_, jobId, actor) => {
      if (!(await removeExport(deps, jobId, actor))) throw unknownExport()
      return undefined
    }),
})

/** What is done to a job; returns the id of the one to be shown, if there is one after it. */
type Take = (deps: Deps, jobId: string, actor: Actor, c: Context) => Promise<string | undefined>
type Step = {
  readonly path: string
  readonly operation: Pick<Operation, 'operationId' | 'summary' | 'description' | 'requestBody' | 'responses'>
  readonly take: Take
}

const answerStep = async (c: Context, deps: Deps, wake: Wake, take: Take): Promise<Response> => {
  const id = c.req.param('id') ?? ''
  const shownId = await take(deps, id, askerOf(c).actor, c)
  wake(c)
  if (shownId === undefined) return c.body(null, 204)
  const job = await readListedJob(deps.db, shownId, deps.clock.now())
  if (job === undefined) throw unknownExport() // someone else was quicker
  const isNew = shownId !== id
  return c.json(showJob(job), isNew ? 201 : 200, {
    'Cache-Control': 'no-store',
    ...(isNew ? { Location: `${deps.config.baseUrl}/admin/api/jobs/${shownId}` } : {}),
  })
}

const shown = (description: string) => ({
  description,
  content: { 'application/json': { schema: schemaRef('Job'), example: exampleJob } },
})
const newJob = {
  ...headers.location,
  description: 'Where the new job is',
  example: `http://127.0.0.1:8080/admin/api/jobs/${exampleJob.id}`,
}
const gone = { 204: { description: 'Removed: from now on it is 404, also for its client' } }

const steps: readonly Step[] = [
  {
    path: 'cancel',
    operation: {
      operationId: 'cancelJob',
      summary: 'Stop an export that runs: it is gone at once, and its files go away',
      responses: { ...gone, ...outcomes(403, 404, 409, 503) },
    },
    take: async (deps, jobId, actor) => {
      await cancelExport(deps, jobId, actor)
      return undefined
    },
  },
  {
    path: 'retry',
    operation: {
      operationId: 'retryJob',
      summary: 'Let an export that failed go on where it was',
      description:
        'It goes on from the units that are not done, on the same snapshot, and keeps the files that are finished. Its files come out as if it had not failed.',
      responses: { 200: shown('It runs again'), ...outcomes(403, 404, 409, 503) },
    },
    take: async (deps, jobId, actor) => {
      await retryExport(deps, jobId, actor)
      return jobId
    },
  },
  {
    path: 'run-again',
    operation: {
      operationId: 'runJobAgain',
      summary: 'Start an export as this one was asked for, of what there is now',
      description:
        'It has the same parameters, the same owner and the same rights, and a snapshot of its own.',
      responses: {
        201: { ...shown('The new job'), headers: { Location: newJob } },
        ...outcomes(403, 404, 409, 501, 503),
      },
    },
    take: runAgain,
  },
  {
    path: 'extend',
    operation: {
      operationId: 'extendJob',
      summary: 'Keep the files of an export that has ended for longer',
      description:
        'At most 365 days from now. An end is never brought nearer: to be done with an export, delete it.',
      requestBody: {
        required: true,
        content: {
          'application/json': { schema: schemaRef('JobExtension'), example: { seconds: 604800 } },
        },
      },
      responses: { 200: shown('It is kept'), ...outcomes(400, 403, 404, 409, 413, 415, 503) },
    },
    take: async (deps, jobId, actor, c) => {
      await extendExport(deps, jobId, await readExtension(c, deps.config.limits.maxRequestBytes), actor)
      return jobId
    },
  },
]

const readExtension = async (c: Context, maxBytes: number): Promise<Extension> => {
  const { data } = jobPartSchemas.JobExtension.safeParse(await readJson(c.req.raw, maxBytes))
  const { seconds, until } = data ?? {}
  if (seconds !== undefined) return { byMs: seconds * 1000 }
  if (until !== undefined) return { until: Date.parse(until) }
  throw new SluiceError(
    'invalid',
    'Cannot read body: it must be {"seconds": <1 to 31536000>} or {"until": "<instant or date>"}',
  )
}
