import type { CloudflareAccess } from '../config.ts'
import type { Deps } from '../deps.ts'
import { SluiceError } from '../errors.ts'
import type { Principal } from './principal.ts'

/** The administrator whom Cloudflare Access has let in. */
export const authenticateProxy = async (
  _deps: Deps,
  _access: CloudflareAccess,
  _assertion: string,
): Promise<Principal | undefined> => {
  throw new SluiceError(
    'invalid-token',
    'Cannot accept these credentials: they are of a kind that is not known',
  )
}
