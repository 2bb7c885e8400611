import type { Deps } from '../deps.ts'
import type { Actor } from '../platform/actor.ts'
import { retryJob } from '../store/steer-job.ts'
import { cannotSteer, stateReason } from './cannot-steer.ts'
import { codecVersion } from './kick-off.ts'

/**
 * Lets an export that failed go on from the units that are not done, on the snapshot it has: superseded versions are kept for ever, so it
 * can still be read, and what comes out is what would have come out (I1, I2). Files that were finished stay as they are.
 */
export const retryExport = async (deps: Deps, jobId: string, actor: Actor): Promise<void> => {
  if (await retryJob(deps.db, { jobId, now: deps.clock.now(), actor, codec: codecVersion })) return
  throw await cannotSteer(deps, jobId, 'retry', (job) => {
    if (job.state !== 'failed') return stateReason(job)
    return job.codec === codecVersion
      ? 'what it had read was cleared away by an earlier version of Sluice; run it again'
      : 'it was begun by another version of Sluice; run it again'
  })
}
