/** Counts what happens in a minute, by key, in bounded memory. */
export type SlidingWindow = {
  /** Whole seconds until one more of `key` is below the bound; 0 when it is already. */
  secondsUntilFree(key: string, bound: number): number
  count(key: string): void
}

const windowMs = 60_000

/** Of some hundred bytes each. Who was forgotten is forgiven. */
const maxKeys = 10_000

type Count = { readonly startsAt: number; readonly before: number; readonly now: number }

/**
 * The minute that slides is made of the two that do not: all of the present one, and of the one before as much as is still within. That
 * takes two numbers a key, however many requests there are.
 */
export const createSlidingWindow = (clock: { now(): number }): SlidingWindow => {
  const counts = new Map<string, Count>()
  const countOf = (key: string): Count => {
    const startsAt = Math.floor(clock.now() / windowMs) * windowMs
    const known = counts.get(key)
    if (known === undefined || known.startsAt < startsAt - windowMs) return { startsAt, before: 0, now: 0 }
    return known.startsAt === startsAt ? known : { startsAt, before: known.now, now: 0 }
  }
  return {
    secondsUntilFree: (key, bound) => {
      const count = countOf(key)
      return Math.ceil(Math.max(0, freeAt(count, bound) - clock.now()) / 1000)
    },
    count: (key) => {
      const count = countOf(key)
      counts.delete(key) // so that it becomes the youngest
      counts.set(key, { ...count, now: count.now + 1 })
      for (const [oldest] of counts) {
        if (counts.size <= maxKeys) break
        counts.delete(oldest)
      }
    },
  }
}

/** When what is counted has room for one more below the bound: in this minute, by what leaves of the one before; or in the next. */
const freeAt = ({ startsAt, before, now }: Count, bound: number): number => {
  if (now < bound) return startsAt + windowMs * shareToLeave(before, bound - 1 - now)
  return startsAt + windowMs * (1 + shareToLeave(now, bound - 1))
}

/** The share of so many that has to be gone until so many are left. */
const shareToLeave = (count: number, left: number): number => (count <= left ? 0 : 1 - left / count)
