import type { Context } from 'hono'
import type { Deps } from '../deps.ts'
import { SluiceError } from '../errors.ts'
import { manifestOf } from '../export/manifest.ts'
import { progressText, retryAfterSeconds } from '../export/progress.ts'
import { removeExport } from '../export/remove.ts'
import { outcomeOf } from '../fhir/operation-outcome.ts'
import { type Job, readJob } from '../store/jobs.ts'
import { readFinishedFiles, readProgress } from '../store/read-export.ts'
import { fhirJson } from './error-response.ts'
import { outcomeContent, outcomes, pathParameter } from './openapi-parts.ts'
import { type App, route } from './route.ts'

/** `GET` and `DELETE [polling location]` (Bulk Data IG, "Bulk Data Status Request", "Bulk Data Delete Request"). */
export const registerStatus = (app: App, deps: Deps, wake: () => void): void => {
  const parameters = [pathParameter('id', 'The id of the job, from Content-Location')]
  const text = { schema: { type: 'string' as const } }
  route(app, `${deps.config.fhirPath}/$export-status/{id}`, {
    get: {
      operationId: 'readExportStatus',
      summary: 'Ask how an export is getting on, and for its manifest',
      tags: ['Bulk Data Export'],
      parameters,
      responses: {
        200: {
          description: 'Completed: the manifest',
          headers: { Expires: { ...text, description: 'When the files go away' } },
          content: { 'application/json': { schema: { $ref: '#/components/schemas/Manifest' } } },
        },
        202: {
          description: 'In progress',
          headers: {
            'X-Progress': { ...text, description: 'Percent, state, and the type being written' },
            'Retry-After': { ...text, description: 'Whole seconds' },
          },
        },
        ...outcomes(404, 500, 503),
      },
      handler: (c) => answerStatus(c, deps, wake),
    },
    delete: {
      operationId: 'deleteExport',
      summary: 'Cancel an export, or be done with it: its files go away',
      tags: ['Bulk Data Export'],
      parameters,
      responses: { 202: { description: 'Removed', content: outcomeContent }, ...outcomes(404, 503) },
      handler: (c) => answerDelete(c, deps, wake),
    },
  })
}

const answerStatus = async (c: Context, deps: Deps, wake: () => void): Promise<Response> => {
  const job = await visibleJob(c, deps)
  switch (job.state) {
    case 'accepted':
    case 'in-progress':
      wake()
      return answerInProgress(c, deps, job)
    case 'completed':
      return answerManifest(c, deps, job)
    case 'failed':
      throw new SluiceError('job-failed', job.failure ?? 'Cannot finish the export')
    case 'cancelled':
      throw unknownJob()
    default:
      return job.state satisfies never
  }
}

const answerInProgress = async (c: Context, { db, clock, config }: Deps, job: Job): Promise<Response> => {
  const progress = await readProgress(db, job.jobId)
  const seconds = retryAfterSeconds(job, progress, clock.now(), config.limits.retryAfterMaxSeconds)
  return c.body(null, 202, {
    'X-Progress': progressText(job, progress),
    'Retry-After': String(seconds),
    'Cache-Control': 'no-store',
  })
}

const answerManifest = async (c: Context, { db }: Deps, job: Job): Promise<Response> => {
  const manifest = manifestOf(job, await readFinishedFiles(db, job.jobId))
  return c.body(JSON.stringify(manifest), 200, {
    'Content-Type': 'application/json; charset=utf-8',
    'Cache-Control': 'no-store',
    ...(job.expiresAt === undefined ? {} : { Expires: new Date(job.expiresAt).toUTCString() }),
  })
}

const answerDelete = async (c: Context, deps: Deps, wake: () => void): Promise<Response> => {
  const isRemoved = await removeExport(deps, jobIdOf(c))
  if (!isRemoved) throw unknownJob()
  wake()
  const removed = outcomeOf([
    {
      severity: 'information',
      code: 'informational',
      diagnostics: 'The export is removed, its files will be gone shortly',
    },
  ])
  return c.body(JSON.stringify(removed), 202, { 'Content-Type': fhirJson })
}

/** I7: a job that was removed or has expired is as unknown as one that never was. */
const visibleJob = async (c: Context, { db, clock }: Deps): Promise<Job> => {
  const job = await readJob(db, jobIdOf(c))
  if (job === undefined || job.goneAt !== undefined || (job.expiresAt ?? Infinity) <= clock.now())
    throw unknownJob()
  return job
}

const jobIdOf = (c: Context): string => c.req.param('id') ?? ''

const unknownJob = (): SluiceError =>
  new SluiceError('not-found', 'Cannot find the export: it never was, has expired, or was deleted')
