/** What a look found: `idle` asks less often, `stop` not at all. */
export type Seen = 'busy' | 'idle' | 'stop'

const busyMs = 1000
const idleMs = 10_000
const failedMaxMs = 30_000

/**
 * Looks again and again until it is stopped: every second while something moves, rarely while nothing does, ever more rarely while the
 * service does not answer, and not at all while nobody sees the page. A look tells its own errors; it throws to say that it failed.
 */
export const poll = (look: () => Promise<Seen>): (() => void) => {
  let timer: ReturnType<typeof setTimeout> | undefined
  let failures = 0
  let isStopped = false
  let isLooking = false

  const next = async (): Promise<void> => {
    if (isStopped || isLooking || document.hidden) return
    isLooking = true
    clearTimeout(timer)
    const delayMs = await delayAfter()
    isLooking = false
    if (!isStopped && delayMs !== undefined) timer = setTimeout(next, delayMs)
  }
  const delayAfter = async (): Promise<number | undefined> => {
    try {
      const seen = await look()
      failures = 0
      if (seen === 'stop') isStopped = true
      return seen === 'stop' ? undefined : seen === 'busy' ? busyMs : idleMs
    } catch {
      failures += 1
      return Math.min(failedMaxMs, busyMs * 2 ** failures)
    }
  }
  const onVisible = (): void => {
    if (!document.hidden) void next()
  }
  document.addEventListener('visibilitychange', onVisible)
  void next()
  return () => {
    isStopped = true
    clearTimeout(timer)
    document.removeEventListener('visibilitychange', onVisible)
  }
}
