import type { Deps } from '../deps.ts'
import { runTick } from './tick.ts'

/** Ticks one after another while there is work, beginning none after `ms`: what a cron trigger does where nothing runs for long. */
export const runTicks = async (deps: Deps, ms: number): Promise<void> => {
  const until = deps.clock.now() + ms
  let worked = true
  while (worked && deps.clock.now() < until) worked = await runTick(deps)
}
