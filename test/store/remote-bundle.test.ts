import { sql } from 'kysely'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { bundleText, syntheaBundle, type TestEntry } from '../support/bundles.ts'
import { createHarness, type Harness } from '../support/harness.ts'
import { sampleLines } from '../support/sample-lines.ts'
import { isSqldMissing, type SqldServer, startSqld } from '../support/sqld-server.ts'

describe.skipIf(isSqldMissing)('A transaction on a libSQL server', () => {
  let sqld: SqldServer
  beforeAll(async () => {
    sqld = await startSqld()
  })
  afterAll(() => sqld.stop())

  const open: Harness[] = []
  afterEach(() => {
    for (const harness of open.splice(0)) harness.close()
  })
  const onServer = async (limits: Parameters<typeof createHarness>[0] = {}) => {
    let requests = 0
    const counting: typeof fetch = (...call) => {
      requests++
      return fetch(...call)
    }
    const harness = await createHarness(limits, undefined, await sqld.emptied(counting))
    open.push(harness)
    return { harness, countRequests: () => requests }
  }
  const onFile = async () => {
    const harness = await createHarness()
    open.push(harness)
    return harness
  }
  const send = async (h: Harness, body: string) => {
    const headers = { 'content-type': 'application/fhir+json', prefer: 'return=representation' }
    const response = await h.request('/fhir', { method: 'POST', body, headers })
    return { status: response.status, text: await response.text() }
  }
  const clock = async ({ deps: { db } }: Harness) => {
    const [clocks, resources] = await Promise.all([
      sql`select * from store_clock`.execute(db.query),
      sql`select count(*) as n from resource`.execute(db.query),
    ])
    return [clocks.rows, resources.rows]
  }
  const put = (id: string, conditions: object = {}): TestEntry => ({
    resource: { resourceType: 'Patient', id },
    request: { method: 'PUT', url: `Patient/${id}`, ...conditions },
  })
  const get = (url: string): TestEntry => ({ request: { method: 'GET', url } })

  test('is one request, and answers as on a file', async () => {
    const { harness, countRequests } = await onServer()
    const body = syntheaBundle(sampleLines(1))
    const before = countRequests()
    const answer = await send(harness, body)
    expect(countRequests() - before).toBe(1)
    expect(answer.status).toBe(200)
    expect(answer).toEqual(await send(await onFile(), body))
  })

  test('reads what it wrote, and counts two requests for it', async () => {
    const { harness, countRequests } = await onServer()
    const body = bundleText('transaction', [get('Patient/a'), put('a'), get('Patient/a/_history/1')])
    const before = countRequests()
    const answer = await send(harness, body)
    expect(countRequests() - before).toBe(2)
    expect(answer).toEqual(await send(await onFile(), body))
    expect(answer.status).toBe(200)
  })

  test.each<readonly [string, readonly TestEntry[], number]>([
    ['an expected version that is not there', [put('b'), put('a', { ifMatch: 'W/"2"' })], 412],
    ['a resource that must not be there', [put('b'), put('a', { ifNoneMatch: '*' })], 412],
    ['a read of nothing', [put('b'), get('Patient/c')], 404],
    ['a read of a version of nothing', [put('b'), get('Patient/a/_history/7')], 404],
    [
      'a read of what it deletes',
      [get('Patient/a'), { request: { method: 'DELETE', url: 'Patient/a' } }],
      410,
    ],
  ])('writes nothing for %s', async (_, entries, status) => {
    const { harness } = await onServer()
    const file = await onFile()
    const body = bundleText('transaction', entries)
    for (const h of [harness, file]) await send(h, bundleText('transaction', [put('a')]))
    const before = await clock(harness)
    const answer = await send(harness, body)
    expect(answer.status).toBe(status)
    expect(await clock(harness)).toEqual(before)
    expect(answer).toEqual(await send(file, body))
  })

  test('has room for 40,000 entries', { timeout: 60_000 }, async () => {
    const { harness } = await onServer({ maxBundleEntries: 40_000 })
    const entries = Array.from({ length: 40_000 }, (_, n) => put(`${n}-`.padEnd(64, 'x')))
    const answer = await send(harness, bundleText('transaction', entries))
    expect(answer.text.slice(0, 200)).toContain('transaction-response')
    expect(await clock(harness)).toMatchObject([[{ next_seq: 40_001 }], [{ n: 40_000 }]])
  })

  test('has room for 32 MiB', { timeout: 60_000 }, async () => {
    const { harness } = await onServer()
    const text = '"\\u00e9'.repeat(200_000)
    const entries = Array.from({ length: 18 }, (_, n) => ({
      resource: { resourceType: 'Basic', id: `${n}`, code: { text } },
      request: { method: 'PUT', url: `Basic/${n}` },
    }))
    const body = bundleText('transaction', entries)
    expect(body.length).toBeGreaterThan(30_000_000)
    expect(body.length).toBeLessThan(32 * 1024 * 1024)
    expect((await send(harness, body)).status).toBe(200)
  })

  test('with more members of Groups than a value holds is refused with a sentence', async () => {
    const { harness } = await onServer()
    const member = Array.from({ length: 40_000 }, (_, n) => ({ entity: { reference: `Patient/${n}` } }))
    const groups = ['a', 'b'].map((id) => ({
      resource: { resourceType: 'Group', id, type: 'person', actual: true, member },
      request: { method: 'PUT', url: `Group/${id}` },
    }))
    const before = await clock(harness)
    const refused = await send(harness, bundleText('transaction', groups))
    expect(refused.status).toBe(413)
    expect(refused.text).toContain('too many members')
    expect(await clock(harness)).toEqual(before)
    expect((await send(harness, bundleText('batch', groups))).status).toBe(200)
    expect((await send(harness, bundleText('transaction', groups.slice(1)))).status).toBe(200)
  })
})
