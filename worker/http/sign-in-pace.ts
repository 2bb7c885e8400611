import { SluiceError } from '../errors.ts'
import type { Clock } from '../platform/clock.ts'
import { networkOf } from '../platform/network-address.ts'
import { createRowBudget } from '../platform/row-budget.ts'

/** How often signing in may fail, from one source and in all, before it is refused without a look. */
export type SignInPace = {
  /** Counts an attempt as failed until it is forgiven; throws `throttled` when there were too many. */
  begin(source: string | undefined): void
  /** The attempt was good. */
  forgive(source: string | undefined): void
  /** Counts a challenge that is made, which is a row: throws `throttled` when there were too many. */
  start(source: string | undefined): void
  /** Whether a refusal may still be written to the audit, and how many before it could not. */
  record(): { readonly unrecorded: number } | undefined
}

/** Kept by this process for itself. Secrets have 256 bits, so this is against noise and load more than against guessing. */
export const createSignInPace = (clock: Pick<Clock, 'now'>): SignInPace => {
  const attempts = createCounter(clock, { ofSource: 10, inAll: 300 })
  const starts = createCounter(clock, { ofSource: 60, inAll: 600 })
  const rows = createRowBudget(maxRecorded)
  return {
    begin: attempts.count,
    forgive: attempts.forgive,
    start: starts.count,
    record: () => {
      const unrecorded = rows.take(clock.now())
      return unrecorded === undefined ? undefined : { unrecorded }
    },
  }
}

/** From one source in five minutes, as often as a person errs; and in all in one, far more, so that nobody shuts all others out for little. */
type Most = { readonly ofSource: number; readonly inAll: number }

const createCounter = (clock: Pick<Clock, 'now'>, { ofSource, inAll }: Most) => {
  const all = createWindow(clock, inAll, minuteMs)
  const sources = new Map<string, Window>()
  const windowOf = (source: string | undefined): Window | undefined => {
    if (source === undefined) return undefined // all who are unknown would share one, and shut each other out
    const key = networkOf(source)
    const window = sources.get(key) ?? createWindow(clock, ofSource, sourceMs)
    sources.delete(key) // so that it becomes the youngest
    sources.set(key, window)
    for (const [oldest] of sources) {
      if (sources.size <= maxSources) break
      sources.delete(oldest)
    }
    return window
  }
  return {
    count: (source: string | undefined): void => {
      const window = windowOf(source)
      const leftMs = Math.max(all.leftMs(), window?.leftMs() ?? 0)
      if (leftMs > 0) throw tooMany(Math.ceil(leftMs / 1000))
      all.add(1)
      window?.add(1)
    },
    forgive: (source: string | undefined): void => {
      all.add(-1)
      windowOf(source)?.add(-1)
    },
  }
}

const minuteMs = 60_000

const sourceMs = 5 * minuteMs

/** Refusals a minute that get an audit row each; the next one tells how many did not. */
const maxRecorded = 30

/** Some hundred bytes each; what is forgotten is forgiven. */
const maxSources = 10_000

type Window = { leftMs(): number; add(count: number): void }

/** Counts within a time that begins with the first of them. `leftMs`: how long until there is room, 0 when there is. */
const createWindow = (clock: Pick<Clock, 'now'>, max: number, lengthMs: number): Window => {
  let endsAt = 0
  let count = 0
  const renew = (): void => {
    if (clock.now() < endsAt) return
    endsAt = clock.now() + lengthMs
    count = 0
  }
  return {
    leftMs: () => {
      renew()
      return count < max ? 0 : endsAt - clock.now()
    },
    add: (more) => {
      renew()
      count = Math.max(0, count + more)
    },
  }
}

const tooMany = (retryAfterSeconds: number): SluiceError =>
  new SluiceError(
    'throttled',
    `Cannot sign in: there were too many attempts; wait for Retry-After (${retryAfterSeconds} s)`,
    { retryAfterSeconds },
  )
