import type { Context } from 'hono'
import type { Deps } from '../deps.ts'
import { SluiceError } from '../errors.ts'
import { linkFiles } from '../export/file-links.ts'
import { manifestOf } from '../export/manifest.ts'
import { progressText, retryAfterSeconds } from '../export/progress.ts'
import { removeExport } from '../export/remove.ts'
import { outcomeOf } from '../fhir/operation-outcome.ts'
import { type Job, readJob } from '../store/jobs.ts'
import { readFinishedFiles, readProgress } from '../store/read-export.ts'
import { fhirJson } from './error-response.ts'
import { headers, informationContent, outcomes, pathParameter } from './openapi-parts.ts'
import { exampleManifest, schemaRef } from './openapi-schemas.ts'
import { type App, fhirRoot, route, type Wake } from './route.ts'

/** `GET` and `DELETE [polling location]` (Bulk Data IG, "Bulk Data Status Request", "Bulk Data Delete Request"). */
export const registerStatus = (app: App, deps: Deps, wake: Wake): void => {
  const parameters = [
    pathParameter('id', 'The id of the job, from Content-Location', '5f0f2c0e-6a5d-4c1e-9d0b-2f1d5a6b7c8d'),
  ]
  route(app, fhirRoot(deps.config), '/$export-status/{id}', {
    get: {
      operationId: 'readExportStatus',
      summary: 'Ask how an export is getting on, and for its manifest',
      description:
        'The manifest is made anew each time. Where files have signed URLs (`FILE_ACCESS=signed`), asking again brings new ones.',
      tags: ['Bulk Data Export'],
      parameters,
      responses: {
        200: {
          description: 'Completed: the manifest',
          headers: { Expires: headers.expires },
          content: { 'application/json': { schema: schemaRef('Manifest'), example: exampleManifest } },
        },
        202: {
          description: 'In progress',
          headers: { 'X-Progress': headers.xProgress, 'Retry-After': headers.retryAfter },
        },
        ...outcomes(403, 404, 500, 503),
      },
      handler: (c) => answerStatus(c, deps, wake),
    },
    delete: {
      operationId: 'deleteExport',
      summary: 'Cancel an export, or be done with it: its files go away',
      tags: ['Bulk Data Export'],
      parameters,
      responses: {
        202: {
          description: 'Removed: from now on it is 404',
          content: informationContent('The export is removed, its files will be gone shortly'),
        },
        ...outcomes(403, 404, 503),
      },
      handler: (c) => answerDelete(c, deps, wake),
    },
  })
}

const answerStatus = async (c: Context, deps: Deps, wake: Wake): Promise<Response> => {
  const job = await visibleJob(c, deps)
  switch (job.state) {
    case 'accepted':
    case 'in-progress':
      wake(c)
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

/**
 * `Expires` says when "the files listed will no longer be available": a signed URL that ends before the job does is what was listed,
 * so its end counts. Asking again brings new URLs, and a new `Expires`, until the job expires.
 */
const answerManifest = async (c: Context, deps: Deps, job: Job): Promise<Response> => {
  const links = linkFiles(deps, job)
  const manifest = await manifestOf(job, await readFinishedFiles(deps.db, job.jobId), links)
  return c.body(JSON.stringify(manifest), 200, {
    'Content-Type': 'application/json; charset=utf-8',
    'Cache-Control': 'no-store',
    ...(links.endAt === undefined ? {} : { Expires: new Date(links.endAt).toUTCString() }),
  })
}

const answerDelete = async (c: Context, deps: Deps, wake: Wake): Promise<Response> => {
  const { jobId } = await visibleJob(c, deps)
  const isRemoved = await removeExport(deps, jobId)
  if (!isRemoved) throw unknownJob() // someone else was quicker
  wake(c)
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
  const job = await readJob(db, c.req.param('id') ?? '')
  if (job === undefined || job.goneAt !== undefined || (job.expiresAt ?? Infinity) <= clock.now())
    throw unknownJob()
  return job
}

const unknownJob = (): SluiceError =>
  new SluiceError('not-found', 'Cannot find the export: it never was, has expired, or was deleted')
