import type { Context, MiddlewareHandler } from 'hono'
import type { Principal } from '../auth/principal.ts'
import type { Deps } from '../deps.ts'
import { hasCode, SluiceError } from '../errors.ts'
import { networkOf } from '../platform/network-address.ts'
import { createSlidingWindow } from '../platform/sliding-window.ts'

/** How often who may ask. Kept by each process, and by each isolate, for itself: two of them together let through twice as much. */
export type RequestPace = {
  /** Throws `throttled` for a request of a client that is one too many; others are counted. */
  admit(principal: Principal): void
  /** Does what may find bad credentials; throws `throttled` instead where too many such have come from the same source. */
  limitFailures<T>(whose: string, source: string | undefined, attempt: () => Promise<T>): Promise<T>
}

declare module 'hono' {
  interface ContextVariableMap {
    readonly pace: RequestPace
  }
}

/** Bad credentials that one source may show in a minute before it has to wait: whoever checks them has work with each. */
const failuresPerMinute = 60

/** Refuses (429) whoever asks more often than he may. Administrators are not counted, nor is anybody where no token is asked for. */
export const paceRequest = async (c: Context, principal: Principal): Promise<void> =>
  c.get('pace').admit(principal)

/**
 * For whatever checks credentials: what it throws as bad ones counts against the source of the request, and there against `whose` they are
 * said to be, where they say it: a client that fails hinders none that asks from the same address.
 */
export const limitFailures = <T>(c: Context, attempt: () => Promise<T>, whose = ''): Promise<T> =>
  c.get('pace').limitFailures(whose, c.get('source'), attempt)

/** Makes the pace known to what answers requests. */
export const pacing =
  (pace: RequestPace): MiddlewareHandler =>
  async (c, next) => {
    c.set('pace', pace)
    await next()
  }

export const createRequestPace = ({ config: { limits }, clock }: Deps): RequestPace => {
  const requests = createSlidingWindow(clock)
  const failures = createSlidingWindow(clock)
  return {
    admit: (principal) => {
      if (principal.kind !== 'client') return
      const ofClient = principal.requestsPerMinute ?? limits.clientRequestsPerMinute
      // Both are asked before either is counted: who is refused takes nothing from the others.
      const bounds = [
        { key: `client ${principal.clientId}`, bound: ofClient, whose: 'of this client' },
        { key: 'all', bound: limits.requestsPerMinute, whose: 'of all clients together' },
      ].filter(({ bound }) => bound > 0)
      for (const { key, bound, whose } of bounds) {
        const seconds = requests.secondsUntilFree(key, bound)
        if (seconds > 0) throw tooMany(`there are more than ${bound} requests ${whose} in a minute`, seconds)
      }
      for (const { key } of bounds) requests.count(key)
    },
    limitFailures: async (whose, source, attempt) => {
      // Where nobody knows who asks, a bound would let one stranger keep out everybody.
      if (source === undefined || source === '') return attempt()
      const key = `${networkOf(source)} ${whose}`
      const seconds = failures.secondsUntilFree(key, failuresPerMinute)
      if (seconds > 0) throw tooMany('too many bad credentials have come from its address', seconds)
      try {
        return await attempt()
      } catch (error) {
        // A token that was good once is no guess.
        if (hasCode(error, 'invalid-token', 'invalid-client', 'unauthenticated')) failures.count(key)
        throw error
      }
    },
  }
}

const tooMany = (reason: string, retryAfterSeconds: number): SluiceError =>
  new SluiceError(
    'throttled',
    `Cannot answer this request: ${reason}; wait for Retry-After (${retryAfterSeconds} s)`,
    {
      retryAfterSeconds,
    },
  )
