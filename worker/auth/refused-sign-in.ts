import type { Deps } from '../deps.ts'
import { SluiceError } from '../errors.ts'
import type { Actor } from '../platform/actor.ts'
import { insertAudit } from '../store/audit.ts'

/** The same for all that is wrong with them, so that nobody learns who there is and what was nearly right. */
export const refusedSignIn = (cause?: unknown): SluiceError =>
  new SluiceError(
    'invalid-token',
    'Cannot sign in: these credentials are not known, or are no longer good',
    cause === undefined ? {} : { cause },
  )

/** Tells the audit of somebody who was not let in. */
export const auditRefusedSignIn = async (
  { db, clock }: Pick<Deps, 'db' | 'clock'>,
  { actor, method, unrecorded }: RefusedSignIn,
): Promise<void> => {
  const detail = { method, ...(unrecorded > 0 ? { unrecorded } : {}) }
  await db.batch([
    insertAudit({ at: clock.now(), action: 'administrator.sign-in', outcome: 'refused', actor, detail }),
  ])
}

export type RefusedSignIn = {
  readonly actor: Actor
  readonly method: string
  /** Refusals before this one that stand nowhere, because there were too many. */
  readonly unrecorded: number
}
