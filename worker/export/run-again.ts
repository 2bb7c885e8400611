import { type Deps, fhirBase } from '../deps.ts'
import { SluiceError } from '../errors.ts'
import type { Actor } from '../platform/actor.ts'
import { insertJob, isStillOf, type NewJob } from '../store/insert-job.ts'
import { readAskedJob } from '../store/read-asked-job.ts'
import { unknownExport } from './cannot-steer.ts'
import { codecVersion } from './kick-off.ts'

/**
 * Starts an export as another was asked for: of the same owner, with the same parameters and rights, at a snapshot of its own. Instants stay what
 * they are, and so do patients who were listed. Returns the id of the new job.
 */
export const runAgain = async (deps: Deps, jobId: string, actor: Actor): Promise<string> => {
  const { db, clock, config, newId } = deps
  const now = clock.now()
  const asked = await readAskedJob(db, jobId, now)
  if (asked === undefined) throw unknownExport()
  const { level, parameters, requestUrl, outcomeLines, clientId, actorName, maxClientJobs } = asked
  if (!config.exportLevels.includes(level))
    throw new SluiceError('not-implemented', `Cannot export at ${level} level: it is switched off here`)
  if (parameters.groupKey !== undefined && !asked.hasGroup)
    throw new SluiceError('conflict', 'Cannot run the export again: its Group was deleted')
  const { partBytes, fileBytes, rangeBytes } = config.limits
  const job: NewJob = {
    ...parameters,
    jobId: newId(),
    level,
    requestUrl,
    baseUrl: fhirBase(config),
    codec: codecVersion,
    partBytes: parameters.shape.tuning.partBytes ?? partBytes,
    fileBytes,
    rangeBytes,
    outcomeLines,
    idempotency: undefined,
    clientId,
    actorName,
    maxClientJobs,
  }
  const detail = { again: jobId, ...(clientId === undefined ? {} : { client: clientId }) }
  const event = { at: now, action: 'export.kick-off', outcome: 'success', actor, jobId: job.jobId } as const
  // An administrator knows what he does: he is not refused for others that run, but the export waits its turn.
  const place = { inAll: undefined, ofClient: undefined }
  const onlyIf = isStillOf(clientId, jobId)
  const { maxClockSkewMs } = config.limits
  if (await insertJob(db, job, { now, maxClockSkewMs, place, event: { ...event, detail }, onlyIf }))
    return job.jobId
  throw new SluiceError(
    'conflict',
    'Cannot run the export again: it was removed just now, or its client was; look at it again first',
  )
}
