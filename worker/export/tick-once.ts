import type { Deps } from '../deps.ts'
import { runTick } from './tick.ts'

/**
 * Where nothing runs for long, kick-offs and status polls bring a tick with them, one at a time per process (DESIGN I6). Its host may
 * end it without a word, after `longestMs` at the latest; then it no longer counts.
 */
export const createTickOnce = (deps: Deps, longestMs: number): (() => Promise<void>) => {
  const { clock, log } = deps
  let busyUntil = 0
  return async () => {
    const startedAt = clock.now()
    if (startedAt < busyUntil) return
    busyUntil = startedAt + longestMs
    try {
      await runTick(deps)
    } catch (error) {
      log('error', 'tick failed', { reason: error instanceof Error ? error.message : 'unknown' })
    } finally {
      busyUntil = 0
    }
  }
}
