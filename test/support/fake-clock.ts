import type { Clock } from '../../worker/platform/clock.ts'

export type FakeClock = Clock & {
  /** Moves time on by `ms`, and wakes, the earliest first, whoever sleeps no longer than that. */
  advance(ms: number): void
}

/** A clock that stands still until a test advances it: `sleep` never ends by itself. */
export const fakeClock = (startMs: number): FakeClock => {
  let nowMs = startMs
  const sleepers = new Set<{ readonly untilMs: number; readonly wake: () => void }>()

  return {
    now: () => nowMs,
    yield: () => new Promise((resolve) => setImmediate(resolve)),
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        const untilMs = nowMs + ms
        if (untilMs <= nowMs || signal?.aborted) return resolve()
        const wake = () => {
          sleepers.delete(sleeper)
          signal?.removeEventListener('abort', wake)
          resolve()
        }
        const sleeper = { untilMs, wake }
        sleepers.add(sleeper)
        signal?.addEventListener('abort', wake, { once: true })
      }),
    advance(ms) {
      nowMs += ms
      const due = [...sleepers].filter(({ untilMs }) => untilMs <= nowMs)
      for (const { wake } of due.sort((a, b) => a.untilMs - b.untilMs)) wake()
    },
  }
}
