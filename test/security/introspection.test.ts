import { decodeJwt } from 'jose'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { bearer, unknownAccessKey } from '../support/bearer.ts'
import type { Harness } from '../support/harness.ts'
import { administrator, clientWith } from '../support/principals.ts'
import {
  createSmartHarness,
  isGoodToken,
  makeKey,
  playClient,
  postForm,
  proofOf,
  registerClient,
  type TestClient,
} from '../support/smart.ts'
import { expectOAuthError, oneSentence } from './expect-oauth.ts'

/** RFC 7662 and RFC 7009: SPEC T-28. */

let h: Harness
let client: TestClient
let other: TestClient
beforeEach(async () => {
  h = await createSmartHarness()
  client = await registerClient(h, 'system/Patient.rs')
  other = await registerClient(h, 'system/*.rs', { clientId: 'client-2' })
})
afterEach(() => h.close())

const post = async (
  path: string,
  by: TestClient,
  token: string | undefined,
  aud?: string,
): Promise<Response> =>
  postForm(h, path, {
    token,
    token_type_hint: 'refresh_token',
    ...proofOf(await by.assertion(aud === undefined ? {} : { aud })),
  })
const introspect = async (by: TestClient, token: string): Promise<unknown> => {
  const response = await post('/auth/introspect', by, token)
  expect(response.status).toBe(200)
  expect(response.headers.get('cache-control')).toBe('no-store')
  return response.json()
}
const isGood = (token: string): Promise<boolean> => isGoodToken(h, token)

describe('POST /auth/introspect', () => {
  test('tells a client what a token of its own is good for', async () => {
    const token = await client.token()
    const { jti, iat, exp } = decodeJwt(token)
    expect(await introspect(client, token)).toEqual({
      active: true,
      scope: 'system/Patient.rs',
      client_id: 'client-1',
      sub: 'client-1',
      token_type: 'Bearer',
      iss: 'http://127.0.0.1:8080',
      aud: 'http://127.0.0.1:8080/fhir',
      jti,
      iat,
      exp,
    })
  })

  test('refuses a key that is none with a challenge, and tells the audit', async () => {
    const headers = bearer(unknownAccessKey)
    const response = await postForm(h, '/auth/introspect', { token: 'x' }, headers)
    expect(response.headers.get('www-authenticate')).toContain('error="invalid_token"')
    await expectOAuthError(response, 401, 'invalid_client')
    const rows = await h.deps.db.query.selectFrom('audit_event').select(['action', 'outcome']).execute()
    expect(rows).toEqual([{ action: 'access.refused', outcome: 'refused' }])
  })

  test('tells it of other tokens, and of what is no token, that they are not active, and nothing else', async () => {
    const ended = await client.token()
    h.clock.advance(300_000)
    const theirs = await other.token()
    for (const token of [theirs, ended, 'x', `${await client.token()}x`, await client.assertion()])
      expect(await introspect(client, token)).toEqual({ active: false })
  })

  test('tells an administrator of all, by his key; by his cookie, or to a client with a token, nothing', async () => {
    const token = await client.token()
    const ask = (request: Harness['request']) =>
      postForm({ request }, '/auth/introspect', { token }, { authorization: 'Bearer slk_x' })
    for (const role of ['admin', 'viewer'] as const)
      expect(await (await ask(h.as(administrator(role)))).json()).toMatchObject({ active: true })
    const signedIn = { ...administrator(), session: { sessionId: 's' } }
    await expectOAuthError(await ask(h.as(signedIn)), 401, 'invalid_client')
    await expectOAuthError(await ask(h.as(clientWith('system/*.rs'))), 401, 'invalid_client')
    const { authorization } = await other.bearer()
    const byToken = await postForm(h, '/auth/introspect', { token }, { authorization })
    await expectOAuthError(byToken, 401, 'invalid_client')
    await expectOAuthError(
      await postForm(h, '/auth/introspect', { token }, { authorization: 'Basic eDp5' }),
      401,
      'invalid_client',
    )
  })

  test('is for those who prove who they are, once by each assertion', async () => {
    const token = await client.token()
    const parameters = { token, ...proofOf(await client.assertion()) }
    expect((await postForm(h, '/auth/introspect', parameters)).status).toBe(200)
    await expectOAuthError(await postForm(h, '/auth/introspect', parameters), 401, 'invalid_client')
    await expectOAuthError(await postForm(h, '/auth/introspect', { token }), 400, 'invalid_request')
    const forged = playClient(h, 'client-1', await makeKey())
    expect(await expectOAuthError(await post('/auth/introspect', forged, token), 401, 'invalid_client')).toBe(
      oneSentence,
    )
    await expectOAuthError(await post('/auth/introspect', client, undefined), 400, 'invalid_request')
  })

  test('takes its own URL as aud, too, which the token endpoint does not', async () => {
    const aud = 'http://127.0.0.1:8080/auth/introspect'
    expect((await post('/auth/introspect', client, 'x', aud)).status).toBe(200)
    const response = await client.ask({ client_assertion: await client.assertion({ aud }) })
    await expectOAuthError(response, 401, 'invalid_client')
    const wrong = 'http://127.0.0.1:8080/auth/revoke'
    await expectOAuthError(await post('/auth/introspect', client, 'x', wrong), 401, 'invalid_client')
  })
})

describe('POST /auth/revoke', () => {
  test('ends a token of the client at once, and tells the audit', async () => {
    const [token, another] = [await client.token(), await client.token()]
    expect(await isGood(token)).toBe(true)
    const response = await post('/auth/revoke', client, token)
    expect([response.status, await response.text()]).toEqual([200, ''])
    expect(await isGood(token)).toBe(false)
    expect(await isGood(another)).toBe(true)
    expect(await introspect(client, token)).toEqual({ active: false })
    const rows = await h.deps.db.query
      .selectFrom('audit_event')
      .selectAll()
      .where('action', '<>', 'access.refused')
      .execute()
    expect(rows.at(-1)).toMatchObject({
      action: 'token.revoke',
      actor_id: 'client-1',
      target: 'client-1',
      detail: JSON.stringify({ token: decodeJwt(token).jti }),
    })
  })

  test('does nothing, and says 200, to a token that is unknown, has ended or was revoked', async () => {
    const token = await client.token()
    await post('/auth/revoke', client, token)
    const ended = await client.token()
    h.clock.advance(300_000)
    const before = (
      await h.deps.db.query
        .selectFrom('audit_event')
        .selectAll()
        .where('action', '<>', 'access.refused')
        .execute()
    ).length
    for (const each of ['x', 'a.b.c', token, ended])
      expect((await post('/auth/revoke', client, each)).status).toBe(200)
    expect(
      await h.deps.db.query
        .selectFrom('audit_event')
        .selectAll()
        .where('action', '<>', 'access.refused')
        .execute(),
    ).toHaveLength(before)
  })

  test('refuses a token of another client, which stays good', async () => {
    const theirs = await other.token()
    await expectOAuthError(await post('/auth/revoke', client, theirs), 400, 'unauthorized_client')
    expect(await isGood(theirs)).toBe(true)
  })

  test('is for those who prove who they are, once by each assertion', async () => {
    const [token, another] = [await client.token(), await client.token()]
    await expectOAuthError(await postForm(h, '/auth/revoke', { token }), 400, 'invalid_request')
    const forged = playClient(h, 'client-1', await makeKey())
    await expectOAuthError(await post('/auth/revoke', forged, token), 401, 'invalid_client')
    const proof = proofOf(await client.assertion())
    const again = (each: string) => postForm(h, '/auth/revoke', { token: each, ...proof })
    expect((await again(token)).status).toBe(200)
    await expectOAuthError(await again(another), 401, 'invalid_client')
    expect(await isGood(another)).toBe(true)
  })
})
