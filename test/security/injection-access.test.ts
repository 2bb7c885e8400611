import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { bearer } from '../support/bearer.ts'
import { createBrowser, createHttpsHarness } from '../support/browser-of.ts'
import type { Harness } from '../support/harness.ts'
import { administrator, setupToken } from '../support/principals.ts'
import { playClient, postForm, proofOf, registerClient, type TestClient } from '../support/smart.ts'
import { sqlTexts } from './sql-texts.ts'

/** What strangers and administrators say of who somebody is, and of jobs, is text as well. */

let h: Harness
let client: TestClient
beforeAll(async () => {
  h = await createHttpsHarness({ SETUP_TOKEN: setupToken })
  client = await registerClient(h)
  await h.load([{ resourceType: 'Patient', id: 'p1', name: [{ family: 'Canary' }] }])
})
// Whoever fails often is refused without a look; here each text is looked at.
beforeEach(() => h.clock.advance(600_000))
afterAll(() => h.close())

const accessTables = [
  'access_key',
  'access_token',
  'administrator',
  'client',
  'enrolment',
  'job',
  'passkey',
  'session',
] as const
const counts = () =>
  Promise.all(
    accessTables.map(async (table) => (await h.deps.db.query.selectFrom(table).selectAll().execute()).length),
  )
const expectText = async (response: Response, what: string): Promise<number> => {
  const body = await response.text()
  expect(response.status, `${what}: ${body}`).toBeLessThan(500)
  expect(body, what).not.toMatch(/SQLITE|syntax error|no such (table|column)/i)
  return response.status
}

describe('SQL', () => {
  test.each(sqlTexts)(
    'in an assertion, a form and a token opens nothing and changes nothing: %j',
    async (text) => {
      const before = await counts()
      const eve = playClient(h, text, client.key)
      const wrong = [
        await eve.ask(),
        await client.ask({ client_assertion: await client.assertion({}, { kid: text }) }),
        await client.ask({ client_assertion: text }),
        await client.ask({ client_id: text }),
        await client.ask({ scope: text }),
      ]
      for (const [at, response] of wrong.entries())
        expect([400, 401], String(at)).toContain(await expectText(response, `request ${at}`))
      for (const path of ['/auth/introspect', '/auth/revoke']) {
        const proof = proofOf(await client.assertion())
        expect(await expectText(await postForm(h, path, { token: text, ...proof }), path)).toBe(200)
      }
      expect(await counts()).toEqual(before)
    },
  )

  test.each(sqlTexts)('in the id of an assertion is the id it is, once: %j', async (text) => {
    const assertion = await client.assertion({ jti: `jti ${text}` })
    expect((await client.ask({ client_assertion: assertion })).status).toBe(200)
    expect((await client.ask({ client_assertion: assertion })).status).toBe(401)
  })

  test.each(sqlTexts)(
    'in the constraint of a scope is what is looked for, and opens nothing else: %j',
    async (text) => {
      const response = await client.ask({ scope: `system/Patient.rs?name=${text}` })
      if ((await expectText(response.clone(), 'token')) === 400) return
      const { access_token: token } = await response.json()
      const headers = bearer(token)
      expect((await h.request('/fhir/Patient/p1', { headers })).status).toBe(404)
      expect(await (await h.request('/fhir/Patient', { headers })).text()).not.toContain('Canary')
    },
  )

  test.each(sqlTexts)('where administrators sign in lets nobody in: %j', async (text) => {
    const before = await counts()
    const browser = createBrowser(h)
    for (const [path, body] of [
      ['/admin/api/session', { way: 'access-key', accessKey: text }],
      ['/admin/api/session', { way: 'access-key', accessKey: `slk_${text}_${text}` }],
      ['/admin/api/enrolment', { secret: text, step: 'start' }],
      ['/admin/api/setup', { setupToken: text, name: text }],
    ] as const)
      expect([400, 401], path).toContain((await browser.send('POST', path, body)).status)
    if (/^[ -~]*$/.test(text)) {
      const headers = { cookie: `__Host-sluice=${text}; sluice=${text}`, ...bearer(text) }
      expect((await h.request('/admin/api/clients', { headers })).status).toBe(401)
    }
    expect(await counts()).toEqual(before)
  })

  test.each(sqlTexts)(
    'in what administrators look for and change finds nothing and changes nothing: %j',
    async (text) => {
      const before = await counts()
      const ask = h.as(administrator())
      const encoded = encodeURIComponent(text)
      const filters = ['state', 'level', 'client', 'group', 'type', 'text', 'createdAfter', 'after']
      for (const path of [
        ...filters.map((name) => `jobs?${name}=${encoded}`),
        ...['', '/units', '/slices', '/files', '/problems'].map((part) => `jobs/${encoded}${part}`),
        `clients/${encoded}`,
        `clients/${encoded}/tokens`,
        `clients?after=${encoded}`,
      ])
        await expectText(await ask(`/admin/api/${path}`), path)
      for (const [method, path] of [
        ['POST', `jobs/${encoded}/cancel`],
        ['POST', `jobs/${encoded}/retry`],
        ['DELETE', `clients/${encoded}`],
        ['DELETE', `clients/${encoded}/tokens`],
        ['POST', `clients/${encoded}/suspend`],
        ['DELETE', `access-keys/${encoded}`],
        ['DELETE', `sessions/${encoded}`],
      ] as const)
        expect([400, 404], path).toContain(
          await expectText(await ask(`/admin/api/${path}`, { method }), path),
        )
      expect(await counts()).toEqual(before)
    },
  )
})
