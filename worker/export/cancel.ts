import type { Deps } from '../deps.ts'
import type { Actor } from '../platform/actor.ts'
import { cancelJob } from '../store/steer-job.ts'
import { cannotSteer, stateReason } from './cannot-steer.ts'

/** Stops an export that runs: it is gone at once, and its files follow with the sweep (I7). One that has ended is `conflict`. */
export const cancelExport = async (deps: Deps, jobId: string, actor: Actor): Promise<void> => {
  if (await cancelJob(deps.db, { jobId, now: deps.clock.now(), actor })) return
  throw await cannotSteer(deps, jobId, 'cancel', stateReason)
}
