import { SluiceError } from '../../errors.ts'
import type { Clock } from '../../platform/clock.ts'
import { backoffMs } from '../../platform/retry.ts'

/** How long the command puts up with failures; shared by all that a run does, but counted for each thing that it tries. */
export type Limits = {
  readonly clock: Pick<Clock, 'now' | 'sleep'>
  readonly patienceMs: number
  /** The instant at which the whole command gives up. */
  readonly deadline: number
  /** Hears of a pause that a person would wonder about. */
  readonly onWait?: (error: unknown, waitMs: number) => void
}

export type Patience = {
  /** There was progress: failures before it are forgiven. */
  forgive(): void
  /** Waits before another attempt, as long as asked, or with growing pauses; throws `error` when there is to be none. */
  rest(error: unknown, askedMs?: number): Promise<void>
}

export const openPatience = ({ clock, patienceMs, deadline, onWait }: Limits): Patience => {
  let [failures, failingSince] = [0, 0]
  return {
    forgive: () => {
      failures = 0
    },
    rest: async (error, askedMs) => {
      failures += 1
      if (failures === 1) failingSince = clock.now()
      const waitMs = Math.max(askedMs ?? backoffMs(failures, pauses), shortestMs)
      const resumesAt = clock.now() + waitMs
      if (resumesAt > deadline) throw overdue(error)
      if (resumesAt > failingSince + Math.max(patienceMs, askedMs ?? 0)) throw error
      if (waitMs >= longPauseMs) onWait?.(error, waitMs)
      await clock.sleep(waitMs)
    },
  }
}

/** A restart of a server is over in a second or two; an outage need not be asked about oftener than twice a minute. */
const pauses = { retryBaseMs: 500, retryMaxMs: 30_000 }
/** A server that says `Retry-After: 0` is not asked in a tight loop. */
const shortestMs = 100
const longPauseMs = 5000

export const overdue = (cause?: unknown): SluiceError =>
  new SluiceError(
    'throttled',
    'Cannot finish the export: --timeout is over; run the command again to go on',
    { cause },
  )
