import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Json } from '../../worker/fhir/json.ts'
import { isJsonObject } from '../../worker/fhir/json.ts'
import { auditSchemas } from '../../worker/http/audit-schemas.ts'
import { insertAudit } from '../../worker/store/audit.ts'
import { problemsOf } from '../sample/structure-check.ts'
import { createHarness, type Harness } from '../support/harness.ts'
import { administrator, clientWith } from '../support/principals.ts'
import { createSmartHarness } from '../support/smart.ts'
import { expectOutcome } from './expect-outcome.ts'

let h: Harness
beforeEach(async () => {
  h = await createHarness()
})
afterEach(() => h.close())

const search = async (query = '') =>
  auditSchemas.AuditList.strict().parse(await (await h.request(`/admin/api/audit${query}`)).json())
const idsOf = async (query: string) => (await search(query)).events.map(({ id }) => id)

/** Events 1 to `count`, a second from each to the next, of two clients in turn. */
const record = async (count: number): Promise<void> => {
  const statements = Array.from({ length: count }, (_, n) =>
    insertAudit({
      at: h.clock.now() + n * 1000,
      action: n % 3 === 0 ? 'export.kick-off' : 'export.download',
      outcome: n % 5 === 0 ? 'refused' : 'success',
      actor: { kind: 'client', id: `client-${n % 2}`, name: 'A client', source: `10.0.0.${n % 4}` },
      jobId: `job-${n % 6}`,
      target: `file-${n % 7}`,
      detail: { n },
    }),
  )
  for (let at = 0; at < count; at += 500) await h.deps.db.batch(statements.slice(at, at + 500))
}
const numbers = (count: number, holds: (n: number) => boolean) =>
  Array.from({ length: count }, (_, n) => n)
    .filter(holds)
    .map((n) => n + 1)
    .reverse()

describe('GET /admin/api/audit', () => {
  test('shows what was done, the newest first, page by page, each once', async () => {
    await record(47)
    const seen: number[] = []
    let next: string | undefined
    do {
      const page = await search(`?count=10${next === undefined ? '' : `&after=${next}`}`)
      seen.push(...page.events.map(({ id }) => id))
      next = page.next
    } while (next !== undefined)
    expect(seen).toEqual(numbers(47, () => true))
  })

  test('goes on behind a page though others are recorded meanwhile, and several in one millisecond', async () => {
    const { deps } = h
    const event = { at: 1000, action: 'export.end', outcome: 'success', actor: { kind: 'system' } } as const
    await deps.db.batch(Array.from({ length: 5 }, () => insertAudit(event)))
    const first = await search('?count=2')
    await deps.db.batch([insertAudit(event)])
    expect(first.events.map(({ id }) => id)).toEqual([5, 4])
    expect(await idsOf(`?count=2&after=${first.next}`)).toEqual([3, 2])
  })

  test.each<[string, (n: number) => boolean]>([
    ['actor=client-1', (n) => n % 2 === 1],
    ['action=export.kick-off', (n) => n % 3 === 0],
    ['outcome=refused', (n) => n % 5 === 0],
    ['outcome=success', (n) => n % 5 !== 0],
    ['job=job-4', (n) => n % 6 === 4],
    ['target=file-2', (n) => n % 7 === 2],
    ['source=10.0.0.3', (n) => n % 4 === 3],
    ['from=2026-01-01T00:00:10Z&to=2026-01-01T00:00:20Z', (n) => n >= 10 && n < 20],
    ['actor=client-0&outcome=refused&action=export.kick-off', (n) => n % 30 === 0],
    ['job=job-0&target=file-0&source=10.0.0.0&from=2026-01-01T00:00:01Z', (n) => n > 0 && n % 84 === 0],
  ])('with %s shows no others', async (query, holds) => {
    await record(100)
    expect(await idsOf(`?count=500&${query}`)).toEqual(numbers(100, holds))
  })

  test('shows each as it was recorded', async () => {
    await record(1)
    expect((await search()).events).toEqual([
      {
        id: 1,
        recordedAt: '2026-01-01T00:00:00.000Z',
        action: 'export.kick-off',
        outcome: 'refused',
        actor: { kind: 'client', id: 'client-0', name: 'A client' },
        source: '10.0.0.0',
        job: 'job-0',
        target: 'file-0',
        detail: { n: 0 },
      },
    ])
  })

  test.each([
    'count=0',
    'count=501',
    'after=1',
    'action=x',
    'outcome=good',
    'from=now',
    'actor=',
    'job=a&job=b',
    `target=${'x'.repeat(513)}`,
  ])('refuses %s, and says why', async (query) => {
    await expectOutcome(await h.request(`/admin/api/audit?${query}`), 400, 'invalid')
  })

  test('refuses what is no parameter of it, and names those that are', async () => {
    const why = await expectOutcome(await h.request('/admin/api/audit?unknown=1'), 400, 'not-supported')
    expect(why).toMatch(/"unknown": there are actor, action, .*count$/)
  })

  test('is for administrators, and for those who only look as well', async () => {
    const smart = await createSmartHarness()
    for (const path of ['/admin/api/audit', '/admin/api/audit/export']) {
      expect((await smart.as(administrator('viewer'))(path)).status).toBe(200)
      expect((await smart.as(clientWith('system/*.cruds'))(path)).status).toBe(403)
      expect((await smart.request(path)).status).toBe(401)
    }
    smart.close()
  })
})

describe('GET /admin/api/audit/export', () => {
  const linesOf = async (query = '') => {
    const response = await h.request(`/admin/api/audit/export${query}`)
    expect(response.headers.get('content-type')).toBe('application/fhir+ndjson')
    const text = await response.text()
    return text
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Json)
  }
  const ids = (lines: readonly Json[]) => lines.map((line) => (isJsonObject(line) ? line.id : undefined))

  test('sends all of it as AuditEvents, the oldest first, in as many pages as it takes', async () => {
    await record(2500)
    const lines = await linesOf()
    expect(ids(lines)).toEqual(Array.from({ length: 2500 }, (_, n) => `audit-${n + 1}`))
    for (const line of lines.slice(0, 50)) expect(isJsonObject(line) && problemsOf(line)).toEqual([])
  })

  test('sends what is from a time, up to another', async () => {
    await record(30)
    const lines = await linesOf('?from=2026-01-01T00:00:10Z&to=2026-01-01T00:00:20Z')
    expect(ids(lines)).toEqual(Array.from({ length: 10 }, (_, n) => `audit-${n + 11}`))
  })

  test('of nothing is nothing, and ends', async () => {
    expect(await linesOf()).toEqual([])
  })

  test('reads a page when it is taken, and ends though more is recorded all the time', async () => {
    await record(1500)
    const response = await h.request('/admin/api/audit/export')
    await record(3)
    expect((await response.text()).split('\n')).toHaveLength(1501)
  })

  test('refuses what is no parameter of it, and no GET', async () => {
    await expectOutcome(await h.request('/admin/api/audit/export?actor=a'), 400, 'not-supported')
    expect((await h.request('/admin/api/audit/export', { method: 'HEAD' })).status).toBe(405)
    expect((await h.request('/admin/api/audit', { method: 'DELETE' })).status).toBe(405)
  })
})
