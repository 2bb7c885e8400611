import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { auditOf } from '../support/audit-rows.ts'
import { bearer, unknownAccessKey } from '../support/bearer.ts'
import { createBrowser, createHttpsHarness, enrolled, ownPage } from '../support/browser-of.ts'
import type { Harness } from '../support/harness.ts'
import { smartEnvironment } from '../support/principals.ts'

let h: Harness
beforeEach(async () => {
  h = await createHttpsHarness()
})
afterEach(() => h.close())

const session = '/admin/api/session'
const signIn = (h: Harness, accessKey: string, cookie?: string) =>
  h.request(session, {
    method: 'POST',
    headers: { ...ownPage, 'content-type': 'application/json', ...(cookie === undefined ? {} : { cookie }) },
    body: JSON.stringify({ way: 'access-key', accessKey }),
  })
const cookieOf = (response: Response): string => response.headers.getSetCookie()[0]?.split(';')[0] ?? ''

describe('The cookie of a session', () => {
  test('is bound to this host and https, out of reach of scripts, and stays with this site', async () => {
    const ada = await enrolled(h)
    const [cookie] = (await signIn(h, ada.accessKey)).headers.getSetCookie()
    expect(cookie).toMatch(
      /^__Host-sluice=[\w-]{43}; Max-Age=28800; Path=\/; HttpOnly; Secure; SameSite=Strict$/,
    )
    const plain = await createHttpsHarness({ BASE_URL: smartEnvironment.BASE_URL })
    const eve = await enrolled(plain)
    const [other] = (await signIn(plain, eve.accessKey)).headers.getSetCookie()
    expect(other).toMatch(/^sluice=[\w-]{43}; Max-Age=28800; Path=\/; HttpOnly; SameSite=Strict$/)
    plain.close()
  })

  test('is a new one at each signing in, and ends the one that was brought along (session fixation)', async () => {
    const ada = await enrolled(h)
    const first = cookieOf(await signIn(h, ada.accessKey))
    const planted = `__Host-sluice=${'A'.repeat(43)}`
    const second = cookieOf(await signIn(h, ada.accessKey, planted))
    const third = cookieOf(await signIn(h, ada.accessKey, first))
    expect(new Set([planted, first, second, third]).size).toBe(4)
    const statusOf = async (cookie: string) =>
      (await h.request('/admin/api/jobs', { headers: { ...ownPage, cookie } })).status
    expect(await Promise.all([planted, first, second, third].map(statusOf))).toEqual([401, 401, 200, 200])
  })

  test('is no bearer token, and a bearer token is no cookie', async () => {
    const ada = await enrolled(h)
    const secret = ada.cookie().split('=')[1] ?? ''
    const asBearer = await h.request('/admin/api/jobs', { headers: bearer(secret) })
    expect(asBearer.status).toBe(401)
    const cookie = `__Host-sluice=${ada.accessKey}`
    expect((await h.request('/admin/api/jobs', { headers: { ...ownPage, cookie } })).status).toBe(401)
  })

  test('that is good does not make up for a token that is not', async () => {
    const ada = await enrolled(h)
    const headers = bearer(unknownAccessKey)
    expect((await ada.send('GET', '/admin/api/jobs', undefined, headers)).status).toBe(401)
  })
})

describe('A session', () => {
  test('ends after SESSION_SECONDS, however much it is used', async () => {
    const ada = await enrolled(h)
    const hour = 60 * 60 * 1000
    for (let passed = 0; passed < 8; passed++) {
      expect((await ada.send('GET', '/admin/api/jobs')).status).toBe(200)
      h.clock.advance(hour)
    }
    expect((await ada.send('GET', '/admin/api/jobs')).status).toBe(401)
    await signIn(h, ada.accessKey)
    expect(await h.deps.db.query.selectFrom('session').selectAll().execute()).toHaveLength(1)
  })

  test('ends with the access key that began it, also when that expires', async () => {
    const ada = await enrolled(h)
    const made = await ada.send('POST', '/admin/api/access-keys', {
      name: 'Short',
      expiresAt: '2026-01-01T00:10:00.000Z',
    })
    const browser = createBrowser(h)
    const way = { way: 'access-key', accessKey: String(made.body.text) }
    expect((await browser.send('POST', session, way)).body).toMatchObject({
      administrator: { expiresAt: '2026-01-01T00:10:00.000Z' },
    })
    const other = createBrowser(h)
    await other.send('POST', session, { way: 'access-key', accessKey: ada.accessKey })
    await ada.send('DELETE', `/admin/api/access-keys/${ada.accessKey.split('_')[1]}`)
    expect((await other.send('GET', '/admin/api/jobs')).status).toBe(401)
    expect((await browser.send('GET', '/admin/api/jobs')).status).toBe(200)
    h.clock.advance(10 * 60_000)
    expect((await browser.send('GET', '/admin/api/jobs')).status).toBe(401)
  })

  test('is over in the database once its person signs out, twice if need be', async () => {
    const ada = await enrolled(h)
    const cookie = ada.cookie()
    const out = await ada.send('DELETE', session)
    expect(out.status).toBe(204)
    expect(out.headers.getSetCookie()[0]).toMatch(/^__Host-sluice=; Max-Age=0; Path=\/; /)
    ada.setCookie(cookie)
    expect((await ada.send('GET', '/admin/api/jobs')).status).toBe(401)
    expect((await ada.send('DELETE', session)).status).toBe(204)
    expect(await auditOf(h, 'administrator.sign-out')).toMatchObject([
      { actor_id: ada.id, outcome: 'success' },
    ])
  })

  test('is over at once when its administrator is suspended, and stays so', async () => {
    const [ada, eve] = [await enrolled(h, 'Ada'), await enrolled(h, 'Eve')]
    const path = `/admin/api/administrators/${eve.id}`
    await ada.send('POST', path, { isSuspended: true })
    expect((await eve.send('GET', '/admin/api/jobs')).status).toBe(401)
    await ada.send('POST', path, { isSuspended: false })
    expect((await eve.send('GET', '/admin/api/jobs')).status).toBe(401)
  })

  test('has the role of its administrator at each request', async () => {
    const [ada, eve] = [await enrolled(h, 'Ada'), await enrolled(h, 'Eve')]
    expect((await eve.send('GET', '/admin/api/administrators')).status).toBe(200)
    await ada.send('POST', `/admin/api/administrators/${eve.id}`, { role: 'viewer' })
    expect((await eve.send('GET', '/admin/api/administrators')).status).toBe(403)
  })

  test('is listed, and ended by its owner or by role admin', async () => {
    const [ada, eve] = [await enrolled(h, 'Ada'), await enrolled(h, 'Eve', 'viewer', '198.51.100.7')]
    const session = z.looseObject({ id: z.string(), source: z.string(), isThis: z.boolean() })
    const listOf = async (who: typeof ada, query = '') =>
      z
        .object({ sessions: z.array(session) })
        .parse((await who.send('GET', `/admin/api/sessions${query}`)).body)
    const [ofEve] = (await listOf(eve)).sessions
    expect(ofEve).toMatchObject({ source: '198.51.100.7', isThis: true, method: 'enrolment' })
    const [ofAda] = (await listOf(ada)).sessions
    expect((await eve.send('GET', `/admin/api/sessions?administrator=${ada.id}`)).status).toBe(403)
    expect((await eve.send('DELETE', `/admin/api/sessions/${ofAda?.id}`)).status).toBe(404)
    expect((await listOf(ada, `?administrator=${eve.id}`)).sessions).toHaveLength(1)
    expect((await ada.send('DELETE', `/admin/api/sessions/${ofEve?.id}`)).status).toBe(204)
    expect((await eve.send('GET', '/admin/api/jobs')).status).toBe(401)
    const cookie = `__Host-sluice=${ofAda?.id}`
    expect((await h.request('/admin/api/jobs', { headers: { ...ownPage, cookie } })).status).toBe(401)
  })

  test('is written down as seen rarely, not at each request', async () => {
    const ada = await enrolled(h)
    const began = h.clock.now()
    const seen: (number | undefined)[] = []
    for (const ms of [1000, 5 * 60_000]) {
      h.clock.advance(ms)
      await ada.send('GET', '/admin/api/jobs')
      const rows = await h.deps.db.query.selectFrom('session').select('last_seen_at').execute()
      seen.push(rows[0]?.last_seen_at)
    }
    expect(seen).toEqual([began, began + 301_000])
  })
})

describe('GET /admin/api/session', () => {
  test('tells who is signed in, or how one can, and is kept by nobody', async () => {
    const ada = await enrolled(h)
    const asked = await ada.send('GET', session)
    expect(asked.headers.get('cache-control')).toBe('no-store')
    expect(asked.body).toEqual({
      auth: 'smart',
      origin: 'https://sluice.test',
      administrator: {
        id: ada.id,
        name: 'Ada',
        role: 'admin',
        method: 'enrolment',
        expiresAt: '2026-01-01T08:00:00.000Z',
      },
      ways: { passkey: true, accessKey: true, oidc: false, proxy: false, setup: false },
    })
    const byKey = await h.request(session, { headers: bearer(ada.accessKey) })
    expect(await byKey.json()).toMatchObject({ administrator: { method: 'access-key' } })
    expect((await createBrowser(h).send('GET', session)).body).not.toHaveProperty('administrator')
    expect((await h.request(session, { headers: { cookie: '__Host-sluice=x' } })).status).toBe(200)
  })
})
