import { SluiceError } from '../errors.ts'
import type { Clock } from '../platform/clock.ts'

/**
 * Who asks for the status of a running export earlier than `Retry-After` said, and again, is told to wait (Bulk Data IG, "Bulk Data Status
 * Request"). Some clients take a 429 for the end of the export (SPEC TR-19), so one that keeps to what it was told never gets it.
 */
export type PollPace = {
  /** Throws `throttled` when a poll of `what` is one too many before its time. */
  admit(what: string): void
  /** A poll of `what` was answered, with this `Retry-After`. */
  answered(what: string, retryAfterSeconds: number): void
}

/** Kept by this process for itself, and forgotten with it: another one is asked with the same patience anew. */
export const createPollPace = (clock: Pick<Clock, 'now'>, burst: number): PollPace => {
  const polls = new Map<string, { readonly dueAt: number; readonly early: number }>()
  return {
    admit: (what) => {
      const poll = polls.get(what)
      if (poll === undefined) return
      const leftMs = poll.dueAt - clock.now()
      const early = leftMs > 0 ? poll.early + 1 : 0
      polls.set(what, { ...poll, early })
      if (early > burst) throw tooEarly(Math.ceil(leftMs / 1000))
    },
    answered: (what, retryAfterSeconds) => {
      const { dueAt, early } = polls.get(what) ?? { dueAt: 0, early: 0 }
      const nextAt = clock.now() + retryAfterSeconds * 1000
      polls.delete(what) // so that it becomes the youngest
      // Several may watch one export, so the answer to one who came early must not put off another who was told less.
      polls.set(what, { dueAt: early > 0 ? Math.min(dueAt, nextAt) : nextAt, early })
      for (const [oldest] of polls) {
        if (polls.size <= maxPolls) break
        polls.delete(oldest)
      }
    },
  }
}

/** Some hundred bytes each; what is forgotten is forgiven. */
const maxPolls = 10_000

const tooEarly = (retryAfterSeconds: number): SluiceError =>
  new SluiceError(
    'throttled',
    `Cannot answer this status request: it comes too early, as others before it; wait for Retry-After (${retryAfterSeconds} s)`,
    { retryAfterSeconds },
  )
