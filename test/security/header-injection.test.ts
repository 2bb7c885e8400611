import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { createApp } from '../../worker/http/app.ts'
import { consoleLog } from '../../worker/platform/log.ts'
import { createHarness, type Harness, pathOf } from '../support/harness.ts'
import { clientWith } from '../support/principals.ts'
import { createSmartHarness } from '../support/smart.ts'

/** Text of strangers that wants to be a header, a line of the log, or a link. */

let h: Harness
let as: Harness['request']
beforeAll(async () => {
  h = await createSmartHarness()
  as = h.as(clientWith('system/*.cruds'))
  await h.load([{ resourceType: 'Patient', id: 'p' }])
})
afterAll(() => h.close())
afterEach(() => vi.restoreAllMocks())

/** Line ends as they are written in URLs, with what would follow them if they counted. */
const splitters = [
  '%0d%0aSet-Cookie:%20injected=1',
  '%0aSet-Cookie:%20injected=1',
  '%0d%0a%0d%0ainjected',
  '%E5%98%8A%E5%98%8DSet-Cookie:injected', // 嘊嘍, which careless encoders cut down to CR and LF
  '%c2%85injected',
  '%e2%80%a8injected',
  '%00injected',
  '%250d%250ainjected',
]
const paths = [
  (text: string) => `/fhir/$export?_type=${text}`,
  (text: string) => `/fhir/$export?_since=${text}`,
  (text: string) => `/fhir/$export?_outputFormat=${text}`,
  (text: string) => `/fhir/$export?_typeFilter=Patient%3F${text}`,
  (text: string) => `/fhir/$export?${text}=1`,
  (text: string) => `/fhir/Group/${text}/$export`,
  (text: string) => `/fhir/$export-status/${text}`,
  (text: string) => `/fhir/$export-file/${text}/Patient-1.ndjson`,
  (text: string) => `/fhir/$export-file/x/${text}`,
  (text: string) => `/fhir/Patient/${text}`,
  (text: string) => `/fhir/Patient/p/_history/${text}`,
  (text: string) => `/fhir/${text}/p`,
  (text: string) => `/fhir/Patient?name=${text}&_count=1`,
  (text: string) => `/fhir/Patient?_sort=${text}`,
  (text: string) => `/fhir/Patient?_format=${text}`,
  (text: string) => `/${text}`,
  (text: string) => `/admin/api/jobs?after=${text}`,
  (text: string) => `/admin/api/oidc/start?to=/${text}`,
  (text: string) => `/admin/api/oidc/callback?state=${text}`,
]

const expectNoInjection = ({ headers, status }: Response, what: string): void => {
  expect(status, what).toBeLessThan(500)
  expect(headers.getSetCookie(), what).toEqual([])
  for (const [name, value] of headers) {
    expect(name, what).not.toContain('injected')
    // A page of a search may be linked in the body, percent-encoded; a header never repeats what was asked.
    expect(value, what).not.toMatch(/injected|[^\x20-\x7e]/)
  }
}

describe('A line end in a URL', () => {
  test.each(splitters)('never becomes a header: %s', async (text) => {
    for (const path of paths) {
      for (const method of ['GET', 'HEAD', 'DELETE', 'PATCH']) {
        expectNoInjection(await as(path(text), { method }), `${method} ${path(text)}`)
      }
    }
  })
})

describe('A header of a stranger', () => {
  const hostile = 'x"\\, <injected>; injected="1"; a=b\tc'
  test.each([
    'accept',
    'accept-encoding',
    'authorization',
    'content-type',
    'cookie',
    'forwarded',
    'host',
    'idempotency-key',
    'if-match',
    'if-modified-since',
    'if-none-match',
    'if-none-exist',
    'origin',
    'prefer',
    'range',
    'sec-fetch-site',
    'traceparent',
    'x-correlation-id',
    'x-forwarded-host',
    'x-forwarded-proto',
    'x-original-url',
    'x-request-id',
  ])('is never echoed in a header of ours: %s', async (name) => {
    for (const [path, method] of [
      ['/fhir/$export', 'GET'],
      ['/fhir/Patient/p', 'GET'],
      ['/fhir/Patient', 'GET'],
      ['/fhir/metadata', 'GET'],
      ['/fhir/Patient/new', 'PUT'],
      ['/fhir/Patient', 'POST'],
    ] as const) {
      const body = method === 'GET' ? {} : { body: '{"resourceType":"Patient"}' }
      const type = method === 'GET' ? {} : { 'content-type': 'application/fhir+json' }
      const init = { method, ...body, headers: { ...type, [name]: hostile } }
      for (const ask of [as, h.request]) expectNoInjection(await ask(path, init), `${name} ${method} ${path}`)
    }
  })

  test('does not steer where our links lead: they begin with BASE_URL, whatever the host is said to be', async () => {
    const headers = {
      host: 'evil.example.org',
      'x-forwarded-host': 'evil.example.org',
      forwarded: 'host=evil.example.org',
    }
    const { baseUrl } = h.deps.config
    const kickOff = await as('/fhir/$export?_type=Patient', { headers })
    const status = kickOff.headers.get('content-location') ?? ''
    expect(status.startsWith(`${baseUrl}/fhir/$export-status/`)).toBe(true)
    while (await h.tick()) h.clock.advance(1000)
    const manifest = await (await as(pathOf(status), { headers })).text()
    expect(manifest).not.toContain('evil')
    expect(manifest).toContain(`"request":"${baseUrl}/fhir/$export?_type=Patient"`)
    const search = await (await as('/fhir/Patient?_count=1', { headers })).text()
    expect(search).not.toContain('evil')
    const created = await as('/fhir/Patient', {
      method: 'POST',
      body: '{"resourceType":"Patient"}',
      headers: { ...headers, 'content-type': 'application/fhir+json' },
    })
    expect(created.headers.get('location')?.startsWith(`${baseUrl}/fhir/Patient/`)).toBe(true)
  })
})

describe('A line of the log', () => {
  const linesOf = (log: () => void): readonly string[] => {
    const lines: string[] = []
    for (const name of ['log', 'error'] as const)
      vi.spyOn(console, name).mockImplementation((line: string) => lines.push(line))
    log()
    return lines
  }

  test('is one line of visible characters, whatever it tells of', () => {
    const text = 'a\r\nb\u0085c\u2028d\u2029e\u001b[2Jf\u009bg\u202eh\u200bi\u0000j\ufeffk\u2066l\u007fm'
    const [line = '', ...more] = linesOf(() => consoleLog('debug', () => 0)('info', text, { path: text }))
    expect(more).toEqual([])
    expect(line).toMatch(/^[\x20-\x7e]*$/)
    expect(JSON.parse(line)).toEqual({
      time: '1970-01-01T00:00:00.000Z',
      level: 'info',
      message: text,
      path: text,
    })
  })

  test('is what it was for people of other languages', () => {
    const [line] = linesOf(() => consoleLog('debug', () => 0)('info', 'Müller 健康 🏥'))
    expect(line).toContain('Müller 健康 🏥')
  })

  test('never has what a stranger sent', async () => {
    const lines: string[] = []
    const log = (...given: readonly unknown[]) => lines.push(JSON.stringify(given))
    const app = createApp({ ...h.deps, log }, () => {})
    for (const text of splitters) for (const path of paths) await app.request(path(text))
    expect(lines.join('\n')).not.toContain('injected')
  })
})

describe('A token in a URL', () => {
  test.each([
    'access_token=x',
    'Access_Token=x',
    'access%5Ftoken=x',
    'access_token',
    'a=b&access_token=x',
    'access_token:exact=x',
    '+access_token=x',
    'id_token=x',
    'refresh_token=x',
    'client_assertion=x',
    'client_secret=x',
  ])('is refused everywhere, before anything is done: ?%s (RFC 6750 section 2.3)', async (query) => {
    const jobs = async () => (await h.deps.db.query.selectFrom('job').select('job_id').execute()).length
    const before = await jobs()
    const wanted = [
      '/fhir/$export',
      '/fhir/Patient/p',
      '/fhir/Patient',
      '/fhir/$export-status/x',
      '/fhir/$export-file/x/y',
      '/fhir/metadata',
      '/admin/api/jobs',
      '/admin/api/oidc/callback',
      '/auth/token',
      '/health',
      '/openapi.json',
      '/nothing',
    ]
    for (const path of wanted) {
      for (const method of ['GET', 'POST']) {
        const response = await as(`${path}?${query}`, { method })
        expect(response.status, path).toBe(400)
        expect(await response.text()).toMatch(/whoever sees a URL sees what is in it/)
      }
    }
    expect(await jobs()).toBe(before)
  })

  test('is not repeated in the answer', async () => {
    const text = await (await as('/fhir/$export?access_token=s3cr3t')).text()
    expect(text).not.toContain('s3cr3t')
  })

  test('does not mean other parameters that sound like it', async () => {
    expect((await as('/fhir/$export?_type=Patient&my_access_token_count=1')).status).not.toBe(401)
    expect((await as('/fhir/Patient?_count=1')).status).toBe(200)
  })

  test('is refused where no token is asked for, too', async () => {
    const open = await createHarness()
    expect((await open.request('/fhir/$export?access_token=x')).status).toBe(400)
    open.close()
  })
})
