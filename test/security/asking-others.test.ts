import { exportJWK, SignJWT } from 'jose'
import { afterEach, describe, expect, test } from 'vitest'
import { createApp } from '../../worker/http/app.ts'
import type { Connection } from '../../worker/http/source.ts'
import { auditOf } from '../support/audit-rows.ts'
import { bearer } from '../support/bearer.ts'
import type { Harness } from '../support/harness.ts'
import { testProvider } from '../support/oidc-provider.ts'
import { type Answer, saysJson, startRemoteServer } from '../support/remote-server.ts'
import { createSmartHarness, makeKey, playClient, registerClient, tokenForm } from '../support/smart.ts'

/** What strangers can have this service ask of others, and what becomes of everybody else when those do not answer. */

const base = 'http://127.0.0.1:8080'
const iss = 'https://login.example.org'

const opened: { close(): void }[] = []
afterEach(() => {
  for (const each of opened.splice(0)) each.close()
})

const key = await makeKey('ES384', 'ec')
const keySet = { keys: [{ ...(await exportJWK(key.privateKey)), d: undefined, kid: 'ec' }] }

/** A service that honours an issuer, whose server answers as a test wants; and requests from an address. */
const scene = async (first: Answer) => {
  let answer = first
  const server = await startRemoteServer((...given) => answer(...given))
  const issuers = [{ name: 'care', issuer: iss, audience: 'us', jwksUrl: `${server.url}/jwks` }]
  const h = await createSmartHarness({ ISSUERS: JSON.stringify(issuers), PRIVATE_HOSTS: server.host })
  opened.push(server, h)
  const logged: string[] = []
  const app = createApp({ ...h.deps, log: (level, message) => logged.push(`${level} ${message}`) }, () => {})
  const from =
    (peer: string) =>
    async (path: string, init: RequestInit = {}): Promise<Response> =>
      app.request(base + path, init, { peer } satisfies Connection)
  return {
    h,
    server,
    logged,
    from,
    says: (next: Answer) => {
      answer = next
    },
  }
}
type From = Awaited<ReturnType<typeof scene>>['from']

const tokenOf = (h: Harness): Promise<string> =>
  new SignJWT({ iss, aud: 'us', exp: h.clock.now() / 1000 + 3600, client_id: 'app', scope: 'system/*.rs' })
    .setProtectedHeader({ alg: 'ES384', kid: 'ec' })
    .sign(key.privateKey)

/** A read, the list of exports, and a kick-off. */
const paths = ['/fhir/Patient', '/fhir/$export-status', '/fhir/$export']
const init = (token: string) => ({ headers: { ...bearer(token), prefer: 'respond-async' } })

const times = async (count: number, ask: (n: number) => Promise<Response>): Promise<readonly number[]> => {
  const statuses: number[] = []
  for (let n = 0; n < count; n++) statuses.push((await ask(n)).status)
  return statuses
}

describe('While the keys of an issuer are not to be had', () => {
  test.each<[string, Answer]>([
    ['its server fails', saysJson({}, {}, 503)],
    ['it sends no key set', (_, response) => response.end('<html>')],
    ['nobody answers', (_, response) => response.destroy()],
  ])('because %s, its tokens are good later, and REST and exports say so', async (_what, broken) => {
    const { h, from, says } = await scene(broken)
    const token = await tokenOf(h)
    for (const path of paths) {
      const response = await from('203.0.113.1')(path, init(token))
      expect(response.status).toBe(503)
      expect(response.headers.get('retry-after')).toBe('10')
      expect(response.headers.get('www-authenticate')).toBeNull()
      const text = await response.text()
      expect(JSON.parse(text)).toMatchObject({ issue: [{ severity: 'error', code: 'transient' }] })
      expect(text).not.toMatch(/127\.0\.0\.1|login\.example|jwks/)
    }
    says(saysJson(keySet))
    h.clock.advance(10_000)
    for (const path of paths) expect((await from('203.0.113.1')(path, init(token))).status).toBeLessThan(300)
  })

  test('nobody else is kept out, however many ask from his address; its server, log and audit are left in peace', async () => {
    const { h, from, server, logged } = await scene(saysJson({}, {}, 503))
    const [own, token] = [await (await registerClient(h)).token(), await tokenOf(h)]
    const ask = from('203.0.113.1')
    expect(new Set(await times(100, () => ask('/fhir/$export-status', init(token))))).toEqual(new Set([503]))
    expect((await ask('/fhir/$export-status', init(own))).status).toBe(200)
    expect(server.visits).toHaveLength(1)
    expect(logged).toEqual(['warn key set not to be had'])
    expect(await auditOf(h, 'access.refused')).toEqual([])
  })

  test('nothing is written for a token, and one of many asks again when it is time', async () => {
    const { h, from, server } = await scene(saysJson({}, {}, 503))
    const token = await tokenOf(h)
    await from('203.0.113.1')('/fhir/$export-status', init(token))
    const { batch } = h.deps.db
    let batches = 0
    const counting: typeof batch = (statements) => {
      batches++
      return batch(statements)
    }
    const app = createApp({ ...h.deps, db: { ...h.deps.db, batch: counting } }, () => {})
    const ask = async () => app.request(`${base}/fhir/$export-status`, init(token))
    await times(5, ask)
    expect(batches).toBe(0)
    h.clock.advance(10_000)
    await Promise.all([ask(), ask(), ask()])
    expect(server.visits).toHaveLength(2)
  })
})

describe('Made-up tokens and assertions', () => {
  const times300 = (ask: From, path: string, given: RequestInit) =>
    times(300, (n) => ask(`203.0.113.${n % 100}`)(path, given))

  test('in the name of an issuer whose keys may not be kept have it asked once in ten seconds', async () => {
    const { h, from, server } = await scene(saysJson(keySet, { 'Cache-Control': 'no-cache' }))
    const token = `${(await tokenOf(h)).slice(0, -8)}AAAAAAAA`
    expect(new Set(await times300(from, '/fhir/$export-status', init(token)))).toEqual(new Set([401]))
    expect(server.visits).toHaveLength(1)
    h.clock.advance(10_000)
    await times300(from, '/fhir/$export-status', init(token))
    expect(server.visits).toHaveLength(2)
  })

  test('of a client whose keys may not be kept are looked at sixty times a minute for an address, and no other client and no other address pays', async () => {
    const { h, from, server } = await scene(saysJson(keySet, { 'Cache-Control': 'no-store' }))
    const client = await registerClient(h, 'system/*.rs', { jwksUrl: `${server.url}/jwks`, key })
    const mallory = playClient(h, 'client-1', await makeKey('ES384', 'ec'))
    const send = async (address: string, assertion: string): Promise<Response> =>
      from(address)('/auth/token', {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams(tokenForm(assertion)).toString(),
      })
    const assertion = await mallory.assertion()
    const statuses = await times(100, () => send('203.0.113.1', assertion))
    expect(statuses).toEqual(statuses.map((_, n) => (n < 20 ? 401 : 429)))
    expect(server.visits).toHaveLength(60)
    const refused = await send('203.0.113.1', await client.assertion())
    expect(refused.status).toBe(429)
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    expect((await send('203.0.113.2', await client.assertion())).status).toBe(200)
    const neighbour = await registerClient(h, 'system/*.rs', { clientId: 'client-2' })
    expect((await send('203.0.113.1', await neighbour.assertion())).status).toBe(200)
    const token = await (await send('203.0.113.2', await client.assertion())).json()
    expect((await from('203.0.113.1')('/fhir/$export-status', init(token.access_token))).status).toBe(200)
    const actors = (await auditOf(h)).filter(({ outcome }) => outcome === 'refused')
    expect(new Set(actors.map(({ actor_kind }) => actor_kind))).toEqual(new Set(['stranger']))
  })
})

describe('A provider of OpenID Connect', () => {
  test('is asked for nothing by who has begun nothing, and once in ten seconds while it does not answer', async () => {
    const environment = {
      BASE_URL: 'https://sluice.example.org',
      OIDC_ISSUER: 'https://idp.example.org',
      OIDC_CLIENT_ID: 'sluice',
      OIDC_ADMINS: 'admins',
    }
    const h = await createSmartHarness(environment)
    opened.push(h)
    const provider = await testProvider({ clientId: 'sluice', now: h.clock.now })
    provider.lies = { isDown: true }
    const logged: string[] = []
    const log = (level: string, message: string) => logged.push(`${level} ${message}`)
    const app = createApp({ ...h.deps, askRemote: provider.askRemote, log }, () => {})
    const visit = (page: string) => async (n: number) =>
      app.request(`https://sluice.example.org/admin/api/oidc/${page}`, {}, { peer: `203.0.113.${n % 100}` })
    expect(new Set(await times(100, visit('callback?state=x')))).toEqual(new Set([403]))
    expect(provider.asked).toEqual([])
    expect(new Set(await times(100, visit('start')))).toEqual(new Set([503]))
    expect(provider.asked).toHaveLength(1)
    expect(logged).toEqual(['warn identity provider not to be had'])
    h.clock.advance(4_000)
    expect((await visit('start')(0)).headers.get('retry-after')).toBe('6')
    provider.lies = {}
    h.clock.advance(6_000)
    expect((await visit('start')(0)).status).toBe(303)
  })
})
