import type { Deps } from '../deps.ts'
import { SluiceError } from '../errors.ts'
import { type Job, readJob } from '../store/jobs.ts'
import { isThere } from './job-access.ts'

/**
 * Why something could not be done to an export: it is not there, for whoever asks (I7), or it is not one to which that is done. Read after
 * the attempt, which is what decides.
 */
export const cannotSteer = async (
  { db, clock }: Deps,
  jobId: string,
  verb: string,
  reasonOf: (job: Job) => string,
): Promise<SluiceError> => {
  const job = await readJob(db, jobId)
  return job !== undefined && isThere(job, clock.now())
    ? new SluiceError('conflict', `Cannot ${verb} the export: ${reasonOf(job)}`)
    : unknownExport()
}

export const unknownExport = (): SluiceError =>
  new SluiceError('not-found', 'Cannot find the export: it never was, has expired, or was deleted')

/** What is to be said of a job that is in the wrong state; in all others the reason is another. */
export const stateReason = ({ state }: Job): string => {
  switch (state) {
    case 'accepted':
    case 'in-progress':
      return 'it has not ended yet'
    case 'completed':
      return 'it is completed'
    case 'failed':
      return 'it has failed'
    case 'cancelled':
      return 'it was cancelled'
    default:
      return state satisfies never
  }
}
