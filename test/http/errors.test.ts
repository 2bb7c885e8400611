import { createClient, LibsqlError } from '@libsql/client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Deps } from '../../worker/deps.ts'
import { createApp } from '../../worker/http/app.ts'
import type { LogFields } from '../../worker/platform/log.ts'
import { createDb } from '../../worker/store/db.ts'
import { createHarness, type Harness } from '../support/harness.ts'
import { expectOutcome } from './expect-outcome.ts'

let h: Harness
beforeAll(async () => {
  h = await createHarness()
})
afterAll(() => h.close())

const put = { method: 'PUT', body: '{"resourceType":"Patient","id":"p"}', type: 'application/fhir+json' }
const id = '00000000-0000-4000-8000-000000000001'
type Init = { readonly method?: string; readonly body?: string; readonly type?: string }
/** A request for every route, which would reach the database. */
const requests: readonly (readonly [path: string, init?: Init])[] = [
  ['/fhir/$export'],
  ['/fhir/$export', { method: 'POST', body: '{"resourceType":"Parameters"}', type: 'application/json' }],
  [`/fhir/$export-status/${id}`],
  [`/fhir/$export-status/${id}`, { method: 'DELETE' }],
  [`/fhir/$export-file/20260101T000000Z_${id}/Patient-1.ndjson`],
  ['/fhir/Patient/p'],
  ['/fhir/Patient/p', put],
  ['/fhir/Patient/p', { method: 'DELETE' }],
  ['/fhir/Patient', { ...put, method: 'POST' }],
  ['/fhir/Patient/p/_history'],
  ['/fhir/Patient/p/_history/1'],
  ['/admin/api/ingest', { method: 'POST', body: put.body, type: 'application/ndjson' }],
  ['/health'],
]
const ask = (
  app: { request: (path: string, init: RequestInit) => Response | Promise<Response> },
  [path, { method = 'GET', body, type } = {}]: (typeof requests)[number],
  headers: Record<string, string> = {},
) =>
  app.request(path, {
    method,
    ...(body === undefined ? {} : { body }),
    headers: { host: 'localhost', ...(type === undefined ? {} : { 'content-type': type }), ...headers },
  })

/** The same service whose database fails so. */
const failing = (error: Error) => {
  const logged: { message: string; fields: LogFields }[] = []
  const fail = () => Promise.reject(error)
  const client = Object.assign(createClient({ url: ':memory:' }), { execute: fail, batch: fail })
  const deps: Deps = {
    ...h.deps,
    db: createDb(client),
    log: (_, message, fields = {}) => logged.push({ message, fields }),
  }
  return { app: createApp(deps, () => {}), logged }
}

describe('A database that does not answer', () => {
  test('makes every route 503 with Retry-After, and says nothing of itself', async () => {
    const { app, logged } = failing(new LibsqlError('disk I/O error at /secret/path.db', 'SQLITE_IOERR'))
    for (const request of requests) {
      const response = await ask(app, request)
      expect(response.headers.get('retry-after')).toMatch(/^[1-9]\d*$/)
      expect(response.headers.get('cache-control')).toBe('no-store')
      const diagnostics = await expectOutcome(response, 503, 'transient')
      expect(diagnostics).not.toContain('secret')
    }
    expect(logged).toHaveLength(requests.length)
    expect(logged[0]).toEqual({
      message: 'request failed',
      fields: expect.objectContaining({ path: '/fhir/$export', code: 'database-unavailable' }),
    })
  })
})

describe('A mistake of ours', () => {
  test('is 500 without a word of what happened, which is in the log', async () => {
    for (const error of [
      new TypeError('secret: cannot read x'),
      new LibsqlError('no such table: secret', 'SQLITE_ERROR'),
    ]) {
      const { app, logged } = failing(error)
      for (const request of requests) {
        const text = await expectOutcome(await ask(app, request), 500, 'exception')
        expect(text).toBe('The server could not process the request; its log says why')
      }
      expect(logged).toHaveLength(requests.length)
      expect(JSON.stringify(logged[0])).toContain('secret')
      for (const { fields } of logged) expect(String(fields.path)).not.toContain(id) // the pattern, no names
    }
  })
})

describe('AUTH=open', () => {
  const all = [
    ...requests,
    ['/openapi.json'] as const,
    ['/fhir/metadata'] as const,
    ['/nothing'] as const,
    ['/fhir/$export', { method: 'HEAD' }] as const,
  ]
  const count = async () => (await h.deps.db.query.selectFrom('job').selectAll().execute()).length

  test.each([
    { host: 'example.org' },
    { host: '192.168.1.2:8080' },
    { 'x-forwarded-for': '10.0.0.1' },
    { forwarded: 'for=127.0.0.1' },
    { via: '1.1 proxy' },
    { origin: 'https://example.org' },
  ])('refuses every route to a request with %j', async (headers) => {
    const { app, logged } = failing(new Error('the database must not be asked'))
    for (const request of all) {
      const response = await ask(app, request, headers as Record<string, string>)
      if (request[1]?.method === 'HEAD') expect(response.status).toBe(403)
      else await expectOutcome(response, 403, 'forbidden')
    }
    // Nothing else than the audit has asked the database.
    expect(new Set(logged.map(({ message }) => message))).toEqual(new Set(['refusal was not recorded']))
    expect(await count()).toBe(0)
  })
})

describe('A URL that is not served', () => {
  test.each([
    '/',
    '/fhir/$export/',
    '/fhir/$exports',
    '/fhir//$export',
    '/FHIR/$export',
    '/fhir/metadata/',
    '/fhir/Patient/p/',
    '/fhir/Patient/',
    '/fhir/nope',
    '/fhir/Patient/p/_history/',
    '/fhir/Patient/p/_history/1/',
    '/fhir/Patient/p/x',
    '/fhir/Nope/p/_history/1',
    '/fhir/_history',
    '/fhir/_search',
    '/fhir/Patient/_history',
    '/fhir/Patient/$everything',
    '/fhir/Patient/p/$everything',
    '/fhir/Patient/p/%24everything',
    '/fhir/%E0%A4%A',
    '/admin',
    '/admin/api',
    '/admin/api/ingest/',
    '/favicon.ico',
    '/%',
    '/%2e%2e/%2e%2e/etc/passwd',
    '/health/',
    '/.well-known/smart-configuration',
    '/<script>',
  ])('is 404 with an OperationOutcome: %s', async (path) => {
    for (const method of ['GET', 'POST', 'PUT', 'DELETE', 'OPTIONS']) {
      const diagnostics = await expectOutcome(await h.request(path, { method }), 404, 'not-found')
      expect(diagnostics).not.toContain('script')
    }
    const head = await h.request(path, { method: 'HEAD' })
    expect(head.status).toBe(404)
    expect(await head.text()).toBe('')
  })
})

describe('What FHIR has and this version lacks', () => {
  test('is refused by name', async () => {
    const diagnosticsOf = async (path: string, method: string, status = 404) =>
      expectOutcome(await h.request(path, { method }), status, status === 404 ? 'not-found' : 'not-supported')
    expect(await diagnosticsOf('/fhir/Patient/$everything', 'GET')).toContain(
      'Cannot find this operation: served here are [base]/$export, [base]/Patient/$export',
    )
    expect(await diagnosticsOf('/fhir/$reindex', 'POST')).toContain('[base]/$export')
    expect(await diagnosticsOf('/fhir/_search', 'POST')).toContain('a search is served of a single type')
    expect(await diagnosticsOf('/fhir/Patient/_history', 'GET')).toContain('{type}/{id}/_history')
    expect(await diagnosticsOf('/fhir/patient', 'POST')).toContain('did you mean "Patient"?')
    expect(await diagnosticsOf('/fhir/Patient?name=x', 'PUT', 405)).toContain('conditional update')
    expect(await diagnosticsOf('/fhir/Patient?name=x', 'DELETE', 405)).toContain('conditional delete')
    expect(await diagnosticsOf('/fhir/Patient/p', 'PATCH', 405)).toContain('patch is not supported')
    expect(await diagnosticsOf('/fhir/Patient/p', 'POST', 405)).toContain('POST to [base]/{type}')
  })

  test.each([
    ['/fhir/Patient', 'GET, HEAD, POST', ['PUT', 'DELETE', 'PATCH', 'OPTIONS']],
    ['/fhir/Patient/_search', 'POST', ['GET', 'PUT', 'DELETE', 'PATCH', 'OPTIONS']],
    ['/fhir/Patient/p', 'GET, HEAD, PUT, DELETE', ['POST', 'PATCH', 'OPTIONS']],
    ['/fhir/Patient/p/_history', 'GET, HEAD', ['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS']],
    ['/fhir/Patient/p/_history/1', 'GET, HEAD', ['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS']],
  ])('is 405 with Allow at %s: %s', async (path, allow, methods) => {
    for (const method of methods) {
      const response = await h.request(path, { method })
      expect(response.headers.get('allow')).toBe(allow)
      await expectOutcome(response, 405, 'not-supported')
    }
  })
})

describe('GET /health', () => {
  test('is 200 while the database answers', async () => {
    const response = await h.request('/health')
    expect(response.status).toBe(200)
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(await response.json()).toEqual({ status: 'ok' })
    expect((await h.request('/health', { method: 'HEAD' })).status).toBe(200)
  })
})
