import type { Deps } from '../deps.ts'
import { SluiceError } from '../errors.ts'
import type { Actor } from '../platform/actor.ts'

/** How an administrator signed in. */
export type SignInMethod = 'passkey' | 'access-key' | 'enrolment' | 'oidc'

/** Signs an administrator in: a new session, told to the audit. Returns its secret, for a cookie and nothing else. */
export const beginSession = async (
  _deps: Deps,
  _given: {
    readonly administratorId: string
    readonly method: SignInMethod
    readonly actor: Actor
  },
): Promise<string> => {
  throw new SluiceError('not-implemented', 'Cannot sign in: there are no sessions yet')
}
