import type { Deps } from '../deps.ts'
import type { Job } from '../store/jobs.ts'
import {
  expireJobs,
  forgetJob,
  markSwept,
  postponeSweep,
  readFileUploads,
  readGoneJobs,
  readUnsweptJobs,
} from '../store/sweep-jobs.ts'

/** Jobs one sweep looks at, so that it stays bounded; the next one goes on. */
const jobsPerSweep = 500
const jobsPerRead = 20

/**
 * Clears away what nobody needs: output that has expired or was deleted (I7), and what crashes left behind in jobs that have ended.
 * It looks only below the folders of its own jobs, so it never touches what this service did not write, and only after the
 * last lease on a job could have ended, so it never takes an upload from a worker that still runs.
 */
export const runSweep = async (deps: Deps): Promise<void> => {
  const { db, clock } = deps
  const now = clock.now()
  await expireJobs(db, now)
  await eachJob(
    deps,
    () => readGoneJobs(db, now, jobsPerRead),
    (job) => clearJob(deps, job),
  )
  await eachJob(
    deps,
    () => readUnsweptJobs(db, now, now - quietMs(deps), jobsPerRead),
    (job) => removeLeftovers(deps, job),
  )
}

/** The lease a worker may have held at the end, and the time that a write it began with that may have taken. */
const quietMs = ({ config: { limits } }: Deps): number => limits.leaseMs + limits.storageTimeoutMs

/** A job for which the storage fails waits for its next turn and keeps none of the others from theirs. */
const eachJob = async (
  { db, clock, config, log }: Deps,
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
    }
    seen += jobs.length
  }
}

/** Removes what is there; when there was nothing left, and no worker can add anything more, the job is forgotten. */
const clearJob = async (deps: Deps, job: Job): Promise<void> => {
  const { db, storage, clock, log } = deps
  const now = clock.now()
  let wasEmpty = await removeObjects(deps, job, () => true)
  const uploads = await uploadsOf(deps, job)
  for (const upload of uploads) await storage.abortUpload(upload)
  if (storage.listUploads !== undefined) wasEmpty &&= uploads.length === 0
  const quietAt = (job.goneAt ?? now) + quietMs(deps)
  if (!wasEmpty || now < quietAt) return postponeSweep(db, job.jobId, Math.max(quietAt, now + 1))
  await forgetJob(db, job.jobId)
  log('info', 'export removed', { job: job.jobId })
}

/** In a job that has ended, every upload still open is one whose worker died; so is every object no row names. */
const removeLeftovers = async (deps: Deps, job: Job): Promise<void> => {
  const { db, storage, clock } = deps
  for (const upload of await uploadsOf(deps, job)) await storage.abortUpload(upload)
  const named = new Set((await readFileUploads(db, job.jobId)).map(({ name }) => `${job.folder}/${name}`))
  await removeObjects(deps, job, (key) => !named.has(key))
  await markSwept(db, job.jobId, clock.now())
}

/** Removes the objects of a job that are unwanted; whether there was none at all. */
const removeObjects = async (
  { storage }: Deps,
  job: Job,
  isUnwanted: (key: string) => boolean,
): Promise<boolean> => {
  for (let after: string | undefined; ; ) {
    const objects = await storage.list(`${job.folder}/`, after)
    const last = objects.at(-1)
    if (last === undefined) return after === undefined
    await storage.remove(objects.map(({ key }) => key).filter(isUnwanted))
    after = last.key
  }
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
