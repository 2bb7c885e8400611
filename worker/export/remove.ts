import type { Deps } from '../deps.ts'
import type { Actor } from '../platform/actor.ts'
import { removeJob } from '../store/end-job.ts'

/** Removes an export for the client, at once; its files follow with the sweep (I7). False when there is none to remove. */
export const removeExport = ({ db, clock }: Deps, jobId: string, actor: Actor): Promise<boolean> =>
  removeJob(db, jobId, clock.now(), actor)
