import { describe, expect, test } from 'vitest'
import { fakeClock } from './fake-clock.ts'

describe('The fake clock', () => {
  test('lets sleepers sleep until it is advanced to their time, and wakes them in order', async () => {
    const clock = fakeClock(1_000)
    const woken: string[] = []
    const sleeps = [
      clock.sleep(20).then(() => woken.push('second')),
      clock.sleep(10).then(() => woken.push('first')),
    ]
    clock.advance(9)
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(woken).toEqual([])
    clock.advance(11)
    await Promise.all(sleeps)
    expect(woken).toEqual(['first', 'second'])
    expect(clock.now()).toBe(1_020)
  })

  test('wakes a sleeper at once when its signal aborts, or has aborted', async () => {
    const clock = fakeClock(0)
    const abort = new AbortController()
    const sleep = clock.sleep(10, abort.signal)
    abort.abort()
    await sleep
    await clock.sleep(10, abort.signal)
    expect(clock.now()).toBe(0)
  })
})
