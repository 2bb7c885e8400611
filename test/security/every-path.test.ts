import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Principal } from '../../worker/auth/principal.ts'
import { createApp } from '../../worker/http/app.ts'
import { identifyByCredentials } from '../../worker/http/authenticate.ts'
import type { App } from '../../worker/http/route.ts'
import { type Harness, type Manifest, pathOf, statusPathOf } from '../support/harness.ts'
import { administrator, clientWith } from '../support/principals.ts'
import { createSmartHarness } from '../support/smart.ts'

/** Stands in every resource there is. */
const canary = 'CANARY-every-route'

/** Who asks: nobody with credentials; a client that was granted nothing; an administrator who only looks on; and whose data it is. */
const people: Readonly<Record<string, Principal>> = {
  client: clientWith('system/Patient.r', { clientId: 'client-2', grants: { scopes: [] } }),
  viewer: administrator('viewer'),
  owner: clientWith('system/*.cruds'),
}

const page = { bytes: new TextEncoder().encode('page'), contentType: 'text/html', etag: '"1"' }

/** Answers that say: not you, nothing here, or not like this. */
const closed = [401, 403, 404, 405]

const reads = (...paths: readonly string[]) => paths.flatMap((path) => [`GET ${path}`, `HEAD ${path}`])

/** What answers everybody, by intent; `POST` says what is missing in the request. All else is closed, and so is a route that is new. */
const publicRoutes = (fhir: string): readonly string[] => [
  ...reads('/', '/jobs', '/jobs/:id', '/new', '/data', '/sign-in', '/enrol', '/account'),
  ...reads('/_app/*', '/theme.js', '/icon.svg', '/health', '/openapi.json', '/admin/api/session'),
  ...reads(
    '/auth/jwks',
    '/.well-known/oauth-authorization-server',
    `${fhir}/.well-known/smart-configuration`,
  ),
  ...['/auth/token', '/auth/introspect', '/auth/revoke'].map((path) => `POST ${path}`),
  ...reads(`${fhir}/metadata`),
]

/** Whoever has not been granted anything has a list of his own exports, which is empty, and a batch, in which each entry is refused. */
const clientRoutes = (fhir: string): readonly string[] => [
  ...reads(`${fhir}/$export-status`),
  ...new Set([`POST ${fhir}/`, `POST ${fhir || '/'}`]),
]

/** What tells how the service does, and what is the viewer's own. */
const viewerRoutes: readonly string[] = [
  ...['', '/:id', '/:id/units', '/:id/slices', '/:id/files', '/:id/problems'].map((path) => `jobs${path}`),
  ...['resource-counts', 'service', 'clients', 'audit', 'access-keys', 'passkeys', 'sessions'],
]
  .flatMap((path) => reads(`/admin/api/${path}`))
  .concat('GET /admin/api/audit/export', 'POST /admin/api/access-keys', 'POST /admin/api/passkeys')

describe.each(['/fhir', '/'])('Of all routes there are with FHIR_PATH=%s', (fhirPath) => {
  const fhir = fhirPath === '/' ? '' : fhirPath
  let h: Harness
  let app: App
  let status: string
  let file: string
  beforeAll(async () => {
    h = await createSmartHarness({ FHIR_PATH: fhirPath })
    app = createApp(
      h.deps,
      () => {},
      async () => page,
      async (c, deps) => people[c.req.header('x-who') ?? ''] ?? identifyByCredentials(c, deps),
    )
    await h.load([
      { resourceType: 'Patient', id: 'p1', name: [{ family: canary }] },
      { resourceType: 'Group', id: 'g1', name: canary, member: [{ entity: { reference: 'Patient/p1' } }] },
    ])
    const started = await ask('owner', 'GET', `${fhir}/$export?_type=Patient`)
    status = statusPathOf(started)
    while ((await ask('owner', 'GET', status)).status === 202) if (!(await h.tick())) h.clock.advance(1000)
    const manifest: Manifest = await (await ask('owner', 'GET', status)).json()
    file = pathOf(manifest.output[0]?.url ?? '')
    expect(await (await ask('owner', 'GET', file)).text()).toContain(canary)
  })
  afterAll(() => h.close())

  const ask = async (who: string, method: string, path: string): Promise<Response> => {
    const headers = { host: '127.0.0.1:8080', 'x-who': who, accept: '*/*', prefer: 'respond-async' }
    const body = method === 'POST' || method === 'PUT' ? bodyOf(path) : undefined
    const contentType = path.endsWith('_search')
      ? 'application/x-www-form-urlencoded'
      : 'application/fhir+json'
    return app.request(`http://127.0.0.1:8080${path}`, {
      method,
      headers: body === undefined ? headers : { ...headers, 'content-type': contentType },
      ...(body === undefined ? {} : { body }),
    })
  }

  const bodyOf = (path: string): string => {
    const reference = [{ name: 'patientReference', valueReference: { reference: 'Patient/p1' } }]
    if (path.endsWith('_search')) return '_total=accurate'
    if (path.includes('$'))
      return JSON.stringify({
        resourceType: 'Parameters',
        ...(path.includes('member') && { parameter: reference }),
      })
    const entry = ['GET', 'HEAD', 'DELETE'].map((method) => ({ request: { method, url: 'Patient/p1' } }))
    return path === `${fhir}/` || path === fhir
      ? JSON.stringify({ resourceType: 'Bundle', type: 'batch', entry })
      : JSON.stringify({ resourceType: 'Patient', id: 'p1' })
  }

  /** A pattern of the router as a URL of something that is there. */
  const urlOf = (pattern: string): string => {
    if (pattern.includes(':folder')) return file.replace(/\/\$[^/]+/, `/${/\$[a-z-]+/.exec(pattern)?.[0]}`)
    if (/\/\$exportstatus$/.test(pattern)) return `${pattern}?_id=${status.split('/').at(-1)}`
    const id = /jobs|status/.test(pattern)
      ? status.split('/').at(-1)
      : pattern.includes('Group')
        ? 'g1'
        : 'p1'
    return pattern
      .replace(/:operation\{.*\}/, '$everything')
      .replace(':type', 'Patient')
      .replace(':versionId', '1')
      .replace(':clientId', 'client-1')
      .replace(':id', id ?? '')
      .replace('*', pattern.includes(':type') ? 'p1' : 'anything')
  }

  const methods = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS']
  const patterns = () => [...new Set(app.routes.map(({ path }) => path))].sort()

  /** Every route by every method, as far as it does not say that there is nothing for him; what is said says nothing of what there is. */
  const openTo = async (who: string): Promise<readonly string[]> => {
    const open: string[] = []
    for (const pattern of patterns())
      for (const method of methods) {
        const response = await ask(who, method, urlOf(pattern))
        expect(await response.text(), `${method} ${pattern}`).not.toContain(canary)
        if (!closed.includes(response.status)) open.push(`${method} ${pattern}`)
      }
    return open.sort()
  }

  test('only those that are meant to be answer who shows no credentials', async () => {
    expect(patterns().length).toBeGreaterThan(70)
    expect(await openTo('nobody')).toEqual([...publicRoutes(fhir)].sort())
  })

  test('few more answer a client that was granted nothing, and tell it nothing', async () => {
    expect(await openTo('client')).toEqual([...publicRoutes(fhir), ...clientRoutes(fhir)].sort())
    const list: { readonly exports: readonly unknown[] } = await (
      await ask('client', 'GET', `${fhir}/$export-status`)
    ).json()
    expect(list.exports).toEqual([])
    const batch: { readonly entry: readonly { readonly response: { readonly status: string } }[] } = await (
      await ask('client', 'POST', `${fhir}/`)
    ).json()
    expect(batch.entry.map(({ response }) => response.status)).toEqual(['403', '403', '403'])
  })

  test('an administrator who only looks on gets no resource, and steers nothing', async () => {
    expect(await openTo('viewer')).toEqual([...publicRoutes(fhir), ...viewerRoutes].sort())
    for (const path of [status, file, `${fhir}/Patient/p1`])
      expect((await ask('owner', 'GET', path)).status).toBe(200)
  })

  /** Ways to write a path that a router and whoever guards it might read differently. */
  const respelled = (path: string): readonly string[] => [
    `${path}/`,
    `${path}//`,
    `/${path}`,
    path.replaceAll('/', '//'),
    path.replaceAll('$', '%24'),
    path.replaceAll('$', '%2524'),
    path.replace(/[a-z]/g, (letter) => `%${letter.charCodeAt(0).toString(16)}`),
    path.replace(/[A-Z]/, (letter) => `%${letter.charCodeAt(0).toString(16)}`),
    path.replaceAll('/', '%2F').replace('%2F', '/'),
    path.toLowerCase(),
    path.toUpperCase(),
    `${path};x=1`,
    `${path}%00`,
    `${path}%0a`,
    `/./${path.slice(1)}`,
    `/health/..${path}`,
    `/health/%2e%2e${path}`,
    `/_app/..%2f${path.slice(1)}`,
  ]

  test.each(['nobody', 'client'])('no other spelling opens one to %s', async (who) => {
    const open = new Set(await openTo(who))
    const shut = patterns().filter((pattern) => !open.has(`GET ${pattern}`) && !open.has(`POST ${pattern}`))
    for (const pattern of shut)
      for (const path of respelled(urlOf(pattern)))
        for (const method of ['GET', 'HEAD', 'POST', 'DELETE']) {
          const response = await ask(who, method, path)
          const text = await response.text()
          expect(text, `${method} ${path}`).not.toContain(canary)
          if (response.headers.get('etag') !== page.etag)
            expect([400, 415, ...closed], `${method} ${path}`).toContain(response.status)
        }
  })
})
