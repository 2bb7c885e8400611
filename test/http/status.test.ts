import { afterEach, describe, expect, test } from 'vitest'
import { schemas } from '../../worker/http/openapi-schemas.ts'
import { memoryStorage } from '../../worker/storage/memory.ts'
import { fakeClock } from '../support/fake-clock.ts'
import { createHarness, type Harness, startOfTime } from '../support/harness.ts'
import { expectOutcome } from './expect-outcome.ts'

const open: Harness[] = []
const create: typeof createHarness = async (...given) => {
  const h = await createHarness(...given)
  open.push(h)
  return h
}
afterEach(() => {
  for (const h of open.splice(0)) h.close()
})

const many = (resourceType: string, count: number) =>
  Array.from({ length: count }, (_, i) => ({ resourceType, id: `${resourceType}-${i}` }))
const slow = { pageRows: 3, tickRows: 7 }

/** A storage that cannot write. */
const brokenStorage = () => ({
  ...memoryStorage({ clock: fakeClock(startOfTime) }),
  put: () => Promise.reject(new Error('secret path /var/x')),
})

describe('The status of an export in progress', () => {
  test('is 202 with X-Progress and Retry-After, and no body', async () => {
    const h = await create()
    await h.load(many('Patient', 3))
    const path = await h.kickOff()
    const response = await h.request(path, { headers: { accept: 'application/json' } })
    expect(response.status).toBe(202)
    expect(response.headers.get('x-progress')).toBe('0% accepted')
    expect(response.headers.get('retry-after')).toBe('1')
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(await response.text()).toBe('')
  })

  test('is the same for HEAD', async () => {
    const h = await create()
    const path = await h.kickOff()
    const response = await h.request(path, { method: 'HEAD' })
    expect(response.status).toBe(202)
    expect(response.headers.get('x-progress')).toBe('0% accepted')
  })

  test('grows from poll to poll until the manifest comes', async () => {
    const h = await create(slow)
    await h.load([...many('Patient', 40), ...many('Observation', 60), ...many('Group', 1)])
    const path = await h.kickOff()
    const seen: { percent: number; text: string }[] = []
    for (let polls = 0; polls < 1000; polls++) {
      const response = await h.request(path)
      if (response.status === 200) break
      expect(response.status).toBe(202)
      expect(response.headers.get('retry-after')).toMatch(/^([1-9]|[1-5]\d|60)$/)
      const text = response.headers.get('x-progress') ?? ''
      expect(text.length).toBeLessThan(100)
      const [, percent, state, type, done, total] =
        /^(\d{1,2})% (accepted|in-progress)(?: ([A-Z]\w+) (\d+)\/(\d+))?$/.exec(text) ?? []
      expect(state, text).toBeDefined()
      expect(Number(done ?? 0)).toBeLessThanOrEqual(Number(total ?? 0))
      seen.push({ percent: Number.parseInt(text, 10), text: `${type} ${total}` })
      expect(Number(percent)).toBe(Number.parseInt(text, 10)) // as the SMART client reads it
      await h.tick()
      h.clock.advance(1000)
    }
    const percents = seen.map(({ percent }) => percent)
    expect(percents).toEqual([...percents].sort((a, b) => a - b))
    expect(new Set(percents).size).toBeGreaterThan(10)
    const types = [...new Set(seen.map(({ text }) => text))]
    expect(types).toEqual(expect.arrayContaining(['Group 1', 'Observation 60', 'Patient 40']))
  })

  test('tells a Retry-After that follows the speed of the job, within a minute', async () => {
    const h = await create(slow)
    await h.load(many('Patient', 100))
    const path = await h.kickOff()
    const retryAfter = async () => Number((await h.request(path)).headers.get('retry-after'))
    const begin = async (): Promise<void> => {
      if (/^0%/.test((await h.request(path)).headers.get('x-progress') ?? '')) {
        await h.tick()
        await begin()
      }
    }
    await begin()
    expect(await retryAfter()).toBe(1)
    h.clock.advance(1000)
    expect(await retryAfter()).toBe(1) // by its speed a minute, of which one second says little
    h.clock.advance(9000)
    expect(await retryAfter()).toBe(10)
    h.clock.advance(3_600_000)
    expect(await retryAfter()).toBe(60)
  })

  test('tells a Retry-After that waits for a storage that does not answer', async () => {
    const h = await create({ retryBaseMs: 20_000, retryLimit: 9 }, brokenStorage())
    await h.load(many('Patient', 1))
    const path = await h.kickOff()
    await h.tick()
    const response = await h.request(path)
    expect(response.status).toBe(202)
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThanOrEqual(10)
    expect(Number(response.headers.get('retry-after'))).toBeLessThanOrEqual(20)
  })
})

describe('The status of an export that has completed', () => {
  test('is 200 with the manifest, every field of it, and Expires', async () => {
    const h = await create({ fileBytes: 300 })
    await h.load([...many('Patient', 7), ...many('Group', 1)])
    const response = await h.finish(await h.kickOff('?_type=Patient,Group'))
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8')
    expect(response.headers.get('cache-control')).toBe('no-store')
    const expires = response.headers.get('expires') ?? ''
    expect(expires).toMatch(/^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/)
    expect(Date.parse(expires)).toBeGreaterThan(h.clock.now())
    const manifest = await response.json()
    expect(Object.keys(manifest)).toEqual([
      'transactionTime',
      'request',
      'requiresAccessToken',
      'output',
      'error',
    ])
    schemas.Manifest.strict().parse(manifest)
    expect(manifest).toMatchObject({
      transactionTime: '2026-01-01T00:00:00.000Z',
      request: 'http://127.0.0.1:8080/fhir/$export?_type=Patient,Group',
      requiresAccessToken: false,
      error: [],
    })
    const { text } = await h.files(manifest)
    expect(manifest.output.length).toBeGreaterThan(2)
    for (const { type, url, count } of manifest.output) {
      const lines = (text.get(url.slice(url.lastIndexOf('/') + 1)) ?? '').split('\n')
      expect(lines.pop()).toBe('') // a newline at the end
      expect(lines).toHaveLength(count)
      for (const line of lines) expect(JSON.parse(line).resourceType).toBe(type)
    }
  })

  test('is the same however often it is asked, and for HEAD without its body', async () => {
    const h = await create()
    await h.load(many('Patient', 2))
    const path = await h.kickOff()
    const first = await (await h.finish(path)).text()
    await h.load(many('Patient', 3))
    expect(await (await h.request(path)).text()).toBe(first)
    const head = await h.request(path, { method: 'HEAD' })
    expect(head.status).toBe(200)
    expect(head.headers.get('expires')).not.toBeNull()
    expect(await head.text()).toBe('')
  })

  test('has an empty output, not an error, when there was nothing to export', async () => {
    const h = await create()
    const { manifest, text } = await h.export()
    expect(manifest).toMatchObject({ output: [], error: [] })
    expect(manifest).not.toHaveProperty('deleted')
    expect(text.size).toBe(0)
  })

  test('lists deletions with `_since`, and an empty list when there are none', async () => {
    const h = await create()
    await h.load(many('Patient', 2))
    const first = await h.export()
    h.clock.advance(1000)
    const since = `?_since=${first.manifest.transactionTime}`
    expect((await h.export(since)).manifest).toMatchObject({ output: [], deleted: [] })
    await h.remove('Patient/Patient-1')
    const { manifest, text } = await h.export(since)
    expect(manifest.output).toEqual([])
    expect(manifest.deleted).toMatchObject([{ type: 'Bundle', count: 1 }])
    expect(JSON.parse(text.get('deleted-1.ndjson') ?? '')).toEqual({
      resourceType: 'Bundle',
      type: 'transaction',
      entry: [{ request: { method: 'DELETE', url: 'Patient/Patient-1' } }],
    })
  })

  test('is 404 once it has expired, before and after the sweep, for every request', async () => {
    const h = await create({ retentionMs: 60_000 })
    await h.load(many('Patient', 1))
    const path = await h.kickOff()
    const manifest = await (await h.finish(path)).json()
    const file = new URL(manifest.output[0].url).pathname
    h.clock.advance(59_999)
    expect((await h.request(path)).status).toBe(200)
    expect((await h.request(file)).status).toBe(200)
    h.clock.advance(1)
    const expectGone = async () => {
      await expectOutcome(await h.request(path), 404, 'not-found')
      await expectOutcome(await h.request(file), 404, 'not-found')
      await expectOutcome(await h.request(path, { method: 'DELETE' }), 404, 'not-found')
    }
    await expectGone()
    await h.sweep()
    await expectGone()
    h.clock.advance(3_600_000)
    await h.sweep()
    await expectGone()
    expect(h.storage.objects.size).toBe(0)
  })
})

describe('The status of an export that has failed', () => {
  test('is 500 with an OperationOutcome that says no more than a client should know', async () => {
    const h = await create({ retryLimit: 2 }, brokenStorage())
    await h.load(many('Patient', 1))
    const path = await h.kickOff()
    const response = await h.finish(path)
    const diagnostics = await expectOutcome(response, 500, 'processing')
    expect(diagnostics).toMatch(/^Cannot finish the export: .*2 attempts/)
    expect(diagnostics).not.toContain('secret')
    await expectOutcome(await h.request(path), 500, 'processing')
  })
})

describe('The status of no export', () => {
  test.each([
    '00000000-0000-4000-8000-00000000ffff',
    'unknown-id',
    '%00',
    '%27%20or%201=1--',
    '..%2f..%2fetc',
    '%F0%9F%98%80',
    '%E0%A4%A',
    '%',
    'a'.repeat(5000),
    '00000000-0000-4000-8000-000000000001%20',
    '00000000-0000-4000-8000-000000000001%00',
    '00000000-0000-4000-8000-00000000000_',
    '*',
  ])('is 404 for %j, as is DELETE', async (id) => {
    const h = await create()
    await h.kickOff()
    for (const method of ['GET', 'DELETE']) {
      const diagnostics = await expectOutcome(
        await h.request(`/fhir/$export-status/${id}`, { method }),
        404,
        'not-found',
      )
      expect(diagnostics).not.toContain(id)
    }
  })

  test('is 404 without an id', async () => {
    const h = await create()
    for (const path of ['/fhir/$export-status/', '/fhir/$export-status/a/b'])
      await expectOutcome(await h.request(path), 404, 'not-found')
  })

  test('is 405 for another method', async () => {
    const h = await create()
    const path = await h.kickOff()
    for (const method of ['POST', 'PUT', 'PATCH', 'OPTIONS']) {
      const response = await h.request(path, { method })
      expect(response.headers.get('allow')).toBe('GET, HEAD, DELETE')
      await expectOutcome(response, 405, 'not-supported')
    }
    expect((await h.request(path)).status).toBe(202)
  })
})
