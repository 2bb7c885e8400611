import { afterEach, describe, expect, test } from 'vitest'
import type { Limits } from '../../worker/config.ts'
import { memoryStorage } from '../../worker/storage/memory.ts'
import type { Storage } from '../../worker/storage/storage.ts'
import { fakeClock } from '../support/fake-clock.ts'
import { createHarness, type Harness, startOfTime, statusPathOf } from '../support/harness.ts'
import { expectOutcome } from './expect-outcome.ts'

const open: Harness[] = []
const create = async (limits: Partial<Limits> = {}, storage?: Storage): Promise<Harness> => {
  const h = await createHarness({ fileBytes: 300, pageRows: 3, tickRows: 6, ...limits }, storage)
  open.push(h)
  await h.load(Array.from({ length: 20 }, (_, i) => ({ resourceType: 'Patient', id: `p${i}` })))
  return h
}
afterEach(() => {
  for (const h of open.splice(0)) h.close()
})

const asking = 'respond-async, separate-export-status'
const kickOff = async (h: Harness, query = '', prefer = asking) => {
  const accepted = await h.request(`/fhir/$export${query}`, { headers: { prefer } })
  expect(accepted.status).toBe(202)
  return { accepted, status: statusPathOf(accepted) }
}
const exportStatusOf = (response: Response) => [response.status, response.headers.get('x-export-status')]
const broken: Storage = {
  ...memoryStorage({ clock: fakeClock(startOfTime) }),
  put: () => Promise.reject(new Error('broken')),
  beginUpload: () => Promise.reject(new Error('broken')),
}
const tickToEnd = async (h: Harness) => {
  while (await h.tick()) h.clock.advance(1)
}

describe('An export whose status was asked to be separate', () => {
  test.each([asking, 'separate-export-status', 'Separate-Export-Status;x=1 , handling=lenient'])(
    'is said to be, with Prefer: %s',
    async (prefer) => {
      const { accepted } = await kickOff(await create(), '', prefer)
      expect(accepted.headers.get('preference-applied')).toBe('respond-async, separate-export-status')
    },
  )

  test('is told by X-Export-Status in every state, and the request was always answered', async () => {
    const h = await create()
    const { status } = await kickOff(h)
    const accepted = await h.request(status)
    expect(exportStatusOf(accepted)).toEqual([200, '202 Accepted'])
    expect(accepted.headers.get('x-progress')).toBe('0% accepted')
    expect(accepted.headers.get('retry-after')).toBe('1')
    expect(accepted.headers.get('content-type')).toBeNull()
    expect(await accepted.text()).toBe('')
    await h.tick()
    const running = await h.request(status)
    expect(exportStatusOf(running)).toEqual([200, '202 Accepted'])
    expect(running.headers.get('x-progress')).toMatch(/in-progress/)
    await tickToEnd(h)
    const completed = await h.request(status)
    expect(exportStatusOf(completed)).toEqual([200, '200 OK'])
    expect(completed.headers.get('content-type')).toBe('application/json; charset=utf-8')
    expect(completed.headers.get('expires')).not.toBeNull()
    expect((await completed.json()).output.length).toBeGreaterThan(1)
    expect(exportStatusOf(await h.request(status, { method: 'HEAD' }))).toEqual([200, '200 OK'])
  })

  test('has failed with the code of the failure, and says why', async () => {
    const h = await create({ retryLimit: 1 }, broken)
    const { status } = await kickOff(h)
    await tickToEnd(h)
    const failed = await h.request(status)
    expect(exportStatusOf(failed)).toEqual([200, '500 Internal Server Error'])
    expect(failed.headers.get('cache-control')).toBe('no-store')
    expect(await expectOutcome(failed, 200, 'processing')).toMatch(/^Cannot finish the export/)
  })

  test('is told apart from the pages of its manifest', async () => {
    const h = await create()
    const { status } = await kickOff(h, '?allowPartialManifests=true')
    for (let ticks = 0; ticks < 9 && h.storage.objects.size === 0; ticks++) await h.tick()
    const first = await h.request(status)
    expect(exportStatusOf(first)).toEqual([200, '202 Accepted'])
    expect(await first.json()).toMatchObject({ link: [{ relation: 'next' }] })
    expect(exportStatusOf(await h.request(`${status}?page=1`))).toEqual([200, '200 OK'])
    const waiting = await h.request(`${status}?page=2`)
    expect(exportStatusOf(waiting)).toEqual([200, '202 Accepted'])
    expect(await waiting.text()).toBe('')
    const beyond = await h.request(`${status}?page=3`)
    expect(beyond.headers.get('x-export-status')).toBeNull()
    await expectOutcome(beyond, 404, 'not-found')
    await tickToEnd(h)
    expect(exportStatusOf(await h.request(`${status}?page=2`))).toEqual([200, '200 OK'])
  })

  test('that fails answers so where its next page would be', async () => {
    const h = await create({ retryLimit: 1 }, broken)
    const { status } = await kickOff(h, '?allowPartialManifests=true')
    await tickToEnd(h)
    for (const path of [status, `${status}?page=1`])
      expect(exportStatusOf(await h.request(path))).toEqual([200, '500 Internal Server Error'])
  })

  test('is 404 like any other when it is unknown, and 429 or 503 when the request could not be answered', async () => {
    const h = await create({ pollBurst: 0 })
    const { status } = await kickOff(h)
    await h.request(status)
    const throttled = await h.request(status)
    expect(throttled.headers.get('x-export-status')).toBeNull()
    await expectOutcome(throttled, 429, 'throttled')
    expect((await h.request(status, { method: 'DELETE' })).status).toBe(202)
    const unknown = await h.request(status)
    expect(unknown.headers.get('x-export-status')).toBeNull()
    await expectOutcome(unknown, 404, 'not-found')
    h.deps.db.close()
    await expectOutcome(await h.request(status), 503, 'transient')
  })

  test('is remembered with the job, by whatever process is asked', async () => {
    const h = await create()
    const { status } = await kickOff(h)
    const row = await h.deps.db.query.selectFrom('job').select('parameters').executeTakeFirstOrThrow()
    expect(JSON.parse(row.parameters)).toMatchObject({ shape: { separatesStatus: true } })
    expect(exportStatusOf(await h.request(status, { headers: { prefer: 'respond-async' } }))).toEqual([
      200,
      '202 Accepted',
    ])
  })
})

describe('An export whose status was not asked to be separate', () => {
  test.each(['respond-async', '', 'x="separate-export-status"', 'respond-async; separate-export-status'])(
    'has the status codes it always had, with Prefer: %s',
    async (prefer) => {
      const h = await create()
      const { accepted, status } = await kickOff(h, '', prefer)
      expect(accepted.headers.get('preference-applied')).toBeNull()
      const polling = { headers: { prefer: asking } } // too late
      expect(exportStatusOf(await h.request(status, polling))).toEqual([202, null])
      await tickToEnd(h)
      expect(exportStatusOf(await h.request(status, polling))).toEqual([200, null])
    },
  )
})
