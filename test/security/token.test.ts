import { decodeJwt, decodeProtectedHeader } from 'jose'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { assertionAlgorithms } from '../../worker/auth/assertion.ts'
import type { Harness } from '../support/harness.ts'
import {
  createSmartHarness,
  makeKey,
  postForm,
  registerClient,
  type TestClient,
  type TestKey,
  tokenForm,
} from '../support/smart.ts'
import { expectOAuthError } from './expect-oauth.ts'

/** The token endpoint: SPEC T-05 to T-20 and T-23 to T-27. */

let h: Harness
let client: TestClient
let key: TestKey
beforeAll(async () => {
  key = await makeKey()
  h = await createSmartHarness()
  client = await registerClient(h, 'system/Patient.rs system/Observation.rs', { key })
})
afterAll(() => h.close())
beforeEach(() => h.clock.advance(61_000)) // whoever failed too often is forgiven

const scopeOf = async (response: Response): Promise<string> => {
  expect(response.status).toBe(200)
  return (await response.json()).scope
}

describe('POST /auth/token', () => {
  test('answers a request that is as it should be with a token, and nobody may keep the answer (T-17, T-19)', async () => {
    const response = await client.ask()
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toMatch(/^application\/json/)
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(response.headers.get('pragma')).toBe('no-cache')
    expect(await response.json()).toEqual({
      access_token: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
      token_type: 'bearer',
      expires_in: 300,
      scope: 'system/Patient.rs system/Observation.rs',
    })
  })

  test('issues a JWT of RFC 9068 that says who, for what, and until when (T-18)', async () => {
    const token = await client.token('system/Patient.rs')
    const now = Math.floor(h.clock.now() / 1000)
    expect(decodeProtectedHeader(token)).toEqual({ alg: 'ES256', typ: 'at+jwt', kid: expect.any(String) })
    expect(decodeJwt(token)).toEqual({
      iss: 'http://127.0.0.1:8080',
      aud: 'http://127.0.0.1:8080/fhir',
      sub: 'client-1',
      client_id: 'client-1',
      scope: 'system/Patient.rs',
      jti: expect.any(String),
      iat: now,
      exp: now + 300,
    })
  })

  test('issues tokens that last as long as is configured (T-18)', async () => {
    const other = await createSmartHarness({ ACCESS_TOKEN_SECONDS: '3600' })
    const response = await (await registerClient(other)).ask()
    expect(await response.json()).toMatchObject({ expires_in: 3600 })
    other.close()
  })

  test.each([...assertionAlgorithms])('takes an assertion signed by %s (T-05)', async (alg) => {
    const clientId = `client-${alg}`
    const of = await registerClient(h, 'system/*.rs', { clientId, key: await makeKey(alg) })
    expect((await of.ask()).status).toBe(200)
  })

  test('tells the audit who got which token, and never the token', async () => {
    const token = await client.token()
    const { jti } = decodeJwt(token)
    const rows = await h.deps.db.query.selectFrom('audit_event').selectAll().execute()
    expect(rows.at(-1)).toMatchObject({
      action: 'token.issue',
      outcome: 'success',
      actor_kind: 'client',
      actor_id: 'client-1',
      actor_name: 'Client One',
      detail: JSON.stringify({ token: jti, scopes: ['system/Patient.rs', 'system/Observation.rs'] }),
    })
    expect(JSON.stringify(rows)).not.toContain(token)
    expect(
      JSON.stringify(await h.deps.db.query.selectFrom('access_token').selectAll().execute()),
    ).not.toContain(token)
  })
})

describe('The form of a token request (T-06, T-15)', () => {
  test.each(['grant_type', 'scope', 'client_assertion_type', 'client_assertion'])(
    'must have %s, and not an empty one',
    async (name) => {
      for (const value of [undefined, '']) {
        const description = await expectOAuthError(
          await client.ask({ [name]: value }),
          400,
          'invalid_request',
        )
        expect(description).toContain(name)
      }
    },
  )

  test.each(['grant_type', 'scope', 'client_assertion_type', 'client_assertion', 'client_id'])(
    'must have %s only once',
    async (name) => {
      const body = new URLSearchParams({
        ...tokenForm(await client.assertion()),
        client_id: 'client-1',
      })
      body.append(name, body.get(name) ?? '')
      const headers = { 'content-type': 'application/x-www-form-urlencoded' }
      const response = await h.request('/auth/token', { method: 'POST', body: body.toString(), headers })
      expect(await expectOAuthError(response, 400, 'invalid_request')).toContain(name)
    },
  )

  test.each(['authorization_code', 'password', 'refresh_token', 'Client_credentials', 'not_a_grant_type'])(
    'is refused for grant_type %s as unsupported, by exactly 400',
    async (grant_type) => {
      await expectOAuthError(await client.ask({ grant_type }), 400, 'unsupported_grant_type')
    },
  )

  test('is refused for another client_assertion_type', async () => {
    const response = await client.ask({ client_assertion_type: 'not_an_assertion_type' })
    await expectOAuthError(response, 400, 'invalid_request')
  })

  test.each([
    'application/json',
    'multipart/form-data; boundary=x',
    'text/plain',
    '',
    'application/x-www-form-urlencoded; charset=utf-16',
  ])('is refused with Content-Type "%s"', async (type) => {
    const body = new URLSearchParams({ grant_type: 'client_credentials' }).toString()
    const response = await h.request('/auth/token', {
      method: 'POST',
      body,
      headers: { 'content-type': type },
    })
    await expectOAuthError(response, 400, 'invalid_request')
  })

  test('may say that it is in UTF-8, in whatever case', async () => {
    const parameters = {
      ...tokenForm(await client.assertion(), 'system/Patient.rs'),
      resource: 'http://unknown.example.org',
    }
    const headers = { 'content-type': 'Application/X-WWW-Form-Urlencoded;Charset="UTF-8"' }
    expect((await postForm(h, '/auth/token', parameters, headers)).status).toBe(200)
  })

  test('is not looked for in the URL', async () => {
    const query = new URLSearchParams({ grant_type: 'client_credentials', scope: 'system/*.rs' })
    await expectOAuthError(await postForm(h, `/auth/token?${query}`, {}), 400, 'invalid_request')
  })

  test('is refused over 64 KiB, gzipped or not, and as text that is no UTF-8', async () => {
    const scope = 'system/Patient.rs '.repeat(4000)
    await expectOAuthError(await client.ask({ scope }), 413, 'invalid_request')
    const bomb = new Blob([`scope=${'a'.repeat(10_000_000)}`])
      .stream()
      .pipeThrough(new CompressionStream('gzip'))
    const headers = { 'content-type': 'application/x-www-form-urlencoded', 'content-encoding': 'gzip' }
    const body = await new Response(bomb).arrayBuffer()
    await expectOAuthError(
      await h.request('/auth/token', { method: 'POST', body, headers }),
      413,
      'invalid_request',
    )
    const bytes = new Uint8Array([0x73, 0x3d, 0xff])
    const garbage = { method: 'POST', body: bytes, headers: { 'content-type': headers['content-type'] } }
    await expectOAuthError(await h.request('/auth/token', garbage), 400, 'invalid_request')
  })

  test('may name the client_id, if it is that of the assertion', async () => {
    expect((await client.ask({ client_id: 'client-1' })).status).toBe(200)
    const description = await expectOAuthError(
      await client.ask({ client_id: 'other' }),
      401,
      'invalid_client',
    )
    expect(description).toContain('client_id')
  })

  test('is a POST: a GET is 405', async () => {
    const response = await h.request('/auth/token')
    expect(response.status).toBe(405)
    expect(response.headers.get('allow')).toBe('POST')
  })
})

describe('Scopes of a token (T-16, T-20)', () => {
  test('are those asked for as far as they are registered, and never more', async () => {
    expect(await scopeOf(await client.ask({ scope: 'system/Patient.rs system/Condition.rs' }))).toBe(
      'system/Patient.rs',
    )
    expect(await scopeOf(await client.ask({ scope: 'system/*.cruds' }))).toBe(
      'system/Patient.rs system/Observation.rs',
    )
    expect(await scopeOf(await client.ask({ scope: 'system/Patient.r' }))).toBe('system/Patient.r')
  })

  test('are told in the words they were asked for in (T-24, T-25)', async () => {
    const scope = 'system/Patient.read system/Observation.rs'
    expect(await scopeOf(await client.ask({ scope }))).toBe(scope)
  })

  test('may be constrained, and are then no wider than that (T-26)', async () => {
    const scope = 'system/Observation.rs?category=laboratory'
    expect(await scopeOf(await client.ask({ scope }))).toBe(scope)
    const narrow = await registerClient(h, scope, { clientId: 'narrow', key })
    expect(await scopeOf(await narrow.ask({ scope: 'system/*.rs' }))).toBe(scope)
    await expectOAuthError(await narrow.ask({ scope: 'system/Patient.rs' }), 400, 'invalid_scope')
  })

  test('that are not for backend services, or no scopes, count for nothing (T-23, T-27)', async () => {
    const strange = [
      'user/Patient.read',
      'patient/*.rs',
      'openid',
      'offline_access',
      'launch',
      'system/Patient.dus',
      'system/Nothing.rs',
      'system/Patient.rs?nothing=1',
      'system/Patient',
      '__proto__',
    ]
    expect(await scopeOf(await client.ask({ scope: [...strange, 'system/Patient.rs'].join(' ') }))).toBe(
      'system/Patient.rs',
    )
    for (const scope of [...strange, ' ', 'system/Encounter.rs', 'system/Patient.cud'])
      await expectOAuthError(await client.ask({ scope }), 400, 'invalid_scope')
  })

  test('are at most 300', async () => {
    const scope = Array.from({ length: 301 }, (_, i) => `system/Patient.rs?_id=${i}`).join(' ')
    await expectOAuthError(await client.ask({ scope }), 400, 'invalid_request')
  })

  test('have to fit into a token that fits into a header', async () => {
    const scope = Array.from({ length: 200 }, (_, i) => `system/Patient.rs?_id=${String(i).repeat(16)}`).join(
      ' ',
    )
    await expectOAuthError(await client.ask({ scope }), 400, 'invalid_scope')
  })

  test('that were refused are told to the audit with the client', async () => {
    await client.ask({ scope: 'system/Encounter.rs' })
    const rows = await h.deps.db.query.selectFrom('audit_event').selectAll().execute()
    expect(rows.at(-1)).toMatchObject({
      action: 'token.issue',
      outcome: 'refused',
      actor_kind: 'client',
      actor_id: 'client-1',
    })
  })
})

describe('With AUTH=open', () => {
  test('the authorization server says that there is none', async () => {
    const open = await createSmartHarness({ AUTH: 'open' })
    const asked: readonly (readonly [path: string, method: string])[] = [
      ['/auth/token', 'POST'],
      ['/auth/introspect', 'POST'],
      ['/auth/revoke', 'POST'],
      ['/auth/jwks', 'GET'],
      ['/fhir/.well-known/smart-configuration', 'GET'],
      ['/.well-known/oauth-authorization-server', 'GET'],
    ]
    for (const [path, method] of asked) {
      const response = await open.request(path, { method })
      expect([path, response.status]).toEqual([path, 404])
      expect(await response.text()).toContain('AUTH=open')
    }
    open.close()
  })
})
