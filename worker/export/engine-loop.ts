import type { Deps } from '../deps.ts'
import { runSweep } from './sweep.ts'
import { runTick } from './tick.ts'

const shortestRestMs = 10

export type EngineLoop = {
  /** Rouses the engine without waiting for it. */
  wake(): void
  /** Whether any lane looks for work or does some, or a sweep runs; a moment after `wake`, not at once. */
  isBusy(): boolean
  /** Lets the slices that run come to their end, and stops; waits `graceMs` at most, for a storage may never answer. */
  stop(graceMs: number): Promise<void>
}

/**
 * The engine of a long-running process: `lanes` ticks at once, one after another while there is work, else asleep until someone wakes
 * it or `tickMs` has passed; and a sweep every `sweepMs`. A lane that finds nothing looks again soon, and less and less often: the
 * others may just be planning what it can help with.
 */
export const startEngineLoop = (deps: Deps): EngineLoop => {
  const { clock, config, log } = deps
  const { lanes, tickMs, sweepMs } = config.limits
  const stopping = new AbortController()
  let asleep = new AbortController()
  let wakes = 0
  let resting = 0
  let isSweeping = false

  const attempt = async (what: string, work: () => Promise<boolean>): Promise<boolean> => {
    try {
      return await work()
    } catch (error) {
      log('error', `${what} failed`, { reason: error instanceof Error ? error.message : 'unknown' })
      return false
    }
  }
  const sleep = (ms: number) => clock.sleep(ms, AbortSignal.any([stopping.signal, asleep.signal]))
  const lane = async (): Promise<void> => {
    let restMs = Math.min(shortestRestMs, tickMs)
    while (!stopping.signal.aborted) {
      const seen = wakes
      const worked = await attempt('tick', () => runTick(deps))
      if (worked || seen !== wakes) restMs = shortestRestMs
      else {
        resting++
        await sleep(restMs)
        resting--
        restMs = seen === wakes ? Math.min(tickMs, 2 * restMs) : shortestRestMs
      }
    }
  }
  const sweeper = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      isSweeping = true
      await attempt('sweep', async () => {
        await runSweep(deps)
        return true
      })
      isSweeping = false
      await clock.sleep(sweepMs, stopping.signal)
    }
  }

  const running = Promise.all([...Array.from({ length: lanes }, lane), sweeper()])
  return {
    isBusy: () => resting < lanes || isSweeping,
    wake: () => {
      wakes++
      asleep.abort()
      asleep = new AbortController()
    },
    stop: async (graceMs) => {
      stopping.abort()
      const stopped = new AbortController()
      await Promise.race([running.finally(() => stopped.abort()), clock.sleep(graceMs, stopped.signal)])
    },
  }
}
