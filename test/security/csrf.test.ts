import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bearer } from '../support/bearer.ts'
import { createHttpsHarness, enrolled, type SignedIn } from '../support/browser-of.ts'
import { type Harness, statusPathOf } from '../support/harness.ts'

let h: Harness
let ada: SignedIn
let statusPath: string
let filePath: string
beforeAll(async () => {
  h = await createHttpsHarness()
  ada = await enrolled(h)
  const byKey = { headers: bearer(ada.accessKey) }
  const put = {
    method: 'PUT',
    body: '{"resourceType":"Patient","id":"p"}',
    headers: { ...byKey.headers, 'content-type': 'application/fhir+json' },
  }
  await h.request('/fhir/Patient/p', put)
  const started = await h.request('/fhir/$export', byKey)
  statusPath = statusPathOf(started)
  while (await h.tick());
  const manifest = (await (await h.request(statusPath, byKey)).json()) as { output: { url: string }[] }
  filePath = new URL(manifest.output[0]?.url ?? '').pathname
})
afterAll(() => h.close())

/** A request as a browser makes it, with the cookie, wherever the page that asks is from. */
const ask = async (
  method: string,
  path: string,
  headers: Readonly<Record<string, string>>,
): Promise<number> => {
  const response = await h.request(path, {
    method,
    headers: {
      cookie: ada.cookie(),
      ...(method === 'POST' ? { 'content-type': 'application/json' } : {}),
      ...headers,
    },
    ...(method === 'POST' ? { body: '{"name":"x"}' } : {}),
  })
  return response.status
}
const form = { 'x-sluice-form': '1' }
const site = (name: string) => ({ 'sec-fetch-site': name })

describe('A request with the cookie of a session', () => {
  test('that changes something comes from a page of ours, by a script of ours', async () => {
    for (const [method, path, good] of [
      ['POST', '/admin/api/access-keys', 201],
      ['GET', '/fhir/$export', 202],
      ['GET', '/fhir/Patient/$export', 202],
      ['DELETE', '/fhir/Patient/none', 204],
    ] as const) {
      expect(await ask(method, path, { ...form, ...site('same-origin') })).toBe(good)
      for (const headers of [
        site('same-origin'), // a form or a link of a page of ours, which someone may have smuggled in
        site('cross-site'),
        site('same-site'),
        site('none'),
        { ...form, ...site('cross-site') },
        { ...form, ...site('same-site') },
        { ...form, ...site('none') },
        { ...form, origin: 'https://evil.example' },
        { ...form, origin: 'null' },
        { ...form, origin: 'https://sluice.test.evil.example' },
        { ...form, origin: 'http://sluice.test' },
        { 'x-sluice-form': '0', ...site('same-origin') },
        {},
      ])
        expect(await ask(method, path, headers), `${method} ${path} ${JSON.stringify(headers)}`).toBe(403)
    }
  })

  test('from a browser that does not say Sec-Fetch-Site is judged by its Origin', async () => {
    expect(await ask('POST', '/admin/api/access-keys', { ...form, origin: 'https://sluice.test' })).toBe(201)
    expect(await ask('GET', '/fhir/$export', form)).toBe(202) // without Origin, as a plain GET of our script
    expect(await ask('GET', filePath, {})).toBe(200)
    expect(await ask('GET', filePath, { origin: 'https://evil.example' })).toBe(403)
  })

  test('that only reads may also be a typed URL or a link of ours, and never comes from elsewhere', async () => {
    for (const path of [filePath, statusPath, '/fhir/Patient/p', '/admin/api/jobs']) {
      expect(await ask('GET', path, site('same-origin'))).toBe(200)
      expect(await ask('GET', path, site('none'))).toBe(200)
      expect(await ask('GET', path, site('cross-site'))).toBe(403)
      expect(await ask('GET', path, site('same-site'))).toBe(403)
    }
  })
})

describe('A request with an access key', () => {
  test("is the program's own, so nothing of a page is asked", async () => {
    const headers = { ...bearer(ada.accessKey), cookie: '' }
    expect(await ask('POST', '/admin/api/access-keys', headers)).toBe(201)
    expect(await ask('GET', '/fhir/$export', headers)).toBe(202)
  })
})

describe('Signing in and out', () => {
  test('is not done for a person by a page of others (login CSRF)', async () => {
    const paths = [
      ['POST', '/admin/api/session'],
      ['POST', '/admin/api/enrolment'],
      ['POST', '/admin/api/setup'],
      ['DELETE', '/admin/api/session'],
    ] as const
    for (const [method, path] of paths)
      for (const headers of [
        {},
        site('same-origin'),
        site('cross-site'),
        { ...form, ...site('cross-site') },
        { ...form, ...site('same-site') },
        { ...form, origin: 'https://evil.example' },
      ])
        expect(await ask(method, path, headers), `${method} ${path} ${JSON.stringify(headers)}`).toBe(403)
    expect(await ask('GET', '/admin/api/jobs', site('same-origin'))).toBe(200) // still signed in
  })

  test('takes JSON only, which no form of a page of others can send', async () => {
    const headers = { ...form, ...site('same-origin'), 'content-type': 'text/plain' }
    expect(await ask('POST', '/admin/api/session', headers)).toBe(415)
  })
})
