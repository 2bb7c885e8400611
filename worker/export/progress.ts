import { typeOfId } from '../fhir/resource-type.ts'
import type { Job } from '../store/jobs.ts'
import type { JobProgress } from '../store/read-export.ts'

/** `X-Progress`: begins with a number, for clients that parse it so, and stays under 100 characters (IG, status request). */
export const progressText = (job: Job, progress: JobProgress): string => {
  const percent = percentOf(job.state, progress)
  const { current } = progress
  const detail = current === undefined ? '' : ` ${typeOfId(current.typeId)} ${current.done}/${current.total}`
  return `${percent}% ${job.state}${detail}`
}

/** Whole percent of the lines; 100 only when the job is completed, for files are still to be joined when the last line is written. */
export const percentOf = (
  state: Job['state'],
  { isPlanned, done, total }: Pick<JobProgress, 'isPlanned' | 'done' | 'total'>,
): number => {
  if (state === 'completed') return 100
  return isPlanned && total > 0 ? Math.min(99, Math.floor((100 * done) / total)) : 0
}

/**
 * `Retry-After` in whole seconds: what is left at the job's own speed so far, within [1, max], and no longer than it has run, for a
 * speed that was seen so shortly says little; while everything rests after a failure, the time until it is tried again; and while it
 * waits for others to end, a tenth of the time that it has waited.
 */
export const retryAfterSeconds = (job: Job, progress: JobProgress, now: number, max: number): number => {
  const restsForMs = (progress.restingUntil ?? 0) - now
  const { done, total } = progress
  const forMs = now - job.createdAt
  const leftMs = done > 0 ? Math.min(forMs, (forMs * Math.max(0, total - done)) / done) : 0
  const waitsForMs = job.state === 'accepted' ? forMs / 10 : 0
  return Math.max(1, Math.min(max, Math.ceil(Math.max(restsForMs, leftMs, waitsForMs) / 1000)))
}
