import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createHarness, type Harness, startOfTime } from '../support/harness.ts'
import { patient } from './open-store.ts'

/** DESIGN section 4: a node whose clock is too far off the database's must not write, for every later write would bear its marks. */

let harness: Harness
beforeEach(async () => {
  harness = await createHarness({ maxClockSkewMs: 30_000 })
})
afterEach(() => harness.close())

const setClock = (ms: number) => harness.clock.advance(ms - harness.clock.now())
const storeClock = () => harness.deps.db.query.selectFrom('store_clock').selectAll().executeTakeFirst()

const expectRefused = async (response: Response) => {
  expect(response.status).toBe(503)
  expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0)
  expect(await response.json()).toMatchObject({
    resourceType: 'OperationOutcome',
    issue: [{ code: 'transient', diagnostics: expect.stringContaining('clock') }],
  })
}

describe.each([
  ['behind', startOfTime],
  ['ahead', Date.parse('2120-01-01T00:00:00Z')],
])('A node whose clock is years %s', (_, nowMs) => {
  beforeEach(() => setClock(nowMs))

  test('stores no resource, deletes none and loads none', async () => {
    const before = await storeClock()
    await expectRefused(await harness.put(patient('a')))
    await expectRefused(await harness.remove('Patient/a'))
    await expect(harness.load([patient('a'), patient('b')])).rejects.toMatchObject({
      code: 'database-unavailable',
    })
    expect(await storeClock()).toEqual(before)
    expect((await harness.request('/fhir/Patient/a')).status).toBe(404)
  })

  test('starts no export, whose transactionTime would be wrong and raise the floor of all writes', async () => {
    const before = await storeClock()
    await expectRefused(await harness.request('/fhir/$export'))
    expect(await storeClock()).toEqual(before)
    expect(await harness.deps.db.query.selectFrom('job').select('job_id').execute()).toEqual([])
    expect(await harness.tick()).toBe(false)
  })
})

test('A node whose clock is right, or comes right, writes and exports', async () => {
  await expectRefused(await harness.put(patient('a')))
  setClock(Date.now())
  expect((await harness.put(patient('a'))).status).toBe(201)
  const { manifest } = await harness.export()
  expect(manifest.output).toMatchObject([{ type: 'Patient', count: 1 }])
})
