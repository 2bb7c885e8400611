import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type ExportListShown, exportListSchema } from '../../worker/http/export-list-schema.ts'
import { patient } from '../store/open-store.ts'
import fc from '../support/fast-check.ts'
import { createHarness, type Harness, pathOf } from '../support/harness.ts'
import { expectOutcome } from './expect-outcome.ts'

let h: Harness
beforeEach(async () => {
  h = await createHarness()
  await h.load([patient('p'), patient('q')])
})
afterEach(() => h.close())

const list = async (path = '/fhir/$export-status'): Promise<ExportListShown> => {
  const response = await h.request(path)
  expect(response.status).toBe(200)
  expect(response.headers.get('content-type')).toBe('application/json')
  expect(response.headers.get('cache-control')).toBe('no-store')
  return exportListSchema.parse(await response.json())
}
const pathAndQuery = (url: string) => url.slice(new URL(url).origin.length)

describe('GET [base]/$export-status', () => {
  test('lists exports, the newest first, page by page, each once', async () => {
    expect(await list()).toEqual({ exports: [], link: [] })
    const started: string[] = []
    for (let n = 0; n < 7; n++) {
      started.unshift(await h.kickOff())
      h.clock.advance(n % 3 === 0 ? 1000 : 0)
    }
    const seen: string[] = []
    let next: string | undefined = '/fhir/$export-status?_count=3'
    let pages = 0
    while (next !== undefined) {
      const page: ExportListShown = await list(next)
      seen.push(...page.exports.map(({ statusUrl }) => pathOf(statusUrl)))
      next = page.link[0] && pathAndQuery(page.link[0].url)
      pages++
    }
    expect(pages).toBe(3)
    expect(seen).toHaveLength(7)
    expect([...seen].sort()).toEqual([...started].sort())
    expect(seen[0]).toBe(started[0])
  })

  test('tells of each where it is, what was asked, and how far it has come', async () => {
    const path = await h.kickOff('?_type=Patient')
    const [accepted] = (await list()).exports
    expect(accepted).toEqual({
      id: path.split('/').at(-1),
      statusUrl: `http://127.0.0.1:8080${path}`,
      level: 'system',
      state: 'accepted',
      percent: 0,
      transactionTime: expect.any(String),
      request: 'http://127.0.0.1:8080/fhir/$export?_type=Patient',
      createdAt: expect.any(String),
    })
    const { transactionTime } = await (await h.finish(path)).json()
    const [completed] = (await list()).exports
    expect(completed).toMatchObject({ state: 'completed', percent: 100, transactionTime })
    expect(Date.parse(completed?.expiresAt ?? '')).toBe(
      Date.parse(completed?.endedAt ?? '') + h.deps.config.limits.retentionMs,
    )
  })

  test('names no patient that does not stand in a URL, and no member that is not documented', async () => {
    const body = {
      resourceType: 'Parameters',
      parameter: ['p', 'q'].map((id) => ({
        name: 'patient',
        valueReference: { reference: `Patient/${id}-secret` },
      })),
    }
    await h.load([patient('p-secret'), patient('q-secret')])
    await h.request('/fhir/Patient/$export', {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/fhir+json' },
    })
    const text = await (await h.request('/fhir/$export-status')).text()
    expect(text).not.toContain('secret')
    const shown = exportListSchema.parse(JSON.parse(text))
    expect(JSON.parse(text)).toEqual(shown)
  })

  test('leaves out what was deleted or has expired', async () => {
    const [first, second] = [await h.kickOff(), await h.kickOff()]
    await h.finish(first)
    await h.request(second, { method: 'DELETE' })
    expect((await list()).exports.map(({ statusUrl }) => pathOf(statusUrl))).toEqual([first])
    h.clock.advance(h.deps.config.limits.retentionMs)
    expect((await list()).exports).toEqual([])
  })

  test.each([
    ['_count=0', 'invalid'],
    ['_count=-1', 'invalid'],
    ['_count=x', 'invalid'],
    ['_count=', 'invalid'],
    ['_count=1&_count=2', 'invalid'],
    ['_count=1e3', 'invalid'],
    ['_after=x', 'invalid'],
    ['_after=', 'invalid'],
    ["_after=1_'", 'invalid'],
    ['_after=99999999999999999999_a', 'invalid'],
    ['patient=p', 'not-supported'],
    ['status=completed', 'not-supported'],
  ])('refuses ?%s', async (query, code) => {
    await expectOutcome(await h.request(`/fhir/$export-status?${query}`), 400, code)
  })

  test('refuses another format, and has no other methods than GET and HEAD', async () => {
    await expectOutcome(await h.request('/fhir/$export-status?_format=xml'), 406, 'not-supported')
    for (const method of ['POST', 'DELETE', 'PUT']) {
      const answer = await h.request('/fhir/$export-status', { method })
      expect(answer.headers.get('allow')).toBe('GET, HEAD')
      await expectOutcome(answer, 405, 'not-supported')
    }
    expect((await h.request('/fhir/$export-status', { method: 'HEAD' })).status).toBe(200)
    expect((await list('/fhir/$export-status?_count=5000&_format=json')).exports).toEqual([])
  })

  test('answers any query with a list or a reason', async () => {
    await h.kickOff()
    const query = fc.record({ _count: fc.string(), _after: fc.string() }, { requiredKeys: [] })
    await fc.assert(
      fc.asyncProperty(query, async (given) => {
        const { status } = await h.request(`/fhir/$export-status?${new URLSearchParams(given)}`)
        expect([200, 400]).toContain(status)
      }),
      { numRuns: 100 },
    )
  })
})
