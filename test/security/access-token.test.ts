import { base64url, exportSPKI, SignJWT } from 'jose'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { introspectToken } from '../../worker/auth/introspect-token.ts'
import { revokeTokens } from '../../worker/auth/revoke-token.ts'
import { getSigner } from '../../worker/auth/signing-keys.ts'
import { readTokens } from '../../worker/store/access-tokens.ts'
import { deleteClient, readClient, updateClient } from '../../worker/store/clients.ts'
import { bearer } from '../support/bearer.ts'
import type { Harness } from '../support/harness.ts'
import {
  createSmartHarness,
  isGoodToken,
  makeKey,
  registerClient,
  type TestClient,
} from '../support/smart.ts'

/** Bearer tokens at the FHIR API: SPEC T-21, T-22 and what ends a token. */

let h: Harness
let client: TestClient
beforeEach(async () => {
  h = await createSmartHarness()
  client = await registerClient(h, 'system/*.rs')
})
afterEach(() => h.close())

const ask = (token: string): Promise<Response> =>
  h.request('/fhir/$export-status', { headers: bearer(token) })
const isGood = (token: string): Promise<boolean> => isGoodToken(h, token)
const expectRefused = async (token: string): Promise<string> => {
  const response = await ask(token)
  expect(response.status).toBe(401)
  expect(response.headers.get('www-authenticate')).toBe('Bearer realm="fhir", error="invalid_token"')
  const { resourceType, issue } = await response.json()
  expect(resourceType).toBe('OperationOutcome')
  return issue[0].diagnostics
}
const partsOf = (token: string) => {
  const [header = '', payload = '', signature = ''] = token.split('.')
  const decode = (part: string) => JSON.parse(new TextDecoder().decode(base64url.decode(part)))
  return { header, payload, signature, said: decode(header), claims: decode(payload) }
}
const part = (value: unknown): string => base64url.encode(JSON.stringify(value))
const change = async (changes: Parameters<typeof updateClient>[0] | object): Promise<void> => {
  const known = await readClient(h.deps.db, 'client-1')
  if (known !== undefined) await h.deps.db.batch([updateClient({ ...known, ...changes }, known.changedAt)])
}

describe('A request with an access token', () => {
  test('is answered while the token lasts, and not from then on', async () => {
    const token = await client.token()
    expect(await isGood(token)).toBe(true)
    h.clock.advance(299_000)
    expect(await isGood(token)).toBe(true)
    h.clock.advance(1000)
    expect(await expectRefused(token)).toContain('it has expired')
  })

  test('without it is 401, and told nothing of an error', async () => {
    const response = await h.request('/fhir/$export-status')
    expect(response.status).toBe(401)
    expect(response.headers.get('www-authenticate')).toBe('Bearer realm="fhir"')
  })

  test('has it in Authorization: nothing in the URL or a form counts', async () => {
    const token = await client.token()
    expect((await h.request(`/fhir/$export-status?access_token=${token}`)).status).toBe(400)
    for (const scheme of ['Basic', 'DPoP', 'Token'])
      expect(
        (await h.request('/fhir/$export-status', { headers: { authorization: `${scheme} ${token}` } }))
          .status,
      ).toBe(401)
  })
})

describe('An access token', () => {
  test('that was changed is refused', async () => {
    const { header, payload, signature, said, claims } = partsOf(await client.token())
    const widened = part({ ...claims, scope: 'system/*.cruds' })
    const other = await makeKey('ES256')
    const sign = (more: object, head: object = {}) =>
      new SignJWT({ ...claims, ...more }).setProtectedHeader({ ...said, ...head }).sign(other.privateKey)
    const forged = [
      `${header}.${widened}.${signature}`,
      `${header}.${payload}.`,
      `${header}.${payload}`,
      `${part({ ...said, alg: 'none' })}.${payload}.`,
      `${part({ ...said, alg: 'none', kid: undefined })}.${widened}.`,
      `${part({ ...said, kid: undefined })}.${payload}.${signature}`,
      `${part({ ...said, kid: '__proto__' })}.${payload}.${signature}`,
      `${part({ ...said, kid: 'other' })}.${payload}.${signature}`,
      `${part({ ...said, typ: 'JWT' })}.${payload}.${signature}`,
      await sign({}),
      await sign({}, { jwk: other.publicKey }),
      await sign({}, { jku: 'https://evil.example.org', x5u: 'https://evil.example.org' }),
    ]
    for (const token of forged) await expectRefused(token)
  })

  test('signed by HMAC with our public key as the secret is refused', async () => {
    const { said, claims } = partsOf(await client.token())
    const { keys } = await (await h.request('/auth/jwks')).json()
    const key = await crypto.subtle.importKey('jwk', keys[0], { name: 'ECDSA', namedCurve: 'P-256' }, true, [
      'verify',
    ])
    for (const secret of [JSON.stringify(keys[0]), await exportSPKI(key)]) {
      const forged = new SignJWT(claims).setProtectedHeader({ ...said, alg: 'HS256' })
      await expectRefused(await forged.sign(new TextEncoder().encode(secret)))
    }
  })

  test('is no token of garbage, and garbage never fails the service', async () => {
    const { header, payload, signature } = partsOf(await client.token())
    const deep = base64url.encode('['.repeat(5000))
    for (const token of [
      'x',
      '.',
      '..',
      '...',
      'a.b.c',
      'a.b.c.d.e',
      `${deep}.${deep}.${deep}`,
      `${header}.${deep}.${signature}`,
      `${header}.${base64url.encode('null')}.${signature}`,
      `${header}.${base64url.encode('{"iss":{"toString":1}}')}.${signature}`,
      `${deep}.${payload}.${signature}`,
      `${base64url.encode('{"__proto__":{"kid":"x"}}')}.${payload}.${signature}`,
      'A'.repeat(16_384),
    ])
      await expectRefused(token)
  })

  test.each<[string, object, object]>([
    ['for another FHIR base', { aud: 'http://127.0.0.1:8080/other' }, {}],
    ['for no one', { aud: undefined }, {}],
    ['by another issuer', { iss: 'http://127.0.0.1:9090' }, {}],
    ['by no issuer', { iss: undefined }, {}],
    ['without an end', { exp: undefined }, {}],
    ['with an end that is no number', { exp: '9999999999' }, {}],
    ['without an id', { jti: undefined }, {}],
    ['for another client', { sub: 'client-2', client_id: 'client-2' }, {}],
    ['for two clients', { sub: 'client-2' }, {}],
    ['for two clients the other way round', { client_id: 'client-2' }, {}],
    ['as another kind of JWT', {}, { typ: 'JWT' }],
    ['as no kind of JWT', {}, { typ: undefined }],
  ])('that our key has signed %s is refused', async (_, more, head) => {
    const { said, claims } = partsOf(await client.token())
    const { key } = await getSigner(h.deps)
    const sign = (changed: object, header: object) =>
      new SignJWT({ ...claims, ...changed }).setProtectedHeader({ ...said, ...header }).sign(key)
    expect(await isGood(await sign({}, {}))).toBe(true)
    const token = await sign(more, head)
    await expectRefused(token)
    expect(await introspectToken(h.deps, token, undefined)).toEqual({ active: false })
  })

  test('of another deployment is refused, though the client is known to both', async () => {
    const other = await createSmartHarness()
    const token = await (await registerClient(other)).token()
    await client.token()
    expect(await expectRefused(token)).toContain('none that this server has issued')
    other.close()
  })

  test('is not an assertion of the client itself, whose key signs no tokens', async () => {
    await expectRefused(await client.assertion())
    const posing = { iss: 'http://127.0.0.1:8080', aud: 'http://127.0.0.1:8080/fhir', client_id: 'client-1' }
    await expectRefused(await client.assertion(posing, { typ: 'at+jwt' }))
  })

  test('whose row is not there is refused: a signature alone opens nothing', async () => {
    const token = await client.token()
    await h.deps.db.query.deleteFrom('access_token').execute()
    await expectRefused(token)
  })
})

describe('What ends a token at once', () => {
  test('is suspending its client; and nothing else of that client goes on', async () => {
    const token = await client.token()
    await change({ suspendedAt: h.clock.now() })
    await expectRefused(token)
    expect((await client.ask()).status).toBe(401)
    await change({ suspendedAt: undefined })
    expect(await isGood(token)).toBe(true)
  })

  test('is deleting its client', async () => {
    const token = await client.token()
    await h.deps.db.batch([deleteClient('client-1')])
    await expectRefused(token)
  })

  test('is revoking the tokens of its client, which the audit is told', async () => {
    const other = await registerClient(h, 'system/*.rs', { clientId: 'client-2' })
    const [one, two, theirs] = [await client.token(), await client.token(), await other.token()]
    const actor = { kind: 'administrator', id: 'ada' } as const
    expect(await revokeTokens(h.deps, 'client-1', actor)).toBe(2)
    await expectRefused(one)
    await expectRefused(two)
    expect(await isGood(theirs)).toBe(true)
    expect(await revokeTokens(h.deps, 'client-1', actor)).toBe(0)
    const rows = await h.deps.db.query
      .selectFrom('audit_event')
      .selectAll()
      .where('action', '<>', 'access.refused')
      .execute()
    expect(rows.at(-2)).toMatchObject({ action: 'token.revoke', actor_id: 'ada', target: 'client-1' })
  })
})

describe('The scopes of a token', () => {
  test('are narrowed with the registration, at once, and never widened by it', async () => {
    const token = await client.token('system/Patient.rs')
    const read = (type: string) => h.request(`/fhir/${type}/none`, { headers: bearer(token) })
    const scopes = async () => {
      const introspected = await introspectToken(h.deps, token, undefined)
      return introspected.active ? introspected.scope : undefined
    }
    expect(await scopes()).toBe('system/Patient.rs')
    await change({ scopes: ['system/Patient.r', 'system/Observation.rs'] })
    expect(await scopes()).toBe('system/Patient.r')
    await change({ scopes: ['system/Observation.rs'] })
    expect(await scopes()).toBe('')
    await change({ scopes: ['system/*.cruds'] })
    expect(await scopes()).toBe('system/Patient.rs')
    expect((await read('Patient')).status).not.toBe(401)
  })
})

describe('readTokens', () => {
  test('lists those that are good, the newest first, page by page, of one client or of all', async () => {
    const other = await registerClient(h, 'system/*.rs', { clientId: 'client-2' })
    for (let i = 0; i < 3; i++) {
      await client.token('system/Patient.rs')
      h.clock.advance(1000)
    }
    await other.token()
    const { db } = h.deps
    const now = h.clock.now()
    const all = await readTokens(db, { now, limit: 10 })
    expect(all.map(({ clientId }) => clientId)).toEqual(['client-2', 'client-1', 'client-1', 'client-1'])
    const first = await readTokens(db, { now, limit: 2, clientId: 'client-1' })
    const rest = await readTokens(db, { now, limit: 2, clientId: 'client-1', after: first[1] })
    expect([...first, ...rest]).toEqual(all.slice(1))
    expect(rest[0]).toMatchObject({ scopes: ['system/Patient.rs'], expiresAt: now - 3000 + 300_000 })
    await revokeTokens(h.deps, 'client-1', { kind: 'system' })
    expect(await readTokens(db, { now, limit: 10 })).toHaveLength(1)
    expect(await readTokens(db, { now: now + 300_000, limit: 10 })).toEqual([])
  })
})

describe('The sweep', () => {
  test('forgets tokens a day after their end, and assertions that have run out', async () => {
    await client.token()
    const rows = async () => [
      (await h.deps.db.query.selectFrom('access_token').selectAll().execute()).length,
      (await h.deps.db.query.selectFrom('used_assertion').selectAll().execute()).length,
    ]
    await h.sweep()
    expect(await rows()).toEqual([1, 1])
    h.clock.advance(660_000)
    await h.sweep()
    expect(await rows()).toEqual([1, 0])
    h.clock.advance(86_400_000)
    await h.sweep()
    expect(await rows()).toEqual([0, 0])
  })
})
