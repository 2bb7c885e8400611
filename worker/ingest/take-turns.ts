import type { Clock } from '../platform/clock.ts'

/** Lets others have their turn before every so manieth of many small works: a look at a file of a database ends on this thread, and keeps everyone else waiting. */
export const takeTurns = async (clock: Clock, place: number): Promise<void> => {
  if (place % worksATurn === 0) await clock.yield()
}

const worksATurn = 20
