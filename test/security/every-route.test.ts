import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Principal } from '../../worker/auth/principal.ts'
import type { Harness } from '../support/harness.ts'
import { administrator, clientWith } from '../support/principals.ts'
import { createSmartHarness } from '../support/smart.ts'

/** Of every route of the OpenAPI document: who may come in. A new one is closed, or stands here. */

/** What is for everybody: what tells how to come in, and what asks for credentials of its own. */
const open = [
  'GET /.well-known/oauth-authorization-server',
  'GET /.well-known/smart-configuration',
  'GET /admin/api/oidc/callback',
  'GET /admin/api/oidc/start',
  'GET /admin/api/session',
  'DELETE /admin/api/session',
  'POST /admin/api/enrolment',
  'POST /admin/api/session',
  'POST /admin/api/setup',
  'GET /auth/jwks',
  'POST /auth/introspect',
  'POST /auth/revoke',
  'POST /auth/token',
  'GET /health',
  'GET /metadata',
  'GET /openapi.json',
]

type Route = { readonly name: string; readonly path: string; readonly method: string }
let h: Harness
let routes: readonly Route[]
beforeAll(async () => {
  h = await createSmartHarness()
  const { paths }: { paths: Record<string, Record<string, { servers?: unknown }>> } = await (
    await h.request('/openapi.json')
  ).json()
  routes = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { servers }]) => {
      const filled = path.replaceAll('{type}', 'Patient').replaceAll(/\{\w+\}/g, 'x')
      const name = `${method.toUpperCase()} ${path}`
      return { name, method: method.toUpperCase(), path: servers === undefined ? `/fhir${filled}` : filled }
    }),
  )
})
afterAll(() => h.close())

const statusOf = async ({ method, path }: Route, principal?: Principal): Promise<number> => {
  const ask = principal === undefined ? h.request : h.as(principal)
  const body = ['GET', 'HEAD', 'DELETE'].includes(method) ? {} : { body: '{}' }
  const headers = method === 'GET' ? {} : { 'content-type': 'application/json' }
  return (await ask(path, { method, headers, ...body })).status
}

const namesOf = (found: readonly Route[]) => found.map(({ name }) => name).toSorted()
const answered = async (status: number, principal?: Principal): Promise<readonly Route[]> => {
  const statuses = await Promise.all(routes.map((route) => statusOf(route, principal)))
  return routes.filter((_, at) => statuses[at] === status)
}
const closed = () => routes.filter(({ name }) => !open.includes(name))

describe('Every route', () => {
  test('but those that are for everybody is 401 to who shows no credentials', async () => {
    expect(namesOf(routes)).toEqual(expect.arrayContaining(open))
    expect(closed().length).toBeGreaterThan(50)
    expect(namesOf(await answered(401))).toEqual(namesOf(closed()))
    // What starts or records something has no HEAD, for nobody.
    for (const route of closed().filter(({ method }) => method === 'GET'))
      expect([401, 405], route.name).toContain(await statusOf({ ...route, method: 'HEAD' }))
  })

  test('of administrators is 403 to a client, whatever its scopes', async () => {
    const ofAdministrators = closed().filter(({ path }) => path.startsWith('/admin/'))
    const refused = await answered(403, clientWith('system/*.cruds'))
    expect(namesOf(refused.filter(({ name }) => !open.includes(name)))).toEqual(namesOf(ofAdministrators))
  })

  test('that opens resources or steers the service is 403 to an administrator who only looks on', async () => {
    const own = /^\/admin\/api\/(access-keys|passkeys|sessions)\b/
    const looks = ({ name, path, method }: Route) =>
      (path.startsWith('/admin/') && method === 'GET' && name !== 'GET /admin/api/administrators') ||
      own.test(path)
    const refused = await answered(403, administrator('viewer'))
    expect(namesOf(refused.filter(({ name }) => !open.includes(name)))).toEqual(
      namesOf(closed().filter((route) => !looks(route))),
    )
  })
})
