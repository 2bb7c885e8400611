import type { Deps } from '../deps.ts'
import { hasCode, SluiceError } from '../errors.ts'
import { type FoundKey, noKey, pickKey } from '../platform/pick-key.ts'
import { type Client, type PublicKeySet, readClient } from '../store/clients.ts'
import { type Assertion, readAssertion } from './assertion.ts'
import { fetchKeySet } from './key-set.ts'
import { decoyOf, isSignedBy } from './verification-key.ts'

/** What a request shows of who makes it (RFC 7521 section 4.2). */
export type Shown = {
  readonly assertion: string
  /** The parameter `client_id`, which is not needed. */
  readonly clientId: string | undefined
}

/** A client, and the assertion that has proven it to be it. Whoever acts on it uses the assertion up (`store/access-tokens.ts`). */
export type Proven = { readonly client: Client; readonly assertion: Assertion }

/** How key sets are had of a URL. */
export type FetchKeySet = (deps: Deps, url: string, kid: string | undefined) => Promise<PublicKeySet>

/**
 * Proves who a client is by its assertion (SMART Backend Services, "Authenticating"). Throws `invalid-client`. What is wrong with the assertion
 * itself is said; what has to do with the registration has one sentence and takes the same steps, so that nobody can find out who is
 * registered. The audit is told which it was.
 */
export const verifyAssertion = async (
  deps: Deps,
  shown: Shown,
  audiences: readonly string[],
  fetchKeys: FetchKeySet = fetchKeySet,
): Promise<Proven> => {
  const assertion = readAssertion(shown.assertion, audiences, deps.clock.now())
  if (shown.clientId !== undefined && shown.clientId !== assertion.clientId)
    throw new SluiceError(
      'invalid-client',
      'Cannot authenticate the client: client_id is not the claim "sub" of its assertion',
    )
  const client = await readClient(deps.db, assertion.clientId)
  const found = await findKey(deps, client, assertion, fetchKeys)
  const isSigned = await isSignedBy(assertion, found.key ?? decoyOf(assertion.alg))
  if (client === undefined || found.key === undefined)
    throw notProven(found.key === undefined ? found.reason : 'no such client')
  if (!isSigned) throw notProven('the signature is not that of the key')
  if (client.suspendedAt !== undefined)
    throw new SluiceError('invalid-client', 'Cannot authenticate the client: it is suspended')
  return { client, assertion }
}

/** A `jku` is compared before anything is fetched: a URL that strangers chose is never asked (SPEC T-12). */
const findKey = async (
  deps: Deps,
  client: Client | undefined,
  { kid, alg, jku }: Assertion,
  fetchKeys: FetchKeySet,
): Promise<FoundKey> => {
  if (client === undefined) return noKey('no such client')
  const { jwksUrl, jwks } = client
  if (jku !== undefined && jku !== jwksUrl) return noKey('jku is not the URL that is registered')
  if (jwksUrl === undefined) return jwks === undefined ? noKey('it has no keys') : pickKey(jwks, kid, alg)
  try {
    return pickKey(await fetchKeys(deps, jwksUrl, kid), kid, alg)
  } catch (error) {
    if (hasCode(error, 'invalid-client', 'forbidden')) return noKey(error.message)
    throw error
  }
}

const notProven = (reason: string): SluiceError =>
  new SluiceError(
    'invalid-client',
    'Cannot authenticate the client: either no client of this id is registered, or "jku" is not the URL of its key set as registered, or not exactly one key of the set has this "kid" and fits this "alg", or the signature is not that of the key',
    { cause: new Error(reason) },
  )
