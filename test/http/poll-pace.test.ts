import { afterEach, describe, expect, test } from 'vitest'
import type { Limits } from '../../worker/config.ts'
import { createApp } from '../../worker/http/app.ts'
import { createPollPace } from '../../worker/http/poll-pace.ts'
import { fakeClock } from '../support/fake-clock.ts'
import { createHarness, type Harness } from '../support/harness.ts'
import { expectOutcome } from './expect-outcome.ts'

/** A poll that is answered, unless it is refused: whether it was, and how long it was told to wait. */
const createClient = (burst: number) => {
  const clock = fakeClock(1_000_000)
  const pace = createPollPace(clock, burst)
  const poll = (retryAfterSeconds = 10, what = 'job 1'): 'answered' | number => {
    try {
      pace.admit(what)
    } catch (error) {
      expect(error).toMatchObject({ code: 'throttled', retryAfterSeconds: expect.any(Number) })
      return (error as { retryAfterSeconds: number }).retryAfterSeconds
    }
    pace.answered(what, retryAfterSeconds)
    return 'answered'
  }
  return { clock, poll }
}
const times = <T>(count: number, deed: () => T): T[] => Array.from({ length: count }, () => deed())
const answered = (count: number) => times(count, () => 'answered')

describe('The pace of polls', () => {
  test('is free for who keeps to Retry-After, for ever', () => {
    const { clock, poll } = createClient(0)
    for (let polls = 0; polls < 1000; polls++) {
      const wait = (polls % 60) + 1
      expect(poll(wait)).toBe('answered')
      clock.advance(wait * 1000)
    }
  })

  test('puts up with some early polls in a row, and refuses those beyond until the time has come', () => {
    const { clock, poll } = createClient(3)
    expect(times(4, poll)).toEqual(answered(4))
    clock.advance(2500)
    expect(times(3, poll)).toEqual([8, 8, 8])
    clock.advance(7499)
    expect(poll()).toBe(1)
    clock.advance(1)
    expect(times(4, poll)).toEqual(answered(4))
    expect(poll()).toBe(10)
  })

  test('refuses the first early poll when none is tolerated', () => {
    const { poll } = createClient(0)
    expect([poll(), poll()]).toEqual(['answered', 10])
  })

  test('does not take it ill when who came early was told to come back sooner', () => {
    const { clock, poll } = createClient(1)
    expect(poll(60)).toBe('answered')
    clock.advance(1000)
    for (let polls = 0; polls < 20; polls++) {
      expect(poll(2)).toBe('answered')
      clock.advance(2000)
    }
  })

  test('lets several watch one export, each of whom keeps to what he was told', () => {
    const { clock, poll } = createClient(10)
    const watchers = times(5, () => 0)
    for (let second = 0; second < 600; second++) {
      for (const [who, dueAt] of watchers.entries()) {
        if (second < dueAt + who) continue
        expect(poll(20)).toBe('answered')
        watchers[who] = second + 20 - who
      }
      clock.advance(1000)
    }
  })

  test('is one for each export', () => {
    const { poll } = createClient(0)
    expect([poll(10, 'a'), poll(10, 'b'), poll(10, 'a'), poll(10, 'b')]).toEqual([
      'answered',
      'answered',
      10,
      10,
    ])
  })

  test('forgets who was not heard of for the longest, so that it never holds more than it should', () => {
    const { poll } = createClient(0)
    for (let job = 0; job < 10_001; job++) poll(60, `job ${job}`)
    expect(poll(60, 'job 10000')).toBe(60)
    expect(poll(60, 'job 1')).toBe(60)
    expect(poll(60, 'job 0')).toBe('answered')
    expect(poll(60, 'job 0')).toBe(60)
    expect(poll(60, 'job 1')).toBe('answered')
  })
})

const open: Harness[] = []
const create = async (limits: Partial<Limits>): Promise<Harness> => {
  const h = await createHarness(limits)
  open.push(h)
  await h.load(Array.from({ length: 30 }, (_, i) => ({ resourceType: 'Patient', id: `p${i}` })))
  return h
}
afterEach(() => {
  for (const h of open.splice(0)) h.close()
})
const polls = async (h: Harness, path: string, count: number) => {
  const statuses: number[] = []
  for (let poll = 0; poll < count; poll++) statuses.push((await h.request(path)).status)
  return statuses
}

describe('Status requests that come too fast', () => {
  test('are 429 after POLL_BURST of them, with the time that is left, until it is over', async () => {
    const h = await create({ pollBurst: 10 })
    const status = await h.kickOff()
    expect(await polls(h, status, 11)).toEqual(times(11, () => 202))
    const response = await h.request(status)
    expect(response.headers.get('retry-after')).toBe('1')
    expect(await expectOutcome(response, 429, 'throttled')).toContain('Retry-After')
    h.clock.advance(1000)
    expect(await polls(h, status, 12)).toEqual([...times(11, () => 202), 429])
  })

  test('do not rouse the engine', async () => {
    const h = await create({ pollBurst: 0 })
    let wakes = 0
    const app = createApp(h.deps, () => {
      wakes++
    })
    const status = await h.kickOff()
    for (let poll = 0; poll < 5; poll++) await app.request(status, { headers: { host: 'localhost' } })
    expect(wakes).toBe(1)
  })

  test('are never refused what is finished, nor a wish to delete it', async () => {
    const h = await create({ pollBurst: 0 })
    const status = await h.kickOff()
    expect(await polls(h, status, 2)).toEqual([202, 429])
    while (await h.tick());
    expect(await polls(h, status, 50)).toEqual(times(50, () => 200))
    const running = await h.kickOff()
    expect(await polls(h, running, 2)).toEqual([202, 429])
    expect((await h.request(running, { method: 'DELETE' })).status).toBe(202)
    expect(await polls(h, running, 2)).toEqual([404, 404])
  })

  test('are those of one page: who has one may ask for the next at once, and again for what he has', async () => {
    const h = await create({ pollBurst: 0, fileBytes: 300, pageRows: 3, tickRows: 6 })
    const status = await h.kickOff('?allowPartialManifests=true')
    while (h.storage.objects.size === 0) await h.tick()
    expect(await polls(h, status, 2)).toEqual([202, 429])
    expect(await polls(h, `${status}?page=1`, 20)).toEqual(times(20, () => 200))
    expect(await polls(h, `${status}?page=2`, 2)).toEqual([202, 429])
    await h.tick()
    expect(await polls(h, `${status}?page=2`, 20)).toEqual(times(20, () => 200))
  })

  test('are the same by whatever URL they come', async () => {
    const h = await create({ pollBurst: 0 })
    const status = await h.kickOff()
    const id = status.split('/').at(-1)
    expect(await polls(h, status, 1)).toEqual([202])
    expect(await polls(h, `/fhir/$exportstatus/${id}`, 1)).toEqual([429])
    expect(await polls(h, `/fhir/$exportstatus?_id=${id}`, 1)).toEqual([429])
  })
})
