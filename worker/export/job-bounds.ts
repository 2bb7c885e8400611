import type { Config } from '../config.ts'
import { SluiceError } from '../errors.ts'
import type { Place, RunBounds } from '../store/job-place.ts'
import type { Asker } from './asker.ts'

/** Exports of this client that may run at once; `undefined` bounds them not, as with 0 in the configuration and in a registration. */
export const maxClientJobsOf = (
  { limits }: Pick<Config, 'limits'>,
  { clientId, maxRunningJobs }: Asker,
): number | undefined =>
  clientId === undefined ? undefined : unlessZero(maxRunningJobs ?? limits.maxClientJobs)

/** What a kick-off needs: where others wait (`WHEN_BUSY=queue`) there is a place for every one. */
export const placeFor = (config: Pick<Config, 'limits' | 'whenBusy'>, asker: Asker): Place => {
  if (config.whenBusy === 'queue') return { inAll: undefined, ofClient: undefined }
  const atMost = maxClientJobsOf(config, asker)
  const { clientId } = asker
  return {
    inAll: unlessZero(config.limits.maxRunningJobs),
    ofClient: clientId === undefined || atMost === undefined ? undefined : { clientId, atMost },
  }
}

/** What the engine keeps to. Nobody is a client where no token is asked for. */
export const runBoundsOf = ({ limits, auth }: Pick<Config, 'limits' | 'auth'>): RunBounds => ({
  inAll: unlessZero(limits.maxRunningJobs),
  byClient: auth !== 'open',
})

export const isBounded = ({ inAll, ofClient }: Place): boolean =>
  inAll !== undefined || ofClient !== undefined

/**
 * 429 (Bulk Data IG, "Bulk Data Kick-off Request"). When an export will end nobody knows, so it says to ask again in a while: no longer
 * than the youngest in the way has run so far, for that may be small.
 */
export const noPlace = (
  { inAll, ofClient }: Place,
  { limits }: Pick<Config, 'limits'>,
  youngestForMs: number,
): SluiceError => {
  const longest = Math.min(busyRetryAfterSeconds, limits.retryAfterMaxSeconds)
  const bounds = [
    ...(ofClient === undefined ? [] : [`${ofClient.atMost} of one client`]),
    ...(inAll === undefined ? [] : [`${inAll} in all`]),
  ]
  return new SluiceError(
    'throttled',
    `Cannot start the export: as many run as may at once (${bounds.join(', ')}); try again after Retry-After, or delete one`,
    { retryAfterSeconds: Math.max(1, Math.min(longest, Math.ceil(youngestForMs / 1000))) },
  )
}

const busyRetryAfterSeconds = 60

const unlessZero = (bound: number): number | undefined => (bound === 0 ? undefined : bound)
