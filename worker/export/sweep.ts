import type { Deps } from '../deps.ts'
import type { Job } from '../store/jobs.ts'
import {
  expireJobs,
  forgetJob,
  markSwept,
  readFileUploads,
  readGoneJobs,
  readUnsweptJobs,
} from '../store/sweep-jobs.ts'

/** Jobs one sweep looks at, so that it stays bounded; the next one takes the next. */
const jobsPerSweep = 20

/**
 * Clears away what nobody needs: output that has expired or was deleted (I7), and what crashes left behind in jobs that have ended.
 * It looks only below the folders of its own jobs, so it never touches what this service did not write, and only after the
 * last lease on a job could have ended, so it never takes an upload from a worker that still runs.
 */
export const runSweep = async (deps: Deps): Promise<void> => {
  const { db, clock, log } = deps
  await expireJobs(db, clock.now())
  for (const job of await readGoneJobs(db, jobsPerSweep)) {
    await guarded(deps, job, async () => {
      if (await isCleared(deps, job)) {
        await forgetJob(db, job.jobId)
        log('info', 'export removed', { job: job.jobId })
      }
    })
  }
  for (const job of await readUnsweptJobs(db, clock.now() - quietMs(deps), jobsPerSweep)) {
    await guarded(deps, job, async () => {
      await removeLeftovers(deps, job)
      await markSwept(db, job.jobId, clock.now())
    })
  }
}

/** Two leases: the one a worker may have held at the end, and the time its last request may have taken after it. */
const quietMs = ({ config }: Deps): number => 2 * config.limits.leaseMs

/** A storage that fails for one job must not keep the sweep from the others. */
const guarded = async ({ log }: Deps, job: Job, work: () => Promise<void>): Promise<void> => {
  try {
    await work()
  } catch (error) {
    log('warn', 'sweep failed', {
      job: job.jobId,
      reason: error instanceof Error ? error.message : 'unknown',
    })
  }
}

/** Removes what is there; true when there was nothing left, and no worker can add anything more. */
const isCleared = async (deps: Deps, job: Job): Promise<boolean> => {
  const { storage, clock } = deps
  // Asked before looking: what a worker wrote while we looked must not be taken for nothing.
  const isQuiet = clock.now() >= (job.goneAt ?? clock.now()) + quietMs(deps)
  const prefix = `${job.folder}/`
  const objects = await storage.list(prefix)
  await storage.remove(objects.map(({ key }) => key))
  const uploads = await uploadsOf(deps, job)
  for (const upload of uploads) await storage.abortUpload(upload)
  return isQuiet && objects.length === 0 && (storage.listUploads === undefined || uploads.length === 0)
}

/** Unfinished uploads as the storage lists them, or, where it cannot, as far as the rows name them. */
const uploadsOf = async (
  { db, storage }: Deps,
  job: Job,
): Promise<readonly { key: string; uploadId: string }[]> => {
  if (storage.listUploads !== undefined) return storage.listUploads(`${job.folder}/`)
  const files = await readFileUploads(db, job.jobId)
  return files.flatMap(({ name, uploadId }) =>
    uploadId === null ? [] : [{ key: `${job.folder}/${name}`, uploadId }],
  )
}

/** In a job that has ended, every upload still open is one whose worker died; so is every object no row names. */
const removeLeftovers = async (deps: Deps, job: Job): Promise<void> => {
  const { db, storage } = deps
  for (const upload of await uploadsOf(deps, job)) await storage.abortUpload(upload)
  const named = new Set((await readFileUploads(db, job.jobId)).map(({ name }) => `${job.folder}/${name}`))
  let after: string | undefined
  for (;;) {
    const objects = await storage.list(`${job.folder}/`, after)
    const last = objects.at(-1)
    if (last === undefined) return
    await storage.remove(objects.map(({ key }) => key).filter((key) => !named.has(key)))
    after = last.key
  }
}
