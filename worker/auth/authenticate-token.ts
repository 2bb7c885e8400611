import type { Deps } from '../deps.ts'
import { SluiceError } from '../errors.ts'
import type { Principal } from './principal.ts'

/** The client that an access token of ours, or of an issuer we honour, was given to. Throws `invalid-token` or `expired-token`. */
export const authenticateToken = async (_deps: Deps, _token: string): Promise<Principal | undefined> => {
  throw new SluiceError(
    'invalid-token',
    'Cannot accept these credentials: they are of a kind that is not known',
  )
}
