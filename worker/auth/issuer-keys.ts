import type { Deps } from '../deps.ts'
import { hasCode, SluiceError } from '../errors.ts'
import type { PublicKeySet } from '../platform/jwk-set.ts'
import { fetchKeySet, restMs } from './key-set.ts'

/**
 * The keys of an issuer of others, or of Cloudflare Access, which the configuration names. Whoever shows a token while they are not to be had
 * may have a good one, and is to keep it: `remote-unavailable`, which is no word against the token, nor against where it comes from.
 */
export const fetchIssuerKeys = async (
  deps: Deps,
  url: string,
  kid: string | undefined,
): Promise<PublicKeySet> => {
  try {
    return await fetchKeySet(deps, url, kid, leastFreshMs)
  } catch (error) {
    if (!hasCode(error, 'invalid-client')) throw error
    throw new SluiceError(
      'remote-unavailable',
      'Cannot check the access token: the keys of its issuer are not to be had at the moment; send it again after Retry-After',
      { retryAfterSeconds: restMs / 1000, cause: error },
    )
  }
}

/**
 * Strangers make up tokens in the name of an issuer, and many an issuer says `no-cache` of its keys, so that each request would be one to it.
 * What a client says of its own set is kept to (SPEC T-13).
 */
const leastFreshMs = 10_000
