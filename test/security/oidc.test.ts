import { generateKeyPair, type JWTPayload, SignJWT, UnsecuredJWT } from 'jose'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createAccessKey } from '../../worker/auth/create-access-key.ts'
import { renewEnrolment } from '../../worker/auth/renew-enrolment.ts'
import { createApp } from '../../worker/http/app.ts'
import type { App } from '../../worker/http/route.ts'
import type { Connection } from '../../worker/http/source.ts'
import type { Log, LogFields } from '../../worker/platform/log.ts'
import { bearer } from '../support/bearer.ts'
import { createHarness, type Harness } from '../support/harness.ts'
import { type TestProvider, testProvider } from '../support/oidc-provider.ts'
import { smartEnvironment } from '../support/principals.ts'
import { createSmartHarness } from '../support/smart.ts'

/** Administrators who sign in by OpenID Connect, and whoever pretends to. */

const base = 'https://sluice.example.org'
const clientSecret = 'oidc-client-secret'
const environment = {
  ...smartEnvironment,
  BASE_URL: base,
  OIDC_ISSUER: 'https://idp.example.org',
  OIDC_CLIENT_ID: 'sluice',
  OIDC_CLIENT_SECRET: clientSecret,
  OIDC_ADMINS: 'sluice-admins',
  OIDC_VIEWERS: 'sluice-viewers,auditors',
}

let h: Harness
let provider: TestProvider
let app: App
let logged: { readonly message: string; readonly fields: LogFields }[]
beforeEach(async () => {
  await open()
})
afterEach(() => h.close())

const open = async (more: Readonly<Record<string, string>> = {}): Promise<void> => {
  h = await createHarness({}, undefined, undefined, { ...environment, ...more })
  provider = await testProvider({ clientId: 'sluice', clientSecret, now: h.clock.now })
  logged = []
  const log: Log = (_, message, fields = {}) => logged.push({ message, fields })
  app = createApp({ ...h.deps, askRemote: provider.askRemote, log }, () => {})
}

/** A browser: it keeps cookies, and follows nothing by itself. */
const browser = () => {
  const cookies = new Map<string, string>()
  const visit = async (url: string | URL, headers: Record<string, string> = {}): Promise<Response> => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const response = await app.request(new URL(url, base).href, { headers: { cookie, ...headers } })
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      if (/max-age=0(;|$)/i.test(line)) cookies.delete(name)
      else cookies.set(name, value)
    }
    return response
  }
  return { cookies, visit }
}
type Browser = ReturnType<typeof browser>

const start = async (ada: Browser, to = '/jobs'): Promise<string> => {
  const response = await ada.visit(`/admin/api/oidc/start?to=${encodeURIComponent(to)}`)
  expect(response.status).toBe(303)
  return response.headers.get('location') ?? ''
}

/** The whole way, honestly gone. */
const signIn = async (ada = browser(), to = '/jobs'): Promise<Response> =>
  ada.visit(provider.authorize(await start(ada, to)))

const administrators = () => h.deps.db.query.selectFrom('administrator').selectAll().execute()
const sessions = () => h.deps.db.query.selectFrom('session').selectAll().execute()
const audits = () =>
  h.deps.db.query
    .selectFrom('audit_event')
    .select(['action', 'outcome', 'target', 'detail'])
    .where('action', '<>', 'access.refused')
    .execute()

const expectRefused = async (response: Response): Promise<void> => {
  expect(response.status).toBe(403)
  expect(response.headers.getSetCookie().filter((line) => line.startsWith('__Host-sluice='))).toEqual([])
  expect(await sessions()).toEqual([])
}

describe('An administrator who signs in by OpenID Connect', () => {
  test('is led to the provider with PKCE, state and nonce, and comes back signed in to where he wanted to go', async () => {
    const ada = browser()
    const there = new URL(await start(ada, '/jobs?state=failed#first'))
    expect(there.origin + there.pathname).toBe('https://idp.example.org/authorize')
    expect(Object.fromEntries(there.searchParams)).toEqual({
      client_id: 'sluice',
      response_type: 'code',
      redirect_uri: `${base}/admin/api/oidc/callback`,
      scope: 'openid profile email groups',
      state: expect.stringMatching(/^[\w-]{43}$/),
      nonce: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge_method: 'S256',
    })
    const back = await ada.visit(provider.authorize(there.href))
    expect(back.status).toBe(303)
    expect(back.headers.get('location')).toBe(`${base}/jobs?state=failed#first`)
    expect([...ada.cookies.keys()]).toEqual(['__Host-sluice'])
    const service = await ada.visit('/admin/api/service', { 'sec-fetch-site': 'same-origin' })
    expect(service.status).toBe(200)
    expect(await administrators()).toMatchObject([
      { name: 'Ada', role: 'admin', subject: 'https://idp.example.org|ada' },
    ])
    expect((await audits()).map(({ action, outcome }) => `${action} ${outcome}`)).toEqual([
      'administrator.create success',
      'administrator.sign-in success',
    ])
  })

  test('gets cookies that scripts cannot read, that travel by https only, and bind to this host', async () => {
    const ada = browser()
    const first = await ada.visit('/admin/api/oidc/start')
    expect(first.headers.getSetCookie()).toEqual([
      expect.stringMatching(
        /^__Host-sluice-oidc=[\w-]{43}; Max-Age=600; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
      ),
    ])
    const back = await ada.visit(provider.authorize(first.headers.get('location') ?? ''))
    expect(back.headers.getSetCookie()).toEqual([
      expect.stringMatching(/^__Host-sluice-oidc=; Max-Age=0; Path=\/; HttpOnly; Secure; SameSite=Lax$/),
      expect.stringMatching(/^__Host-sluice=[\w-]{43}; .*HttpOnly; Secure; SameSite=Strict$/),
    ])
  })

  test('has the role that the claim gives him now, each time', async () => {
    await signIn()
    provider.person = { sub: 'ada', name: 'Ada L.', groups: ['auditors', 'others'] }
    await signIn()
    expect(await administrators()).toMatchObject([{ name: 'Ada L.', role: 'viewer' }])
    provider.person = { sub: 'ada', name: 'Ada L.', groups: 'sluice-admins' }
    await signIn()
    expect(await administrators()).toMatchObject([{ role: 'admin' }])
    expect((await audits()).filter(({ action }) => action === 'administrator.change')).toHaveLength(2)
  })

  test.each<[string, JWTPayload]>([
    ['no such claim', { sub: 'ada' }],
    ['another value', { sub: 'ada', groups: ['sluice-admin', 'SLUICE-ADMINS', 'sluice-admins '] }],
    ['a value that only holds one', { sub: 'ada', groups: 'sluice-admins,auditors' }],
    ['something else than text', { sub: 'ada', groups: [['sluice-admins'], { 'sluice-admins': true }, 1] }],
    ['an object', { sub: 'ada', groups: { 0: 'sluice-admins' } }],
  ])('does not get in with %s', async (_, person) => {
    provider.person = person
    await expectRefused(await signIn())
    expect(await administrators()).toEqual([])
    expect(await audits()).toMatchObject([
      { action: 'administrator.sign-in', outcome: 'refused', target: 'https://idp.example.org|ada' },
    ])
  })

  test('does not get in when he is suspended here, whatever the provider says, nor when he has lost his role', async () => {
    await signIn()
    expect(await sessions()).toHaveLength(1)
    provider.person = { sub: 'ada', groups: ['others'] }
    await expectRefused(await signIn()) // and the session from before has ended
    provider.person = { sub: 'ada', groups: ['sluice-admins'] }
    await h.deps.db.query.updateTable('administrator').set({ suspended_at: 1 }).execute()
    await expectRefused(await signIn())
  })

  test('loses with his role the keys and passkeys that he has made himself here', async () => {
    await signIn()
    const [ada] = await administrators()
    const administratorId = ada?.administrator_id ?? ''
    const actor = { kind: 'system' } as const
    const { text } = await createAccessKey(
      h.deps,
      { administratorId, name: 'CLI', expiresAt: undefined },
      actor,
    )
    await renewEnrolment(h.deps, { administratorId, actor })
    const ask = async () => (await app.request('/admin/api/jobs', { headers: bearer(text) })).status
    expect(await ask()).toBe(200)
    provider.person = { sub: 'ada', groups: ['others'] }
    await expectRefused(await signIn())
    expect(await ask()).toBe(401)
    expect(await h.deps.db.query.selectFrom('enrolment').selectAll().execute()).toEqual([])
    provider.person = { sub: 'ada', groups: ['sluice-admins'] }
    await signIn()
    expect(await ask()).toBe(401) // it does not come back
  })

  test('is known by his subject alone: another one of the same name is another administrator', async () => {
    await signIn()
    provider.person = { ...provider.person, sub: 'eve' }
    await signIn()
    expect((await administrators()).map(({ subject }) => subject)).toEqual([
      'https://idp.example.org|ada',
      'https://idp.example.org|eve',
    ])
  })

  test('has an e-mail address that the provider has verified, where roles go by it', async () => {
    h.close()
    await open({ OIDC_ROLE_CLAIM: 'email', OIDC_ADMINS: 'ada@example.org' })
    provider.person = { sub: 'ada', email: 'ada@example.org' }
    await expectRefused(await signIn())
    provider.person = { sub: 'ada', email: 'ada@example.org', email_verified: false }
    await expectRefused(await signIn())
    provider.person = { sub: 'ada', email: 'ada@example.org', email_verified: true }
    expect((await signIn()).status).toBe(303)
  })

  test('has a name of one line, however he calls himself', async () => {
    provider.person = { ...provider.person, name: `Ada\r\nSet-Cookie: x=1\u202e${'a'.repeat(500)}` }
    await signIn()
    const [{ name } = { name: '' }] = await administrators()
    expect(name).toMatch(/^[\x20-\x7e]{1,64}…$/)
  })

  test('reads on a page why he is refused, and a program reads an OperationOutcome', async () => {
    const page = await browser().visit('/admin/api/oidc/callback?state=x', { accept: 'text/html,*/*' })
    expect(page.status).toBe(403)
    expect(page.headers.get('content-type')).toBe('text/html; charset=UTF-8')
    expect(page.headers.get('content-security-policy')).toBe("default-src 'none'; frame-ancestors 'none'")
    expect(await page.text()).toContain('<p>Cannot sign you in: this page was already used')
    const outcome = await browser().visit('/admin/api/oidc/callback?state=x')
    expect(await outcome.json()).toMatchObject({ resourceType: 'OperationOutcome' })
  })
})

describe('A sign-in by OpenID Connect is refused', () => {
  test('when it comes twice', async () => {
    const ada = browser()
    const url = await start(ada)
    const cookies = new Map(ada.cookies)
    expect((await ada.visit(provider.authorize(url))).status).toBe(303)
    await h.deps.db.query.deleteFrom('session').execute()
    for (const [name, value] of cookies) ada.cookies.set(name, value)
    await expectRefused(await ada.visit(provider.authorize(url)))
  })

  test('when another browser began it: nobody signs others in as himself (login CSRF)', async () => {
    const mallory = browser()
    const ada = browser()
    const back = provider.authorize(await start(mallory))
    await expectRefused(await ada.visit(back)) // who has begun nothing
    await start(ada)
    await expectRefused(await ada.visit(back)) // who has begun something else
    await mallory.visit(back) // and that has not used it up
    expect(await sessions()).toHaveLength(1)
  })

  test('when its state is made up, missing, or there twice', async () => {
    const ada = browser()
    const back = provider.authorize(await start(ada))
    for (const state of ['', 'x', 'A'.repeat(43), "' or 1=1 --", '__proto__']) {
      const url = new URL(back)
      url.searchParams.set('state', state)
      await expectRefused(await ada.visit(url))
    }
    const twice = new URL(back)
    twice.searchParams.append('state', 'x')
    await expectRefused(await ada.visit(twice))
  })

  test('after ten minutes', async () => {
    const ada = browser()
    const back = provider.authorize(await start(ada))
    h.clock.advance(600_000)
    await expectRefused(await ada.visit(back))
  })

  test('with the code of somebody else, for whose PKCE challenge ours is no proof (code injection)', async () => {
    const ada = browser()
    const mallory = browser()
    const stolen = provider.authorize(await start(ada)).searchParams.get('code') ?? ''
    const own = provider.authorize(await start(mallory))
    own.searchParams.set('code', stolen)
    await expectRefused(await mallory.visit(own))
  })

  test('where somebody took the challenge out of the request on its way (PKCE downgrade)', async () => {
    const ada = browser()
    const url = new URL(await start(ada))
    url.searchParams.delete('code_challenge')
    url.searchParams.delete('code_challenge_method')
    await expectRefused(await ada.visit(provider.authorize(url.href)))
  })

  test('where the answer is of another issuer, or does not say of which (mix-up, RFC 9207)', async () => {
    for (const iss of ['https://evil.example.org', 'https://idp.example.org/', undefined]) {
      const ada = browser()
      const back = provider.authorize(await start(ada))
      if (iss === undefined) back.searchParams.delete('iss')
      else back.searchParams.set('iss', iss)
      await expectRefused(await ada.visit(back))
    }
    expect(provider.asked.filter(({ url }) => url.endsWith('/token'))).toEqual([]) // the code went nowhere
  })

  test('where the provider says no, or hands out tokens in the URL', async () => {
    for (const search of [
      'error=access_denied',
      'code=x&token=y',
      'code=x&response=z',
      'code=1&code=2',
      '',
    ]) {
      const ada = browser()
      const back = provider.authorize(await start(ada))
      back.search = `${search}&iss=${provider.issuer}&state=${back.searchParams.get('state')}`
      await expectRefused(await ada.visit(back))
    }
  })

  test.each<[string, (claims: JWTPayload) => JWTPayload]>([
    ['the nonce of another sign-in', (claims) => ({ ...claims, nonce: 'A'.repeat(43) })],
    ['no nonce', ({ nonce: _, ...claims }) => claims],
    ['another issuer', (claims) => ({ ...claims, iss: 'https://evil.example.org' })],
    ['no issuer', ({ iss: _, ...claims }) => claims],
    ['another audience', (claims) => ({ ...claims, aud: 'another' })],
    [
      'several audiences and the authorized party another',
      (claims) => ({ ...claims, aud: ['sluice', 'b'], azp: 'b' }),
    ],
    ['several audiences and no authorized party', (claims) => ({ ...claims, aud: ['sluice', 'b'] })],
    ['no audience', ({ aud: _, ...claims }) => claims],
    ['an end that has passed', (claims) => ({ ...claims, exp: (claims.iat ?? 0) - 60 })],
    ['no end', ({ exp: _, ...claims }) => claims],
    ['a beginning still to come', (claims) => ({ ...claims, nbf: (claims.iat ?? 0) + 3600 })],
    ['no subject', ({ sub: _, ...claims }) => claims],
  ])('with an ID token that has %s', async (_, claims) => {
    provider.lies = { claims }
    await expectRefused(await signIn())
    expect(await audits()).toEqual([])
    expect(logged).toEqual([
      { message: 'sign-in by OpenID Connect failed', fields: { reason: expect.any(String) } },
    ])
  })

  test('with an ID token that nobody has signed, or another key, or a shared secret', async () => {
    const other = await generateKeyPair('RS256')
    const secret = new TextEncoder().encode(clientSecret)
    const signed = (alg: string, key: CryptoKey | Uint8Array) => (claims: JWTPayload) =>
      new SignJWT(claims).setProtectedHeader({ alg, kid: 'key-1' }).sign(key)
    for (const idToken of [
      async (claims: JWTPayload) => new UnsecuredJWT(claims).encode(),
      signed('RS256', other.privateKey),
      signed('HS256', secret),
      async () => 'not.a.token',
      async () => '',
    ]) {
      for (const metadata of [{}, { id_token_signing_alg_values_supported: ['none', 'HS256', 'RS256'] }]) {
        provider.lies = { idToken, metadata }
        h.clock.advance(600_001) // so that the metadata are asked for again
        await expectRefused(await signIn())
      }
    }
  })

  test('where the keys are not to be had', async () => {
    for (const jwks of [() => ({}), () => ({ keys: [] }), () => null]) {
      provider.lies = { jwks }
      await expectRefused(await signIn())
    }
  })

  test('with 503 where the provider is down, or its document is of another issuer or without https and PKCE', async () => {
    for (const lies of [
      { isDown: true },
      { metadata: { issuer: 'https://evil.example.org' } },
      { metadata: { authorization_endpoint: 'http://idp.example.org/authorize' } },
      { metadata: { authorization_endpoint: 'javascript:alert(1)' } },
      { metadata: { authorization_endpoint: undefined } },
      { metadata: { code_challenge_methods_supported: ['plain'] } },
    ]) {
      provider.lies = lies
      const response = await browser().visit('/admin/api/oidc/start')
      expect(response.status).toBe(503)
      expect(await response.text()).not.toMatch(/ECONN|10\.1\.2\.3|evil/)
    }
  })

  test('with 404 where no provider is configured', async () => {
    const none = await createSmartHarness()
    for (const path of ['start', 'callback']) {
      expect((await none.request(`/admin/api/oidc/${path}`)).status).toBe(404)
    }
    none.close()
  })
})

describe('A sign-in by OpenID Connect that is refused on a page', () => {
  test('is in the audit as any other refusal is', async () => {
    const ada = browser()
    const url = provider.authorize(await start(ada))
    expect((await browser().visit(url, { accept: 'text/html' })).status).toBe(403)
    const rows = await h.deps.db.query
      .selectFrom('audit_event')
      .select(['action', 'outcome', 'detail'])
      .execute()
    expect(rows).toMatchObject([{ action: 'access.refused', outcome: 'refused' }])
    expect(rows[0]?.detail).toContain('/admin/api/oidc/callback')
  })

  test('is begun anew where SECRET_KEY was changed meanwhile, and is no fault of the server', async () => {
    const ada = browser()
    const url = provider.authorize(await start(ada))
    const config = { ...h.deps.config, secretKey: 'YW5vdGhlci1zZWNyZXQta2V5LW9mLTMyLWJ5dGVzLWhlcmUhISE' }
    app = createApp({ ...h.deps, config, askRemote: provider.askRemote }, () => {})
    await expectRefused(await ada.visit(url))
  })
})

describe('Signing in by OpenID Connect too often', () => {
  const from = (peer: string) => (path: string) =>
    app.request(`${base}/admin/api/oidc/${path}`, {}, { peer } satisfies Connection)

  test('is refused to who only guesses, with 429, and to nobody else', async () => {
    const mallory = from('192.0.2.66')
    for (let n = 0; n < 10; n++) expect((await mallory('callback?state=x')).status).toBe(403)
    const refused = await mallory('callback?state=x')
    expect(refused.status).toBe(429)
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    expect((await from('192.0.2.7')('callback?state=x')).status).toBe(403)
    expect((await signIn()).status).toBe(303)
  })

  test('fills no table: what is begun is counted', async () => {
    const mallory = from('192.0.2.66')
    const statuses = []
    for (let n = 0; n < 100; n++) statuses.push((await mallory('start')).status)
    expect(new Set(statuses)).toEqual(new Set([303, 429]))
    expect(await h.deps.db.query.selectFrom('sign_in').selectAll().execute()).toHaveLength(60)
    h.clock.advance(600_001)
    await signIn()
    expect(await h.deps.db.query.selectFrom('sign_in').selectAll().execute()).toEqual([])
  })
})

describe('What an administrator comes back to', () => {
  test.each([
    'https://evil.example.org/',
    '//evil.example.org/',
    '/\\evil.example.org/',
    '/\t/evil.example.org/',
    '/\r\nSet-Cookie: a=b',
    '\\\\evil.example.org',
    'javascript:alert(1)',
    'jobs',
    '',
    '@evil.example.org',
    '.evil.example.org',
    ':pass@evil.example.org',
    '/ä',
    `/${'a'.repeat(512)}`,
  ])('is no other place: %j is refused', async (to) => {
    const response = await browser().visit(`/admin/api/oidc/start?to=${encodeURIComponent(to)}`)
    expect(response.status).toBe(400)
    expect(response.headers.get('location')).toBeNull()
  })

  test('stays below the base URL, where that has a path', async () => {
    h.close()
    await open({ BASE_URL: `${base}/sluice` })
    for (const to of ['/../x', '/%2e%2e/x', '/jobs/../../x']) {
      expect((await browser().visit(`/admin/api/oidc/start?to=${encodeURIComponent(to)}`)).status).toBe(400)
    }
    expect((await browser().visit('/admin/api/oidc/start?to=/jobs/x')).status).toBe(303)
  })
})

describe('What the service keeps and tells of a sign-in', () => {
  test('is sealed or hashed: neither the database nor the log has a secret of it', async () => {
    const ada = browser()
    const url = new URL(await start(ada))
    const rows = JSON.stringify(await h.deps.db.query.selectFrom('sign_in').selectAll().execute())
    const secrets = ['state', 'nonce', 'code_challenge'].map((name) => url.searchParams.get(name) ?? '?')
    const back = provider.authorize(url.href)
    await ada.visit(back)
    const { body = '' } = provider.asked.find(({ url }) => url.endsWith('/token')) ?? {}
    const verifier = new URLSearchParams(body).get('code_verifier') ?? '?'
    const kept = JSON.stringify([await sessions(), await audits(), logged])
    for (const secret of [
      ...secrets,
      ...ada.cookies.values(),
      verifier,
      clientSecret,
      back.searchParams.get('code') ?? '?',
    ]) {
      expect(rows).not.toContain(secret)
      expect(kept).not.toContain(secret)
    }
    expect(await h.deps.db.query.selectFrom('sign_in').selectAll().execute()).toEqual([])
  })

  test('does not hold what the provider says of an error', async () => {
    const ada = browser()
    const back = provider.authorize(await start(ada))
    back.searchParams.set('code', 'injected-code')
    const response = await ada.visit(back)
    expect(await response.text()).not.toMatch(/injected-code|invalid_grant/)
    expect(JSON.stringify(logged)).not.toMatch(/injected-code|code_verifier/)
  })

  test('begins with a GET that HEAD does not start', async () => {
    for (const path of ['start', 'callback']) {
      const response = await app.request(`/admin/api/oidc/${path}`, { method: 'HEAD' })
      expect(response.status).toBe(405)
    }
    expect(provider.asked).toEqual([])
  })
})
