import type { Context } from 'hono'
import type { Deps } from '../deps.ts'
import { SluiceError } from '../errors.ts'
import { unknownExport } from '../export/cannot-steer.ts'
import { retryAfterSeconds } from '../export/progress.ts'
import { progressHeader } from '../export/progress-header.ts'
import { publishPage } from '../export/publish-page.ts'
import type { Job } from '../store/jobs.ts'
import { readFinishedFiles, readProgress } from '../store/read-export.ts'
import { askerOf } from './asker.ts'
import { errorResponse } from './error-response.ts'
import { manifestResponse } from './manifest-response.ts'
import type { PollPace } from './poll-pace.ts'
import type { Wake } from './route.ts'
import { separateStatus } from './separate-status.ts'
import { visibleJob } from './visible-job.ts'

/** What a status request is answered with, and all that this takes. */
export type Asked = { readonly deps: Deps; readonly wake: Wake; readonly pace: PollPace }

export const answerStatus = async (c: Context, asked: Asked): Promise<Response> => {
  const job = await visibleJob(c, asked.deps)
  const page = job.shape.allowsPartialManifests ? c.req.query('page') : undefined
  return separateStatus(
    job,
    await (page === undefined ? answerJob(c, asked, job) : answerPage(c, asked, job, page)),
  )
}

const isRunning = ({ state }: Job): boolean => state === 'accepted' || state === 'in-progress'

const answerJob = async (c: Context, asked: Asked, job: Job): Promise<Response> => {
  const { deps } = asked
  switch (job.state) {
    case 'accepted':
    case 'in-progress':
      return answerInProgress(c, asked, job)
    case 'completed':
      if (job.shape.allowsPartialManifests) return answerPage(c, asked, job, '1')
      return manifestResponse(deps, job, {
        files: await readFinishedFiles(deps.db, job.jobId),
        status: 200,
        actor: askerOf(c).actor,
      })
    case 'failed':
      return answerFailed(c, deps, job)
    case 'cancelled':
      throw unknownExport()
    default:
      return job.state satisfies never
  }
}

/** Without a body; or with the first page of the manifest, for whoever allows that and once there is something for it. */
const answerInProgress = async (c: Context, asked: Asked, job: Job): Promise<Response> => {
  const { deps } = asked
  const headers = await progressHeaders(c, asked, job, 1)
  const page = job.shape.allowsPartialManifests ? await publishPage(deps, job.jobId, 1) : 'not-yet'
  if (typeof page === 'string') return new Response(null, { status: 202, headers })
  const nextPage = page.isLast ? undefined : 2
  return manifestResponse(deps, job, {
    files: page.files,
    nextPage,
    status: 202,
    headers,
    actor: askerOf(c).actor,
  })
}

/** A page is as good as a manifest: 200 from when it is there, whatever the job does meanwhile. */
const answerPage = async (c: Context, asked: Asked, job: Job, text: string): Promise<Response> => {
  const number = /^[1-9]\d{0,8}$/.test(text) ? Number(text) : undefined
  const page = number === undefined ? 'unknown' : await publishPage(asked.deps, job.jobId, number)
  if (number === undefined || page === 'unknown') throw unknownPage()
  if (page !== 'not-yet') {
    const nextPage = page.isLast ? undefined : number + 1
    return manifestResponse(asked.deps, job, {
      files: page.files,
      nextPage,
      status: 200,
      actor: askerOf(c).actor,
    })
  }
  if (job.state === 'failed') return answerFailed(c, asked.deps, job)
  if (!isRunning(job)) throw unknownExport() // a completed job has its next page at once, unless it was removed just now
  return new Response(null, { status: 202, headers: await progressHeaders(c, asked, job, number) })
}

/** For who waits: the engine is roused, unless he comes too early. Each page is waited for by itself, the first with the status. */
const progressHeaders = async (
  c: Context,
  { deps: { db, clock, config }, wake, pace }: Asked,
  job: Job,
  page: number,
): Promise<Record<string, string>> => {
  const what = `${job.jobId} ${page}`
  pace.admit(what)
  wake(c)
  const progress = await readProgress(db, job.jobId)
  const seconds = retryAfterSeconds(job, progress, clock.now(), config.limits.retryAfterMaxSeconds)
  pace.answered(what, seconds)
  return {
    'X-Progress': progressHeader(config, job, progress),
    'Retry-After': String(seconds),
    'Cache-Control': 'no-store',
  }
}

const answerFailed = (c: Context, { log }: Deps, { failure = 'Cannot finish the export' }: Job): Response =>
  errorResponse(log)(new SluiceError('job-failed', failure), c)

const unknownPage = (): SluiceError =>
  new SluiceError(
    'not-found',
    'Cannot find the page of the manifest: there is none of this number, or not yet',
  )
