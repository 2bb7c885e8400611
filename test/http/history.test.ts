import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createHarness, type Harness } from '../support/harness.ts'
import { expectOutcome } from './expect-outcome.ts'

let h: Harness
beforeEach(async () => {
  h = await createHarness()
})
afterEach(() => h.close())

type Entry = {
  readonly fullUrl: string
  readonly resource?: { readonly meta: { readonly versionId: string } }
  readonly request: { readonly method: string; readonly url: string }
  readonly response: { readonly status: string; readonly etag: string; readonly lastModified: string }
}
type Bundle = {
  readonly resourceType: string
  readonly type: string
  readonly total: number
  readonly link: readonly { readonly relation: string; readonly url: string }[]
  readonly entry?: readonly Entry[]
}
const base = 'http://127.0.0.1:8080/fhir'
const get = (path: string, headers: Record<string, string> = {}) => h.request(`/fhir/${path}`, { headers })
const history = async (query = '', name = 'Patient/p'): Promise<Bundle> => {
  const response = await get(`${name}/_history${query}`)
  expect(response.status).toBe(200)
  expect(response.headers.get('content-type')).toBe('application/fhir+json; charset=utf-8')
  return response.json()
}
const tagsOf = ({ entry = [] }: Bundle) => entry.map(({ response }) => response.etag)
const nextOf = ({ link }: Bundle) => link.find(({ relation }) => relation === 'next')?.url
const put = (more: object = {}) => h.put({ resourceType: 'Patient', id: 'p', ...more })
const putTimes = async (count: number) => {
  for (let i = 0; i < count; i++) {
    await put({ x: i })
    h.clock.advance(1000)
  }
}

describe('A read of one version', () => {
  test('is the version it was, whatever came after, and 410 for the one that is a delete', async () => {
    await put({ active: true })
    h.clock.advance(1500)
    await put({ active: false })
    await h.remove('Patient/p')
    await put()
    const first = await get('Patient/p/_history/1')
    expect(first.status).toBe(200)
    expect(first.headers.get('etag')).toBe('W/"1"')
    expect(first.headers.get('last-modified')).toBe('Thu, 01 Jan 2026 00:00:00 GMT')
    expect(await first.json()).toMatchObject({ active: true, meta: { versionId: '1' } })
    const second = await get('Patient/p/_history/2')
    expect(second.headers.get('last-modified')).toBe('Thu, 01 Jan 2026 00:00:01 GMT')
    expect(await second.json()).toMatchObject({ active: false, meta: { versionId: '2' } })
    await expectOutcome(await get('Patient/p/_history/3'), 410, 'deleted')
    expect((await get('Patient/p/_history/4')).status).toBe(200)
  })

  test.each(['2', '0', '01', '-1', '1.0', 'abc', '9'.repeat(15), '9'.repeat(64)])(
    'is 404 for %s, which there is not',
    async (versionId) => {
      await put()
      await expectOutcome(await get(`Patient/p/_history/${versionId}`), 404, 'not-found')
    },
  )

  test('is 404 for a resource that never was, and 400 for what is no id', async () => {
    await expectOutcome(await get('Patient/never/_history/1'), 404, 'not-found')
    for (const path of ['a_b/_history/1', 'p/_history/a_b', 'p/_history/%20', `p/_history/${'1'.repeat(65)}`])
      await expectOutcome(await get(`Patient/${path}`), 400, 'invalid')
    await expectOutcome(await get('Observation/p/_history/1'), 404, 'not-found')
  })

  test('is 304 for who has it, and answers HEAD', async () => {
    await put()
    expect((await get('Patient/p/_history/1', { 'if-none-match': 'W/"1"' })).status).toBe(304)
    expect((await get('Patient/p/_history/1', { 'if-none-match': 'W/"2"' })).status).toBe(200)
    for (const path of ['Patient/p/_history/1', 'Patient/p/_history']) {
      const head = await h.request(`/fhir/${path}`, { method: 'HEAD' })
      expect([head.status, await head.text()]).toEqual([200, ''])
      const { length } = await (await h.request(`/fhir/${path}`)).text()
      expect(head.headers.get('content-length')).toBe(String(length))
    }
  })
})

describe('If-Modified-Since', () => {
  const since = (date: string) => ({ 'if-modified-since': date })

  test('is 304 when the version is not later, and counts only without If-None-Match', async () => {
    await put()
    for (const path of ['Patient/p', 'Patient/p/_history/1']) {
      expect((await get(path, since('Thu, 01 Jan 2026 00:00:00 GMT'))).status).toBe(304)
      expect((await get(path, since('Fri, 02 Jan 2026 00:00:00 GMT'))).status).toBe(304)
      expect((await get(path, since('Wed, 31 Dec 2025 23:59:59 GMT'))).status).toBe(200)
      expect((await get(path, since('no date'))).status).toBe(200)
      const both = { ...since('Fri, 02 Jan 2026 00:00:00 GMT'), 'if-none-match': 'W/"9"' }
      expect((await get(path, both)).status).toBe(200)
    }
  })
})

describe('The history of a resource', () => {
  test('has every version, the newest first, and of a delete no resource', async () => {
    await put({ active: true })
    h.clock.advance(1000)
    await put({ active: false })
    await h.remove('Patient/p')
    await put()
    const bundle = await history()
    expect(bundle).toMatchObject({ resourceType: 'Bundle', type: 'history', total: 4 })
    expect(bundle.link).toEqual([{ relation: 'self', url: `${base}/Patient/p/_history` }])
    expect(
      bundle.entry?.map(({ request, response }) => [request.method, response.status, response.etag]),
    ).toEqual([
      ['PUT', '201', 'W/"4"'],
      ['DELETE', '204', 'W/"3"'],
      ['PUT', '200', 'W/"2"'],
      ['PUT', '201', 'W/"1"'],
    ])
    for (const { fullUrl, request } of bundle.entry ?? []) {
      expect(fullUrl).toBe(`${base}/Patient/p`)
      expect(request.url).toBe('Patient/p')
    }
    const [, deleted, second] = bundle.entry ?? []
    expect(deleted).not.toHaveProperty('resource')
    expect(second?.resource).toMatchObject({ active: false, meta: { versionId: '2' } })
    expect(second?.response.lastModified).toBe('2026-01-01T00:00:01.000Z')
  })

  test('has the text of each version as it is stored', async () => {
    const body = '{"resourceType":"Observation","id":"o","valueQuantity":{"value":1.00},"x":"\\u00e9\\/"}'
    const headers = { 'content-type': 'application/fhir+json' }
    await h.request('/fhir/Observation/o', { method: 'PUT', body, headers })
    const line = await (await get('Observation/o')).text()
    expect(await (await get('Observation/o/_history')).text()).toContain(`,"resource":${line},"request"`)
  })

  test('ends with a deleted resource as well', async () => {
    await put()
    await h.remove('Patient/p')
    expect(tagsOf(await history())).toEqual(['W/"2"', 'W/"1"'])
  })

  test('is 404 for a resource that never was, also when another refers to it', async () => {
    await expectOutcome(await get('Patient/p/_history'), 404, 'not-found')
    await h.put(
      Object.assign({ resourceType: 'Observation', id: 'o' }, { subject: { reference: 'Patient/p' } }),
    )
    await expectOutcome(await get('Patient/p/_history'), 404, 'not-found')
  })

  test('comes in pages that neither repeat nor lose a version, whatever is written meanwhile', async () => {
    await putTimes(7)
    const seen: string[] = []
    let page = await history('?_count=3')
    expect(page.link[0]?.url).toBe(`${base}/Patient/p/_history?_count=3`)
    for (let pages = 0; pages < 10; pages++) {
      seen.push(...tagsOf(page))
      const next = nextOf(page)
      if (next === undefined) break
      await put()
      page = await history(new URL(next).search)
      expect(page.link[0]?.url).toBe(next)
    }
    expect(seen).toEqual([7, 6, 5, 4, 3, 2, 1].map((version) => `W/"${version}"`))
  })

  test('has 50 versions on a page unless told, and no next page where there is none', async () => {
    await putTimes(51)
    const first = await history()
    expect(first.total).toBe(51)
    expect(first.entry).toHaveLength(50)
    expect(nextOf(first)).toBe(`${base}/Patient/p/_history?_before=2`)
    expect(nextOf(await history('?_count=51'))).toBeUndefined()
    expect((await history('?_count=999999')).entry).toHaveLength(51)
    const empty = await history('?_count=0')
    expect([empty.total, 'entry' in empty, nextOf(empty)]).toEqual([51, false, undefined])
  })

  test('ends a page after 2 MiB, but shows a version that is larger', async () => {
    const text = (length: number) => ({ text: 'x'.repeat(length) })
    await put(text(1_200_000))
    await put(text(800_000))
    await put(text(800_000))
    await put(text(3_000_000))
    const pages: (readonly string[])[] = []
    for (let query: string | undefined = ''; query !== undefined; ) {
      const page: Bundle = await history(query)
      pages.push(tagsOf(page))
      const next = nextOf(page)
      query = next === undefined ? undefined : new URL(next).search
    }
    expect(pages).toEqual([['W/"4"'], ['W/"3"', 'W/"2"'], ['W/"1"']])
  })

  test('takes _since: versions written then or later', async () => {
    await putTimes(4) // at 00:00:00 to 00:00:03
    const since = async (instant: string) => {
      const bundle = await history(`?_since=${encodeURIComponent(instant)}`)
      return [bundle.total, ...tagsOf(bundle)]
    }
    expect(await since('2026-01-01T00:00:02Z')).toEqual([2, 'W/"4"', 'W/"3"'])
    expect(await since('2026-01-01T01:00:02.001+01:00')).toEqual([1, 'W/"4"'])
    expect(await since('2025')).toEqual([4, 'W/"4"', 'W/"3"', 'W/"2"', 'W/"1"'])
    expect(await since('2030-01-01')).toEqual([0])
    const page = await history('?_since=2026-01-01T00:00:01Z&_count=2')
    expect(nextOf(page)).toBe(`${base}/Patient/p/_history?_count=2&_since=2026-01-01T00%3A00%3A01Z&_before=3`)
    expect(tagsOf(await history(new URL(nextOf(page) ?? '').search))).toEqual(['W/"2"'])
  })

  test.each([
    '_count=-1',
    '_count=x',
    '_count=',
    '_count=1&_count=2',
    '_since=yesterday',
    '_since=',
    '_before=x',
  ])('refuses ?%s as invalid', async (query) => {
    await put()
    const [name = ''] = query.split('=')
    const diagnostics = await expectOutcome(await get(`Patient/p/_history?${query}`), 400, 'invalid')
    expect(diagnostics).toContain(name)
  })

  test.each(['_at', '_list', '_sort', 'x'])('refuses %s by name', async (name) => {
    await put()
    const response = await get(`Patient/p/_history?${name}=2020`)
    expect(await expectOutcome(response, 400, 'not-supported')).toContain(`"${name}"`)
  })

  test('is 400 for what is no id, and 404 for no type', async () => {
    await expectOutcome(await get('Patient/a_b/_history'), 400, 'invalid')
    expect(await expectOutcome(await get('patient/p/_history'), 404, 'not-found')).toContain('"Patient"')
  })
})
