import type { Config } from '../config.ts'
import type { Job } from '../store/jobs.ts'
import type { JobProgress } from '../store/read-export.ts'
import { progressText } from './progress.ts'

/** `X-Progress`, in our own words or in those of another server (`COMPAT`). */
export const progressHeader = (
  { compat, limits }: Pick<Config, 'compat' | 'limits'>,
  job: Job,
  progress: JobProgress,
): string => {
  if (compat.includes('firely-progress')) return firelyStates[job.state]
  if (compat.includes('helix-progress')) return helixStates[job.state]
  const waitsForOthers = limits.maxRunningJobs > 0 || job.maxClientJobs !== undefined
  return waitsForOthers && job.state === 'accepted' ? '0% queued' : progressText(job, progress)
}

/** Those of its six states that ours can be; the sixth is `CancellationRequested`. */
const firelyStates: Readonly<Record<Job['state'], string>> = {
  accepted: 'Queued',
  'in-progress': 'Active',
  completed: 'Complete',
  failed: 'Failed',
  cancelled: 'Cancelled',
}

/** `ExportStatus.status`; nobody can cancel an export of Helix. */
const helixStates: Readonly<Record<Job['state'], string>> = {
  accepted: 'accepted',
  'in-progress': 'in-progress',
  completed: 'completed',
  failed: 'entered-in-error',
  cancelled: 'entered-in-error',
}
