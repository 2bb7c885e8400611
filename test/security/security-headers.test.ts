import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { SluiceError } from '../../worker/errors.ts'
import { answerError } from '../../worker/http/error-response.ts'
import { withSecurityHeaders } from '../../worker/http/security-headers.ts'
import { silentLog } from '../../worker/platform/log.ts'
import { createHarness, type Harness, pathOf, statusPathOf } from '../support/harness.ts'
import { administrator, clientWith } from '../support/principals.ts'
import { createSmartHarness } from '../support/smart.ts'

/** What browsers are told with every answer. */

const always = {
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
} as const

let h: Harness
beforeAll(async () => {
  h = await createSmartHarness({ BASE_URL: 'https://sluice.example.org' })
  await h.load([{ resourceType: 'Patient', id: 'p' }])
})
afterAll(() => h.close())

const expectGuarded = ({ headers }: Response, path: string): void => {
  for (const [name, value] of Object.entries(always))
    expect(headers.get(name), `${name} of ${path}`).toBe(value)
  expect(headers.get('strict-transport-security')).toBe('max-age=31536000')
  expect(headers.get('server')).toBeNull()
  expect(headers.get('x-powered-by')).toBeNull()
}

describe('Every answer', () => {
  test('has the security headers, whatever it is: of a resource, a kick-off, a status, a file, a public document', async () => {
    const as = h.as(clientWith('system/*.cruds'))
    const kickOff = await as('/fhir/$export')
    expect(kickOff.status).toBe(202)
    const status = statusPathOf(kickOff)
    while (await h.tick()) h.clock.advance(1000)
    const manifest = await as(status)
    expect(manifest.status).toBe(200)
    const { output } = (await manifest.json()) as { output: { url: string }[] }
    const file = pathOf(output[0]?.url ?? '')
    for (const [path, expected] of [
      ['/fhir/Patient/p', 200],
      ['/fhir/Patient', 200],
      ['/fhir/Patient/p/_history', 200],
      [status, 200],
      [file, 200],
    ] as const) {
      const response = await as(path)
      expect(response.status, path).toBe(expected)
      expectGuarded(response, path)
      expect(response.headers.get('cache-control'), path).toContain('no-store')
    }
    for (const path of ['/fhir/metadata', '/health', '/openapi.json'])
      expectGuarded(await h.request(path), path)
    const own = await h.as(administrator())('/admin/api/service')
    expectGuarded(own, '/admin/api/service')
    expect(own.headers.get('cache-control')).toBe('no-store')
  })

  test('has them when it is an error, from wherever it comes', async () => {
    const as = h.as(clientWith('system/Patient.rs'))
    for (const [path, init, expected] of [
      ['/fhir/Patient/p', {}, 401],
      ['/fhir/Patient/p', { headers: { authorization: 'Basic eDp5' } }, 401],
      ['/nothing', {}, 404],
      ['/fhir/$export', { method: 'PATCH' }, 405],
      ['/fhir/Patient/p?access_token=x', {}, 400],
      ['/fhir/Patient/p', { method: 'OPTIONS' }, 405],
    ] as const) {
      const response = await h.request(path, init)
      expect(response.status, path).toBe(expected)
      expectGuarded(response, path)
      expect(response.headers.get('cache-control')).toBe('no-store')
    }
    expectGuarded(await as('/admin/api/jobs'), '/admin/api/jobs')
    expectGuarded(await as('/fhir/Patient/p', { method: 'HEAD' }), 'HEAD')
  })

  test('to a client that has a resource already is still 304, though no cache may keep it', async () => {
    const as = h.as(clientWith('system/*.rs'))
    const etag = (await as('/fhir/Patient/p')).headers.get('etag') ?? ''
    const again = await as('/fhir/Patient/p', { headers: { 'if-none-match': etag } })
    expect(again.status).toBe(304)
    expect(again.headers.get('cache-control')).toBe('private, no-store')
    expectGuarded(again, '304')
  })

  test('keeps the policy that a Binary has of its own', async () => {
    const as = h.as(clientWith('system/*.cruds'))
    const raw = { method: 'PUT', body: '<script>', headers: { 'content-type': 'text/html' } }
    await as('/fhir/Binary/b', raw)
    const { headers } = await as('/fhir/Binary/b', { headers: { accept: 'text/html' } })
    expect(headers.get('content-security-policy')).toBe("default-src 'none'; sandbox")
    expect(headers.get('cache-control')).toBe('private, no-store')
    expect(headers.get('referrer-policy')).toBe('no-referrer')
  })

  test('asks for https only where the service has it, and lets a browser keep resources where no token is asked for', async () => {
    const open = await createHarness()
    await open.load([{ resourceType: 'Patient', id: 'p' }])
    const { headers } = await open.request('/fhir/Patient/p')
    expect(headers.get('strict-transport-security')).toBeNull()
    expect(headers.get('cache-control')).toBe('private, no-cache')
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    const refused = await open.request('/fhir/Patient/p', { headers: { host: 'evil.example.org' } })
    expect(refused.status).toBe(403)
    for (const [name, value] of Object.entries(always)) expect(refused.headers.get(name)).toBe(value)
    open.close()
  })

  test('has them as well where a Worker could not open the service', () => {
    const error = new SluiceError('database-unavailable', 'Cannot reach the database: x')
    const { headers } = withSecurityHeaders(answerError(silentLog, error, ''))
    for (const [name, value] of Object.entries(always)) expect(headers.get(name)).toBe(value)
  })
})
