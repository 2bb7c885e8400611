import type { Deps } from '../deps.ts'
import type { Job } from '../store/jobs.ts'
import {
  expireJobs,
  forgetJob,
  forgetUpload,
  markSwept,
  postponeSweep,
  readFileNames,
  readGoneJobs,
  readOpenUploads,
  readUnsweptJobs,
} from '../store/sweep-jobs.ts'
import { forgetTokens } from '../store/sweep-tokens.ts'
import { type Budget, createBudget, meterDeps } from './budget.ts'
import { manifestKey } from './write-manifest.ts'

/** What one sweep works with: everything it does is counted (I6). */
type Sweep = { readonly deps: Deps; readonly budget: Budget }

/** Jobs one sweep looks at, so that it stays bounded; the next one goes on. */
const jobsPerSweep = 500
const jobsPerRead = 20

/**
 * Clears away what nobody needs: output that has expired or was deleted (I7), and what crashes left behind in jobs that have ended.
 * It looks only below the folders of its own jobs, so it never touches what this service did not write, and only after the
 * last lease on a job could have ended, so it never takes an upload from a worker that still runs. It may make as many statements and
 * requests as a tick (I6), in whatever time they take; the next sweep goes on where it stopped.
 */
export const runSweep = async (given: Deps): Promise<void> => {
  const budget = createBudget(given, Number.POSITIVE_INFINITY)
  const deps = meterDeps(given, budget)
  const sweep: Sweep = { deps, budget }
  const now = deps.clock.now()
  await expireJobs(deps.db, now)
  if (deps.config.auth === 'smart') await sweepTokens(deps, now)
  await eachJob(
    sweep,
    () => readGoneJobs(deps.db, now, jobsPerRead),
    (job) => clearJob(sweep, job),
  )
  await eachJob(
    sweep,
    () => readUnsweptJobs(deps.db, now, now - quietMs(deps), jobsPerRead),
    (job) => removeLeftovers(sweep, job),
  )
}

/** Tokens are shown for a day after their end; keys verify until the last token that a process with an old cache has signed has ended. */
const sweepTokens = ({ db, config }: Deps, now: number): Promise<void> =>
  forgetTokens(db, {
    now,
    tokensBefore: now - 86_400_000,
    keysBefore: now - config.limits.accessTokenSeconds * 1000 - 300_000,
  })

/** The lease a worker may have held at the end, and the time that a write it began with that may have taken. */
const quietMs = ({ config: { limits } }: Deps): number => limits.leaseMs + limits.storageTimeoutMs

/**
 * A job for which the storage fails waits for its next turn and keeps none of the others from theirs. The budget is asked after a job:
 * however small it is, something is done.
 */
const eachJob = async (
  { deps: { db, clock, config, log }, budget }: Sweep,
  read: () => Promise<readonly Job[]>,
  sweepJob: (job: Job) => Promise<void>,
): Promise<void> => {
  for (let seen = 0; seen < jobsPerSweep; ) {
    const jobs = await read()
    if (jobs.length === 0) return
    for (const job of jobs) {
      try {
        await sweepJob(job)
      } catch (error) {
        const reason = error instanceof Error ? error.message : 'unknown'
        log('warn', 'sweep failed', { job: job.jobId, reason })
        await postponeSweep(db, job.jobId, clock.now() + config.limits.retryBaseMs)
      }
      if (budget.isSpent()) return
    }
    seen += jobs.length
  }
}

/** Removes what is there; when there was nothing left, and no worker can add anything more, the job is forgotten. */
const clearJob = async (sweep: Sweep, job: Job): Promise<void> => {
  const { db, clock, log } = sweep.deps
  const now = clock.now()
  const quietAt = (job.goneAt ?? now) + quietMs(sweep.deps)
  const isQuiet = now >= quietAt
  const objects = await removeObjects(sweep, job, () => true)
  const uploads = await abortUploads(sweep, job, isQuiet)
  if (objects === 'too many' || uploads === 'too many') return postponeSweep(db, job.jobId, now + 1)
  const wasEmpty = objects === 'none' && uploads === 'none'
  if (!wasEmpty || !isQuiet) return postponeSweep(db, job.jobId, Math.max(quietAt, now + 1))
  await forgetJob(db, job.jobId)
  log('info', 'export removed', { job: job.jobId })
}

/** In a job that has ended, every upload still open is one whose worker died; so is every object no row names. */
const removeLeftovers = async (sweep: Sweep, job: Job): Promise<void> => {
  const { db, clock } = sweep.deps
  const uploads = await abortUploads(sweep, job, true)
  const named = new Set((await readFileNames(db, job.jobId)).map((name) => `${job.folder}/${name}`))
  if (job.state === 'completed') named.add(manifestKey(job))
  const objects = await removeObjects(sweep, job, (key) => !named.has(key))
  const now = clock.now()
  if (objects === 'too many' || uploads === 'too many') return postponeSweep(db, job.jobId, now + 1)
  const keptUntil = (job.endedAt ?? now) + 1000 * (job.shape.tuning.rowLifeSeconds ?? 0)
  if (now < keptUntil) return postponeSweep(db, job.jobId, keptUntil)
  await markSwept(db, job.jobId, now)
}

/** What was there of a job: nothing, something that is gone now, or more than the budget allows to remove. */
type Found = 'none' | 'some' | 'too many'

/** Removes the objects of a job that are unwanted. Lists go to their end whatever the budget: each shows a thousand. */
const removeObjects = async (
  { deps: { storage }, budget }: Sweep,
  job: Job,
  isUnwanted: (key: string) => boolean,
): Promise<Found> => {
  for (let after: string | undefined; ; ) {
    const objects = await storage.list(`${job.folder}/`, after)
    const last = objects.at(-1)
    if (last === undefined) return after === undefined ? 'none' : 'some'
    const unwanted = objects.map(({ key }) => key).filter(isUnwanted)
    const affordable = unwanted.slice(0, affordableRequests(budget))
    await storage.remove(affordable)
    if (affordable.length < unwanted.length) return 'too many'
    after = last.key
  }
}

/**
 * Aborts the unfinished uploads of a job as the storage lists them, or, where it cannot, as far as the rows name them. A part that was
 * under way may outlive the abort, so a row forgets its upload only when all is quiet (I7).
 */
const abortUploads = async (
  { deps: { db, storage }, budget }: Sweep,
  job: Job,
  isQuiet: boolean,
): Promise<Found> => {
  const { listUploads, abortUpload } = storage
  const uploads =
    (await listUploads?.(`${job.folder}/`)) ??
    (await readOpenUploads(db, job.jobId)).map(({ name, uploadId }) => ({
      key: `${job.folder}/${name}`,
      uploadId,
    }))
  const affordable = uploads.slice(0, affordableRequests(budget))
  for (const upload of affordable) {
    await abortUpload(upload)
    if (isQuiet && listUploads === undefined) await forgetUpload(db, job.jobId, upload.uploadId)
  }
  if (affordable.length < uploads.length) return 'too many'
  return uploads.length === 0 ? 'none' : 'some'
}

/** At least one, so that every sweep gets on. */
const affordableRequests = (budget: Budget): number => Math.max(1, budget.left('subrequests'))
