import type { Deps } from '../deps.ts'
import { SluiceError } from '../errors.ts'
import type { Principal } from './principal.ts'

/** The administrator whose session it is; `undefined` when it has ended. */
export const authenticateSession = async (_deps: Deps, _secret: string): Promise<Principal | undefined> => {
  throw new SluiceError(
    'invalid-token',
    'Cannot accept these credentials: they are of a kind that is not known',
  )
}
