import type { Deps } from '../deps.ts'
import { SluiceError } from '../errors.ts'
import type { PublicKeySet } from '../store/clients.ts'

/**
 * The key set at a URL, from the cache for as long as its `Cache-Control` allows. One that has no key `kid` is asked for once more, but not
 * often: keys are rotated, and strangers make ids up. Throws `invalid-client` when it cannot be had.
 */
export const fetchKeySet = async (
  _deps: Deps,
  url: string,
  _kid: string | undefined,
): Promise<PublicKeySet> => {
  throw new SluiceError('invalid-client', `Cannot fetch the key set "${url}": nothing may be asked yet`)
}
