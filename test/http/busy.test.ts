import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Environment } from '../../worker/config.ts'
import { patient } from '../store/open-store.ts'
import { actionsOf } from '../support/audit-rows.ts'
import { createHarness, type Harness, statusPathOf } from '../support/harness.ts'
import { administrator, clientWith, smartEnvironment } from '../support/principals.ts'
import { expectOutcome } from './expect-outcome.ts'

let h: Harness
const open = async (environment: Environment) => {
  h = await createHarness({}, undefined, undefined, { WHEN_BUSY: 'reject', ...environment })
  await h.load([patient('p1')])
}
afterEach(() => h.close())

const export_ = '/fhir/$export'
const statusOf = async (request: Promise<Response>) => (await request).status

describe('A kick-off where others run already, with WHEN_BUSY=reject and AUTH=open', () => {
  beforeEach(() => open({ MAX_RUNNING_JOBS: '1' }))

  test('is refused with 429, when to come again, and an OperationOutcome', async () => {
    await h.kickOff()
    const response = await h.request(export_)
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThanOrEqual(1)
    await expectOutcome(response, 429, 'throttled')
    expect(await actionsOf(h)).toEqual(['export.kick-off', 'export.kick-off refused'])
  })

  test('is told to come again after no longer than the youngest in the way has run, and within a minute', async () => {
    await h.kickOff()
    const waits: (string | null)[] = []
    for (const afterMs of [0, 2500, 20_000, 600_000]) {
      h.clock.advance(afterMs)
      waits.push((await h.request(export_)).headers.get('retry-after'))
    }
    expect(waits).toEqual(['1', '3', '23', '60'])
  })

  test('gets the place of one that was deleted, at once, and of one that has ended', async () => {
    const first = await h.kickOff()
    await h.tick()
    await h.request(first, { method: 'DELETE' })
    const second = await h.kickOff()
    expect(await statusOf(h.request(export_))).toBe(429)
    expect((await h.finish(second)).status).toBe(200)
    await h.kickOff()
  })

  test('of several at once exactly as many get in as there are places', async () => {
    const statuses = await Promise.all(Array.from({ length: 8 }, () => statusOf(h.request(export_))))
    expect(statuses.sort()).toEqual([202, ...Array.from({ length: 7 }, () => 429)])
    expect(await h.deps.db.query.selectFrom('job').selectAll().execute()).toHaveLength(1)
    expect(await h.deps.db.query.selectFrom('work_unit').selectAll().execute()).toHaveLength(1)
  })

  test('that is sent again with its Idempotency-Key gets its job, and another one is refused', async () => {
    const send = (key: string) => h.request(export_, { headers: { 'idempotency-key': key } })
    const [first, again, other] = [await send('a'), await send('a'), await send('b')]
    expect([first.status, again.status, other.status]).toEqual([202, 202, 429])
    expect(again.headers.get('content-location')).toBe(first.headers.get('content-location'))
  })

  test('sent several times at once with one Idempotency-Key gets one job each time', async () => {
    const statuses = await Promise.all(
      Array.from({ length: 5 }, () => statusOf(h.request(export_, { headers: { 'idempotency-key': 'a' } }))),
    )
    expect(new Set(statuses)).toEqual(new Set([202]))
  })

  test('is not refused when it is a dry run', async () => {
    await h.kickOff()
    expect(await statusOf(h.request(`${export_}?_dryRun=true`))).toBe(200)
  })

  test('is told what is wrong with it first', async () => {
    await h.kickOff()
    expect(await statusOf(h.request(`${export_}?_type=Nothing`))).toBe(400)
  })
})

describe('A kick-off of a client that has as many exports as it may, with WHEN_BUSY=reject', () => {
  beforeEach(() => open({ ...smartEnvironment, MAX_RUNNING_JOBS: '4', MAX_CLIENT_JOBS: '1' }))

  test('is refused, and those of others are not, as long as there are places in all', async () => {
    const [one, two] = ['one', 'two'].map((clientId) => h.as(clientWith('system/*.rs', { clientId })))
    const generous = h.as(clientWith('system/*.rs', { clientId: 'three', maxRunningJobs: 9 }))
    const ask = async (by: Harness['request'] | undefined) => (await by?.(export_))?.status
    expect([await ask(one), await ask(one), await ask(two)]).toEqual([202, 429, 202])
    expect([await ask(generous), await ask(generous), await ask(generous)]).toEqual([202, 202, 429])
    expect(await ask(h.as(administrator()))).toBe(429)
  })

  test('gets in when it has deleted one', async () => {
    const client = h.as(clientWith('system/*.rs'))
    const first = await client(export_)
    expect(await statusOf(client(export_))).toBe(429)
    await client(statusPathOf(first), { method: 'DELETE' })
    expect(await statusOf(client(export_))).toBe(202)
  })
})
