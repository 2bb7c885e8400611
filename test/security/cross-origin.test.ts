import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createHarness, type Harness, pathOf, statusPathOf } from '../support/harness.ts'
import { administrator, clientWith, smartEnvironment } from '../support/principals.ts'
import { createSmartHarness } from '../support/smart.ts'

/** Pages of others that use the FHIR API with a token (CORS). */

const page = 'https://app.example.org'
const preflight = (origin: string, method = 'GET', headers = 'authorization,prefer'): RequestInit => ({
  method: 'OPTIONS',
  headers: { origin, 'access-control-request-method': method, 'access-control-request-headers': headers },
})

let h: Harness
beforeAll(async () => {
  const CORS_ORIGINS = 'https://App.example.org, http://localhost:5173'
  h = await createSmartHarness({ CORS_ORIGINS })
  await h.load([{ resourceType: 'Patient', id: 'p' }])
})
afterAll(() => h.close())

const shared = [
  '/fhir',
  '/fhir/metadata',
  '/fhir/$export',
  '/fhir/Patient/$export',
  '/fhir/Group/g/$export',
  '/fhir/%24export',
  '/fhir/$export-status/x',
  '/fhir/$export-file/x/Patient-1.ndjson',
  '/fhir/Patient/p',
  '/fhir/.well-known/smart-configuration',
  '/.well-known/smart-configuration',
  '/auth/token',
  '/auth/jwks',
  '/openapi.json',
]
const closed = [
  '/admin/api/jobs',
  '/admin/api/service',
  '/%61dmin/api/jobs',
  '/admin/api/oidc/start',
  '/auth/introspect',
  '/auth/tokens',
  '/health',
  '/jobs',
  '/fhirx/Patient',
  '//admin/api/jobs',
]

describe('A preflight of an allowed page', () => {
  test.each(shared)('to %s is answered with 204, without a token', async (path) => {
    const response = await h.request(path, preflight(page, 'DELETE'))
    expect(response.status).toBe(204)
    expect(await response.text()).toBe('')
    const { headers } = response
    expect(headers.get('access-control-allow-origin')).toBe(page)
    expect(headers.get('access-control-allow-methods')).toBe('GET,HEAD,POST,PUT,DELETE')
    expect(headers.get('access-control-allow-headers')).toBe(
      'Authorization,Accept,Content-Type,Prefer,Idempotency-Key,If-Match,If-None-Match,Range',
    )
    expect(headers.get('access-control-allow-credentials')).toBeNull()
    expect(headers.get('access-control-max-age')).toBe('600')
    expect(headers.get('vary')).toContain('Origin')
    expect(headers.get('x-content-type-options')).toBe('nosniff')
  })

  test.each(closed)('to %s lets it do nothing', async (path) => {
    const response = await h.request(path, preflight(page))
    for (const name of response.headers.keys()) expect(name).not.toMatch(/^access-control/)
  })
})

describe('Pages of other origins', () => {
  test.each([
    'https://evil.example.org',
    'http://app.example.org',
    'https://app.example.org:444',
    'https://app.example.org.evil.com',
    'https://xapp.example.org',
    'https://app.example.org/',
    'null',
    '*',
    '',
  ])('are not allowed: %j', async (origin) => {
    for (const init of [preflight(origin), { headers: { origin } }]) {
      const { headers } = await h.as(clientWith('system/*.rs'))('/fhir/Patient/p', init)
      expect(headers.get('access-control-allow-origin')).toBeNull()
      expect(headers.get('access-control-allow-credentials')).toBeNull()
      expect(headers.get('vary')).toContain('Origin')
    }
  })
})

describe('An answer to an allowed page', () => {
  const exposed =
    'Content-Location,X-Progress,X-Export-Status,Retry-After,Preference-Applied,Expires,ETag,Location,Last-Modified,WWW-Authenticate,Content-Range,Accept-Ranges'

  test('shows it every header of the IG, and is for this origin only', async () => {
    const as = h.as(clientWith('system/*.rs'))
    const response = await as('/fhir/$export', { headers: { origin: page } })
    expect(response.status).toBe(202)
    expect(response.headers.get('access-control-allow-origin')).toBe(page)
    expect(response.headers.get('access-control-expose-headers')).toBe(exposed)
    expect(response.headers.get('vary')).toContain('Origin')
  })

  test('may be a file, whose own Vary, ranges and bytes stay as they are', async () => {
    const as = h.as(clientWith('system/*.rs'))
    const status = statusPathOf(await as('/fhir/$export'))
    while (await h.tick()) h.clock.advance(1000)
    const { output } = (await (await as(status)).json()) as { output: { url: string }[] }
    const file = pathOf(output[0]?.url ?? '')
    const whole = await (await as(file)).text()
    const headers = { origin: page, 'accept-encoding': 'gzip' }
    const gzipped = await as(file, { headers })
    expect(gzipped.headers.get('access-control-allow-origin')).toBe(page)
    expect(gzipped.headers.get('vary')).toMatch(/Accept-Encoding, ?Origin/)
    const plain = gzipped.body?.pipeThrough(new DecompressionStream('gzip'))
    expect(await new Response(plain ?? null).text()).toBe(whole)
    const range = await as(file, { headers: { origin: page, range: 'bytes=0-3' } })
    expect(range.status).toBe(206)
    expect(await range.text()).toBe(whole.slice(0, 4))
    expect(range.headers.get('access-control-allow-origin')).toBe(page)
  })

  test('may be an error, which the page can read', async () => {
    for (const [path, status] of [
      ['/fhir/Patient/p', 401],
      ['/fhir/$export?access_token=x', 400],
      ['/fhir/$export-status/never', 401],
    ] as const) {
      const response = await h.request(path, { headers: { origin: page } })
      expect(response.status).toBe(status)
      expect(response.headers.get('access-control-allow-origin')).toBe(page)
      expect(response.headers.get('access-control-expose-headers')).toBe(exposed)
    }
  })

  test('never comes from the routes of administrators', async () => {
    const as = h.as(administrator())
    const { status, headers } = await as('/admin/api/service', { headers: { origin: page } })
    expect(status).toBe(200)
    for (const name of headers.keys()) expect(name).not.toMatch(/^access-control/)
  })

  test('is 405 to an OPTIONS that is no preflight, as before', async () => {
    const response = await h.request('/fhir/Patient/p', { method: 'OPTIONS', headers: { origin: page } })
    expect(response.status).toBe(405)
  })
})

describe('CORS_ORIGINS', () => {
  test('may be every origin: without credentials all the same, and not for administrators', async () => {
    const all = await createSmartHarness({ CORS_ORIGINS: '*' })
    const { headers } = await all.request('/fhir/metadata', { headers: { origin: 'https://any.example' } })
    expect(headers.get('access-control-allow-origin')).toBe('*')
    expect(headers.get('access-control-allow-credentials')).toBeNull()
    const own = await all.request('/admin/api/service', { headers: { origin: 'https://any.example' } })
    expect(own.headers.get('access-control-allow-origin')).toBeNull()
    all.close()
  })

  test('is for FHIR at the root too, where the routes of the service stay closed', async () => {
    const environment = { ...smartEnvironment, CORS_ORIGINS: page, FHIR_PATH: '/' }
    const root = await createHarness({}, undefined, undefined, environment)
    expect(root.deps.config.fhirPath).toBe('')
    for (const path of ['/metadata', '/$export', '/Patient/p', '/Group/g/$export', '/']) {
      const { headers } = await root.request(path, preflight(page))
      expect(headers.get('access-control-allow-origin'), path).toBe(page)
    }
    for (const path of ['/admin/api/jobs', '/health', '/auth/revoke', '/_app/x.js']) {
      const { headers } = await root.request(path, preflight(page))
      expect(headers.get('access-control-allow-origin'), path).toBeNull()
    }
    root.close()
  })

  test('changes nothing of AUTH=open, which answers no pages of others', async () => {
    const open = await createHarness()
    const { status, headers } = await open.request('/fhir/metadata', { headers: { origin: page } })
    expect(status).toBe(403)
    for (const name of headers.keys()) expect(name).not.toMatch(/^access-control/)
    expect((await open.request('/fhir/metadata', preflight('http://localhost:5173'))).status).toBe(405)
    open.close()
  })
})
