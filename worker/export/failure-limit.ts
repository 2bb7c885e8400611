import { SluiceError } from '../errors.ts'
import { type FailureCounts, readFailureCounts } from '../store/job-problems.ts'
import type { Slice } from './slice.ts'

/** Fails the job when more resources than `FAILURE_LIMIT` allows cannot be exported; called when all of them are known. */
export const assertAtEnd = async (slice: Slice): Promise<void> => {
  const counts = await readFailureCounts(slice.deps.db, slice.job.jobId)
  assertWithin(slice, counts, counts.problems + counts.written)
}

/** The same as soon as it is certain: what is planned is all there can be, once it is all planned; and with a limit of 0 one is too many. */
export const assertBeforeEnd = async (slice: Slice): Promise<void> => {
  const counts = await readFailureCounts(slice.deps.db, slice.job.jobId)
  const isCertain = counts.isPlanned || slice.deps.config.limits.failureLimitPercent === 0
  if (isCertain) assertWithin(slice, counts, counts.planned)
}

const assertWithin = (
  { deps: { config } }: Slice,
  { problems, first }: FailureCounts,
  resources: number,
): void => {
  const percent = config.limits.failureLimitPercent
  if (percent === 100 || problems * 100 <= percent * resources) return
  const share = `${problems} of ${Math.max(problems, resources)} resources could not be exported`
  throw new SluiceError(
    'job-failed',
    `${share}, more than the ${percent} percent that FAILURE_LIMIT allows; the first: ${first}`,
  )
}
