import type { Deps } from '../deps.ts'
import { SluiceError } from '../errors.ts'
import { formatInstant } from '../fhir/instant.ts'
import type { Actor } from '../platform/actor.ts'
import { readJob } from '../store/jobs.ts'
import { extendJob } from '../store/steer-job.ts'
import { cannotSteer, stateReason, unknownExport } from './cannot-steer.ts'

/** Either how much longer than now planned, or until when, in milliseconds. */
export type Extension = { readonly byMs: number } | { readonly until: number }

/** From now on. Files of patients are not kept for ever because somebody has pressed a button. */
export const maxExtensionMs = 365 * 86_400_000

/** Keeps the files of an export that has ended for longer. Who asks just as they expire is told that they are gone, or keeps them: never half. */
export const extendExport = async (
  deps: Deps,
  jobId: string,
  extension: Extension,
  actor: Actor,
): Promise<void> => {
  const { db, clock } = deps
  const now = clock.now()
  const until = 'until' in extension ? extension.until : await laterEnd(deps, jobId, extension.byMs)
  if (until > now + maxExtensionMs)
    throw new SluiceError(
      'invalid',
      `Cannot extend the export until "${formatInstant(until)}": that is more than ${maxExtensionMs / 86_400_000} days from now`,
    )
  if (await extendJob(db, { jobId, now, actor, until })) return
  throw await cannotSteer(deps, jobId, 'extend', (job) =>
    job.expiresAt === undefined
      ? stateReason(job)
      : `it is kept until ${formatInstant(job.expiresAt)} already, and that is not brought nearer`,
  )
}

const laterEnd = async (deps: Deps, jobId: string, byMs: number): Promise<number> => {
  const job = await readJob(deps.db, jobId)
  if (job === undefined) throw unknownExport()
  if (job.expiresAt === undefined) throw await cannotSteer(deps, jobId, 'extend', stateReason)
  return job.expiresAt + byMs
}
