import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { auditOf } from '../support/audit-rows.ts'
import type { Harness } from '../support/harness.ts'
import { administrator, clientWith } from '../support/principals.ts'
import { createSmartHarness } from '../support/smart.ts'

/** The admin API of clients, as an administrator uses it. */

let h: Harness
let admin: Harness['request']

const jwks = {
  keys: [
    {
      kty: 'EC',
      crv: 'P-256',
      kid: 'one',
      x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',
      y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0',
    },
  ],
}
const analytics = { clientId: 'analytics', name: 'Analytics', jwks, scopes: ['system/*.rs'] }

beforeEach(async () => {
  h = await createSmartHarness()
  admin = h.as(administrator())
})
afterEach(() => h.close())

const json = (method: string, body?: object, headers: Record<string, string> = {}): RequestInit => ({
  method,
  headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
  ...(body === undefined ? {} : { body: JSON.stringify(body) }),
})

const create = (body: object): Promise<Response> => admin('/admin/api/clients', json('POST', body))
const diagnosticsOf = async (response: Response): Promise<string> =>
  (await response.json()).issue[0].diagnostics
const audited = () => auditOf(h, 'client.')

describe('Registering a client', () => {
  test('keeps what was said, and tells it again', async () => {
    const created = await create({ ...analytics, groupIds: ['diabetes'], maxRunningJobs: 2 })
    expect(created.status).toBe(201)
    expect(created.headers.get('location')).toBe('http://127.0.0.1:8080/admin/api/clients/analytics')
    const read = await admin('/admin/api/clients/analytics')
    expect(read.headers.get('etag')).toBe(created.headers.get('etag'))
    const shown = await read.json()
    expect(shown).toEqual(await created.json())
    expect(shown).toMatchObject({ ...analytics, groupIds: ['diabetes'], maxRunningJobs: 2 })
  })

  test('makes an id where none is given', async () => {
    const { clientId: _, ...rest } = analytics
    const { clientId } = await (await create(rest)).json()
    expect(clientId).toMatch(/^[0-9a-f-]{36}$/)
  })

  test('refuses an id that is taken, and changes nothing', async () => {
    await create(analytics)
    const again = await create({ ...analytics, name: 'Other' })
    expect(again.status).toBe(409)
    expect((await (await admin('/admin/api/clients/analytics')).json()).name).toBe('Analytics')
    expect(await audited()).toHaveLength(1)
  })

  test.each<[string, object, RegExp]>([
    ['without keys', { jwks: undefined }, /either jwksUrl.*or jwks/],
    ['with both kinds of keys', { jwksUrl: 'https://a.example/jwks' }, /either jwksUrl.*or jwks/],
    ['without scopes', { scopes: [] }, /no scopes/],
    ['with a patient scope', { scopes: ['patient/*.rs'] }, /"patient\/\*.rs"/],
    ['with a constraint that cannot be searched by', { scopes: ['system/Patient.rs?nothing=1'] }, /nothing/],
    ['with a Group that cannot be', { groupIds: ['../x'] }, /no id of a Group/],
    ['with a misspelt member', { scope: 'system/*.rs' }, /scope/],
    ['with an id that could not stand in a URL', { clientId: 'a/b' }, /clientId/],
    ['with a jwksUrl of another scheme', { jwks: undefined, jwksUrl: 'file:///etc/passwd' }, /jwksUrl/],
    [
      'with a jwksUrl in a private network',
      { jwks: undefined, jwksUrl: 'https://10.0.0.1/jwks' },
      /PRIVATE_HOSTS.*"10\.0\.0\.1"/,
    ],
  ])('is refused %s', async (_, change, reason) => {
    const refused = await create({ ...analytics, ...change })
    expect(refused.status).toBe(400)
    expect(await diagnosticsOf(refused)).toMatch(reason)
    expect((await (await admin('/admin/api/clients')).json()).clients).toEqual([])
  })

  test('has no private key in the database, whatever is sent', async () => {
    const refused = await create({
      ...analytics,
      jwks: { keys: [{ ...jwks.keys[0], d: 'private-member' }] },
    })
    expect(refused.status).toBe(400)
    expect(await diagnosticsOf(refused)).not.toContain('private-member')
  })
})

describe('A registered client', () => {
  test('is replaced as a whole', async () => {
    await create({ ...analytics, groupIds: ['a'] })
    const replaced = await admin(
      '/admin/api/clients/analytics',
      json('PUT', { name: 'New', jwksUrl: 'https://keys.example/jwks.json', scopes: ['system/Patient.rs'] }),
    )
    expect(replaced.status).toBe(200)
    const shown = await replaced.json()
    expect(shown).toMatchObject({
      name: 'New',
      jwksUrl: 'https://keys.example/jwks.json',
      scopes: ['system/Patient.rs'],
    })
    expect(shown).not.toHaveProperty('jwks')
    expect(shown).not.toHaveProperty('groupIds')
  })

  test('is not replaced by the look of an older one', async () => {
    const tag = (await create(analytics)).headers.get('etag') ?? ''
    const { clientId: _, ...registration } = analytics
    const change = (name: string) =>
      admin('/admin/api/clients/analytics', json('PUT', { ...registration, name }, { 'if-match': tag }))
    expect((await change('First')).status).toBe(200)
    expect((await change('Second')).status).toBe(412)
    expect((await (await admin('/admin/api/clients/analytics')).json()).name).toBe('First')
  })

  test('is suspended and resumed', async () => {
    await create(analytics)
    const suspended = await (await admin('/admin/api/clients/analytics/suspend', json('POST'))).json()
    expect(suspended.suspendedAt).toBeDefined()
    const resumed = await (await admin('/admin/api/clients/analytics/resume', json('POST'))).json()
    expect(resumed).not.toHaveProperty('suspendedAt')
  })

  test('is forgotten', async () => {
    await create(analytics)
    expect((await admin('/admin/api/clients/analytics', json('DELETE'))).status).toBe(204)
    expect((await admin('/admin/api/clients/analytics')).status).toBe(404)
    expect((await admin('/admin/api/clients/analytics', json('DELETE'))).status).toBe(404)
  })

  test('is not forgotten by the look of an older one', async () => {
    const tag = (await create(analytics)).headers.get('etag') ?? ''
    await admin('/admin/api/clients/analytics/suspend', json('POST'))
    const forget = (ifMatch: string) =>
      admin('/admin/api/clients/analytics', json('DELETE', undefined, { 'if-match': ifMatch }))
    expect((await forget(tag)).status).toBe(412)
    expect(
      (await forget((await admin('/admin/api/clients/analytics')).headers.get('etag') ?? '')).status,
    ).toBe(204)
  })

  test('is audited at each change, without its keys', async () => {
    await create(analytics)
    await admin('/admin/api/clients/analytics/suspend', json('POST'))
    await admin('/admin/api/clients/analytics', json('DELETE'))
    const rows = await audited()
    expect(rows.map(({ action, actor_id, target }) => [action, actor_id, target])).toEqual([
      ['client.create', 'administrator-1', 'analytics'],
      ['client.suspend', 'administrator-1', 'analytics'],
      ['client.delete', 'administrator-1', 'analytics'],
    ])
    expect(JSON.stringify(rows)).not.toContain('f83OJ3D2')
  })
})

describe('The list of clients', () => {
  test('comes in pages, in the order of ids', async () => {
    for (const clientId of ['c', 'a', 'b']) await create({ ...analytics, clientId })
    const first = await (await admin('/admin/api/clients?count=2')).json()
    expect(first.clients.map(({ clientId }: { clientId: string }) => clientId)).toEqual(['a', 'b'])
    const second = await (await admin(`/admin/api/clients?count=2&after=${first.next}`)).json()
    expect(second.clients.map(({ clientId }: { clientId: string }) => clientId)).toEqual(['c'])
    expect(second).not.toHaveProperty('next')
  })

  test('is for administrators: viewers read it, clients do not see it, strangers have to sign in', async () => {
    await create(analytics)
    const viewer = h.as(administrator('viewer'))
    expect((await viewer('/admin/api/clients')).status).toBe(200)
    expect((await viewer('/admin/api/clients', json('POST', { ...analytics, clientId: 'b' }))).status).toBe(
      403,
    )
    expect((await viewer('/admin/api/clients/analytics', json('DELETE'))).status).toBe(403)
    expect((await h.as(clientWith('system/*.cruds'))('/admin/api/clients')).status).toBe(403)
    expect((await h.request('/admin/api/clients')).status).toBe(401)
  })
})
