import type { Deps } from '../deps.ts'
import { SluiceError } from '../errors.ts'
import { freshForMs } from '../platform/fresh-for.ts'
import { type PublicKeySet, parsePublicKeySet } from '../platform/jwk-set.ts'
import {
  claimForcedFetch,
  claimRetry,
  type KnownKeySet,
  noteFailedFetch,
  readKeySet,
  saveKeySet,
} from '../store/key-sets.ts'

/**
 * The key set at a URL, from a cache that all nodes share, for as long as its `Cache-Control` allows (SPEC T-13). One that has no key `kid`
 * is asked for once more, but not often: keys are rotated, and strangers make ids up. One that is no longer fresh is never used, not even
 * when it cannot be had anew: a key that was withdrawn must end, and whoever keeps its owner from saying so must gain nothing. Throws
 * `invalid-client` when it cannot be had. `leastMs`: how long it is kept whatever its server says.
 */
export const fetchKeySet = async (
  deps: Deps,
  url: string,
  kid: string | undefined,
  leastMs = 0,
): Promise<PublicKeySet> => {
  const now = deps.clock.now()
  const known = await readKeySet(deps.db, url)
  const fresh = known !== undefined && known.freshUntil > now ? known.keySet : undefined
  if (fresh !== undefined) return hasKey(fresh, kid) ? fresh : fetchForced(deps, url, now, fresh, leastMs)
  if (await isResting(deps, url, known, now))
    throw refused(url, 'it could not be had a moment ago, and is asked for again in a few seconds')
  return fetchNow(deps, url, now, leastMs)
}

/** For keys that change without notice. Who makes up ids gets one request a minute out of us. */
const forcedPaceMs = 60_000
/** How long a set that could not be had is not asked for. */
export const restMs = 10_000

const hasKey = ({ keys }: PublicKeySet, kid: string | undefined): boolean =>
  kid === undefined || keys.some((key) => key.kid === kid)

/** What is there is still good, whatever becomes of this. */
const fetchForced = async (
  deps: Deps,
  url: string,
  now: number,
  fresh: PublicKeySet,
  leastMs: number,
): Promise<PublicKeySet> => {
  if (!(await claimForcedFetch(deps.db, url, now, forcedPaceMs))) return fresh
  try {
    return await fetchNow(deps, url, now, leastMs)
  } catch (error) {
    if (error instanceof SluiceError && error.code === 'invalid-client') return fresh
    throw error
  }
}

/** Nothing is written before the time has come: many may ask meanwhile. */
const isResting = async (
  { db }: Deps,
  url: string,
  known: KnownKeySet | undefined,
  now: number,
): Promise<boolean> => {
  if (known === undefined || known.failedAt === 0) return false
  return known.failedAt > now - restMs || !(await claimRetry(db, url, now, restMs))
}

/** Its time begins when it is asked for: an answer that was long under way has aged meanwhile. */
const fetchNow = async (deps: Deps, url: string, now: number, leastMs: number): Promise<PublicKeySet> => {
  try {
    const { keySet, freshMs } = await ask(deps, url, now)
    await saveKeySet(deps.db, url, keySet, { now, freshUntil: now + Math.max(freshMs, leastMs) })
    return keySet
  } catch (error) {
    if (!(error instanceof SluiceError) || !causes.includes(error.code)) throw error
    await noteFailedFetch(deps.db, url, deps.clock.now())
    const reason = error.message.replace(/^Cannot (?:use the key set|[^"]*"[^"]*"): /, '')
    deps.log('warn', 'key set not to be had', { host: hostOf(url), reason, cause: causeOf(error) })
    throw refused(url, reason, error)
  }
}

const ask = async (
  { askRemote }: Deps,
  url: string,
  now: number,
): Promise<{ readonly keySet: PublicKeySet; readonly freshMs: number }> => {
  const { status, headers, body } = await askRemote({
    url,
    headers: { Accept: 'application/json, application/jwk-set+json;q=0.9' },
  })
  if (status !== 200) throw refused(url, `its server answers ${status}`)
  return { keySet: parsePublicKeySet(parseJson(body)), freshMs: freshForMs(headers, now) }
}

/** What a server of others can bring about; anything else is our own trouble, and not told as theirs. */
const causes: readonly string[] = ['forbidden', 'remote-unavailable', 'invalid', 'invalid-client']

const causeOf = ({ cause }: SluiceError): string | undefined =>
  cause instanceof Error ? cause.message : undefined

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined // no JSON, and so no key set
  }
}

const refused = (url: string, reason: string, cause?: unknown): SluiceError =>
  new SluiceError('invalid-client', `Cannot fetch the key set at "${hostOf(url)}": ${reason}`, { cause })

const hostOf = (url: string): string => (URL.canParse(url) ? new URL(url).host : '')
