import {
  exportJWK,
  exportSPKI,
  generateKeyPair,
  importJWK,
  type JWTPayload,
  SignJWT,
  UnsecuredJWT,
} from 'jose'
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createAccessKey } from '../../worker/auth/create-access-key.ts'
import type { CloudflareAccess } from '../../worker/config.ts'
import { createApp } from '../../worker/http/app.ts'
import type { App } from '../../worker/http/route.ts'
import { bearer } from '../support/bearer.ts'
import { ownPage } from '../support/browser-of.ts'
import { createHarness, type Harness, startOfTime } from '../support/harness.ts'
import { smartEnvironment } from '../support/principals.ts'
import { createSmartHarness } from '../support/smart.ts'

/** Administrators whom Cloudflare Access lets in, and headers that only look so. */

const team = 'clinic.cloudflareaccess.com'
const audience = 'a'.repeat(64)
const environment = {
  ...smartEnvironment,
  CF_ACCESS_TEAM: team,
  CF_ACCESS_AUD: audience,
  CF_ACCESS_ADMINS: 'Ada@example.org',
  CF_ACCESS_VIEWERS: 'bob@example.org',
}
const now = startOfTime / 1000

let keys: Awaited<ReturnType<typeof generateKeyPair>>
let jwk: Record<string, unknown>
beforeAll(async () => {
  keys = await generateKeyPair('RS256', { extractable: true })
  jwk = { ...(await exportJWK(keys.publicKey)), kid: 'cf-1', use: 'sig', alg: 'RS256' }
})

let h: Harness
let app: App
let asked: string[]
beforeEach(async () => {
  h = await createHarness({}, undefined, undefined, environment)
  asked = []
  const askRemote = async ({ url }: { readonly url: string }) => {
    asked.push(url)
    return { status: 200, headers: new Headers(), body: JSON.stringify({ keys: [jwk], public_cert: {} }) }
  }
  app = createApp({ ...h.deps, askRemote }, () => {})
})
afterEach(() => h.close())

const honest = (email = 'ada@example.org'): JWTPayload => ({
  iss: `https://${team}`,
  aud: [audience],
  email,
  sub: 'c9a1',
  type: 'app',
  iat: now,
  nbf: now,
  exp: now + 3600,
})
const sign = (claims: JWTPayload, header: Record<string, unknown> = {}): Promise<string> =>
  new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: 'cf-1', ...header }).sign(keys.privateKey)

const ask = async (
  assertion: string,
  headers: Record<string, string> = ownPage,
  path = '/admin/api/service',
  method = 'GET',
) =>
  app.request(path, {
    method,
    headers: { host: 'localhost', 'cf-access-jwt-assertion': assertion, ...headers },
  })

const administrators = () =>
  h.deps.db.query.selectFrom('administrator').select(['name', 'role', 'subject']).execute()

describe('Whom Cloudflare Access lets in', () => {
  test('is an administrator if the lists say so, whatever the case of his address, with a row made once', async () => {
    for (const email of ['ada@example.org', 'ADA@Example.org', 'bob@example.org']) {
      expect((await ask(await sign(honest(email)))).status).toBe(200)
    }
    expect(await administrators()).toEqual([
      { name: 'ada@example.org', role: 'admin', subject: `https://${team}|ada@example.org` },
      { name: 'bob@example.org', role: 'viewer', subject: `https://${team}|bob@example.org` },
    ])
    const audits = await h.deps.db.query.selectFrom('audit_event').select('action').execute()
    expect(audits.map(({ action }) => action)).toEqual(['administrator.create', 'administrator.create'])
    expect(asked).toEqual([`https://${team}/cdn-cgi/access/certs`])
  })

  test('is nobody if they do not', async () => {
    for (const email of ['eve@example.org', 'ada@example.org.evil.com', 'xada@example.org', 'ada', 'a@b']) {
      expect((await ask(await sign(honest(email)))).status).toBe(403)
    }
    expect(await administrators()).toEqual([])
  })

  test('may only do what his role may', async () => {
    const bob = await sign(honest('bob@example.org'))
    expect((await ask(bob, ownPage, '/fhir/Patient/p')).status).toBe(403)
    expect((await ask(bob, ownPage, '/admin/api/jobs')).status).toBe(200)
    expect((await ask(await sign(honest()), ownPage, '/fhir/Patient/p')).status).toBe(404)
  })

  test('is refused from the moment he is suspended', async () => {
    const ada = await sign(honest())
    expect((await ask(ada)).status).toBe(200)
    await h.deps.db.query.updateTable('administrator').set({ suspended_at: 1 }).execute()
    expect((await ask(ada)).status).toBe(403)
  })

  test('asks by pages of this service only, for his browser sends the cookie of Cloudflare along by itself (CSRF)', async () => {
    const ada = await sign(honest())
    for (const site of ['cross-site', 'same-site', 'none']) {
      expect((await ask(ada, { 'sec-fetch-site': site }, '/fhir/$export')).status).toBe(403)
    }
    expect((await ask(ada, {}, '/fhir/$export')).status).toBe(403)
    expect((await ask(ada, ownPage, '/fhir/$export')).status).toBe(202)
  })

  test('is not who he says he is when another kind of credentials is shown and is no good', async () => {
    const ada = await sign(honest())
    expect((await ask(ada, { ...ownPage, authorization: 'Bearer slk_guess' })).status).toBe(401)
  })
})

describe('An assertion is refused', () => {
  const variants: readonly (readonly [string, (claims: JWTPayload) => JWTPayload])[] = [
    ['of another team', (claims) => ({ ...claims, iss: 'https://evil.cloudflareaccess.com' })],
    ['of nobody', ({ iss: _, ...claims }) => claims],
    ['for another application', (claims) => ({ ...claims, aud: ['b'.repeat(64)] })],
    ['for no application', ({ aud: _, ...claims }) => claims],
    ['that has expired', (claims) => ({ ...claims, exp: now - 30 })],
    ['that never ends', ({ exp: _, ...claims }) => claims],
    ['that is not valid yet', (claims) => ({ ...claims, nbf: now + 60 })],
    [
      'of a service token, which is no person',
      ({ email: _, ...claims }) => ({ ...claims, common_name: 'x' }),
    ],
    ['whose address is no text', (claims) => ({ ...claims, email: ['ada@example.org'] })],
  ]
  test.each(variants)('%s', async (_, change) => {
    const response = await ask(await sign(change(honest())))
    expect(response.status).toBe(401)
    expect(response.headers.get('www-authenticate')).toContain('invalid_token')
    expect(await administrators()).toEqual([])
  })

  test('that is not signed, or by another key, or with the public key as a shared secret, or by another algorithm', async () => {
    const other = await generateKeyPair('RS256')
    const shared = new TextEncoder().encode(await exportSPKI(keys.publicKey))
    const hmac = new SignJWT(honest()).setProtectedHeader({ alg: 'HS256', kid: 'cf-1' }).sign(shared)
    const foreign = new SignJWT(honest())
      .setProtectedHeader({ alg: 'RS256', kid: 'cf-1' })
      .sign(other.privateKey)
    const inside = new SignJWT(honest())
      .setProtectedHeader({ alg: 'RS256', kid: 'cf-1', jwk: await exportJWK(other.publicKey) })
      .sign(other.privateKey)
    const critical = new SignJWT(honest())
      .setProtectedHeader({ alg: 'RS256', kid: 'cf-1', crit: ['b64'], b64: true })
      .sign(keys.privateKey)
    const assertions = [
      new UnsecuredJWT(honest()).encode(),
      await hmac,
      await foreign,
      await inside,
      await sign(honest(), { kid: 'unknown' }),
      'x',
      'x.y.z',
      '..',
      `${await sign(honest())}x`,
    ]
    for (const assertion of assertions) expect((await ask(assertion)).status).toBe(401)
    expect((await ask(await critical)).status).toBeLessThan(500)
  })

  test('by another algorithm of the same key, where the key does not say which one it is for', async () => {
    const { alg: _, use: __, ...plain } = jwk
    const saved = jwk
    jwk = plain
    const key = await importJWK(await exportJWK(keys.privateKey), 'PS256')
    const other = await new SignJWT(honest()).setProtectedHeader({ alg: 'PS256', kid: 'cf-1' }).sign(key)
    expect((await ask(other)).status).toBe(401)
    expect((await ask(await sign(honest()))).status).toBe(200)
    jwk = saved
  })

  test('and repeated nowhere, neither in the answer nor in the log', async () => {
    const assertion = await sign({ ...honest(), aud: ['b'.repeat(64)] })
    const text = await (await ask(assertion)).text()
    for (const part of assertion.split('.')) expect(text).not.toContain(part)
  })

  test('only for a while where the keys of the team are not to be had', async () => {
    const down = async () => ({ status: 502, headers: new Headers(), body: '' })
    app = createApp({ ...h.deps, askRemote: down }, () => {})
    const response = await ask(await sign(honest()))
    expect(response.status).toBe(503)
    expect(response.headers.get('retry-after')).toBe('10')
  })

  test('where no team is configured: the header is nothing then', async () => {
    const plain = await createSmartHarness()
    const headers = { ...ownPage, 'cf-access-jwt-assertion': await sign(honest()) }
    expect((await plain.request('/admin/api/service', { headers })).status).toBe(401)
    plain.close()
  })
})

describe('What an administrator of Cloudflare Access has made himself here', () => {
  test('has the role that the lists give him now, and opens nothing once he is struck off', async () => {
    expect((await ask(await sign(honest()))).status).toBe(200)
    const [row] = await h.deps.db.query.selectFrom('administrator').select('administrator_id').execute()
    const given = { administratorId: row?.administrator_id ?? '', name: 'CLI', expiresAt: undefined }
    const { text } = await createAccessKey(h.deps, given, { kind: 'system' })
    const { config } = h.deps
    const statusesWith = async (lists: Pick<CloudflareAccess, 'admins' | 'viewers'>) => {
      const access = config.cloudflareAccess
      const cloudflareAccess = access === undefined ? undefined : { ...access, ...lists }
      const later = createApp({ ...h.deps, config: { ...config, cloudflareAccess } }, () => {})
      const asking = (path: string) => later.request(path, { headers: bearer(text) })
      const signIn = later.request('/admin/api/session', {
        method: 'POST',
        headers: { ...ownPage, 'content-type': 'application/json' },
        body: JSON.stringify({ way: 'access-key', accessKey: text }),
      })
      const answers = [asking('/admin/api/jobs'), asking('/admin/api/administrators'), signIn]
      return (await Promise.all(answers)).map(({ status }) => status)
    }
    expect(await statusesWith({ admins: ['ada@example.org'], viewers: [] })).toEqual([200, 200, 200])
    expect(await statusesWith({ admins: [], viewers: ['ada@example.org'] })).toEqual([200, 403, 200])
    expect(await statusesWith({ admins: ['bob@example.org'], viewers: [] })).toEqual([401, 401, 401])
  })
})
