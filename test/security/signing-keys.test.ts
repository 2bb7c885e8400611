import { createLocalJWKSet, decodeProtectedHeader, jwtVerify } from 'jose'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { getPublicKey, getSigner } from '../../worker/auth/signing-keys.ts'
import type { Deps } from '../../worker/deps.ts'
import type { Harness } from '../support/harness.ts'
import { createSmartHarness, isGoodToken, registerClient, type TestClient } from '../support/smart.ts'

/** The keys that sign access tokens. */

const dayMs = 86_400_000
let h: Harness
let client: TestClient
beforeEach(async () => {
  h = await createSmartHarness()
  client = await registerClient(h)
})
afterEach(() => h.close())

let processes = 0
/** Another process on the same database, which knows nothing of what this one keeps. */
const anotherProcess = (secretKey = h.deps.config.secretKey): Deps => {
  const name = ++processes
  let made = 0
  return { ...h.deps, config: { ...h.deps.config, secretKey }, newId: () => `p${name}-${++made}` }
}
const rows = () => h.deps.db.query.selectFrom('signing_key').selectAll().orderBy('created_at').execute()
const keyIdOf = (token: string) => decodeProtectedHeader(token).kid
const published = async (): Promise<readonly { kid: string }[]> =>
  (await (await h.request('/auth/jwks')).json()).keys
const isGood = (token: string): Promise<boolean> => isGoodToken(h, token)

describe('A signing key', () => {
  test('is made when the first token is asked for, and stored sealed', async () => {
    expect(await rows()).toEqual([])
    await client.token()
    await client.token()
    const [row, ...others] = await rows()
    expect(others).toEqual([])
    expect(row?.private_jwk).toMatch(/^[0-9a-f]+$/)
    expect(JSON.parse(row?.public_jwk ?? '')).toEqual({
      kty: 'EC',
      crv: 'P-256',
      x: expect.any(String),
      y: expect.any(String),
      kid: row?.key_id,
      alg: 'ES256',
      use: 'sig',
    })
  })

  test('is published, without its private part, and verifies tokens for others', async () => {
    const token = await client.token()
    const response = await h.request('/auth/jwks')
    expect(response.headers.get('content-type')).toMatch(/^application\/json/)
    const set = await response.json()
    expect(JSON.stringify(set)).not.toContain('"d"')
    const { payload } = await jwtVerify(token, createLocalJWKSet(set), {
      currentDate: new Date(h.clock.now()),
      issuer: 'http://127.0.0.1:8080',
      typ: 'at+jwt',
    })
    expect(payload.sub).toBe('client-1')
  })

  test('is there for whoever asks for it before the first token', async () => {
    expect(await published()).toHaveLength(1)
  })

  test('is one, though ten processes make one at once', async () => {
    const all = await Promise.all(Array.from({ length: 10 }, () => getSigner(anotherProcess())))
    expect(new Set(all.map(({ keyId }) => keyId)).size).toBe(1)
    expect(await rows()).toHaveLength(1)
  })

  test('gives way to a new one when it is old enough, and verifies until its last token has ended', async () => {
    const other = anotherProcess()
    const old = await client.token()
    h.clock.advance(90 * dayMs - 60_000)
    const late = await client.token()
    expect(keyIdOf(late)).toBe(keyIdOf(old))
    expect((await getSigner(other)).keyId).toBe(keyIdOf(old))
    h.clock.advance(60_000)
    const young = await client.token()
    expect(keyIdOf(young)).not.toBe(keyIdOf(old))
    expect(await isGood(late)).toBe(true)
    expect(await isGood(young)).toBe(true)
    expect((await published()).map(({ kid }) => kid)).toEqual([keyIdOf(young), keyIdOf(old)])
    h.clock.advance(240_000 - 1)
    await h.sweep()
    expect(await isGood(late)).toBe(true)
    h.clock.advance(1)
    expect(await isGood(late)).toBe(false) // it ends by itself, not by its key
    expect(await published()).toHaveLength(2)
    h.clock.advance(359_999) // as long as a process that has not looked since could have signed, and its token lasts
    await h.sweep()
    expect(await rows()).toHaveLength(2)
    h.clock.advance(1)
    await h.sweep()
    h.clock.advance(60_000)
    expect((await published()).map(({ kid }) => kid)).toEqual([keyIdOf(young)])
  })

  test('is rotated once, though ten processes find it old at once', async () => {
    const processes = Array.from({ length: 10 }, () => anotherProcess())
    await Promise.all(processes.map(getSigner))
    h.clock.advance(91 * dayMs)
    const all = await Promise.all(processes.map(getSigner))
    expect(new Set(all.map(({ keyId }) => keyId)).size).toBe(1)
    const [first, second, ...others] = await rows()
    expect(others).toEqual([])
    expect(first?.retired_at).toBe(h.clock.now())
    expect(second?.retired_at).toBe(null)
  })

  test('that another process made a moment ago is found, though this one has just looked', async () => {
    const [one, two] = [anotherProcess(), anotherProcess()]
    expect(await getPublicKey(one, 'unknown')).toBeUndefined()
    const { keyId } = await getSigner(two)
    expect(await getPublicKey(one, keyId)).toMatchObject({ kid: keyId })
  })

  test('is kept in memory for a minute: a token costs no look for it', async () => {
    await client.token()
    const { query } = h.deps.db
    await query.updateTable('signing_key').set({ private_jwk: 'broken' }).execute()
    h.clock.advance(59_000)
    const token = await client.token()
    expect(await isGood(token)).toBe(true)
  })

  test('is useless under another SECRET_KEY: a new one is made, and what it has signed is refused', async () => {
    const token = await client.token()
    const changed = anotherProcess('another-secret-key-of-32-bytes-at-the-least-43')
    const signer = await getSigner(changed)
    expect(signer.keyId).not.toBe(keyIdOf(token))
    expect(await getPublicKey(changed, keyIdOf(token) ?? '')).toBeUndefined()
    expect((await getSigner(changed)).keyId).toBe(signer.keyId)
    // A process that still has the old one goes on with it, and the two do not fight.
    expect(keyIdOf(await client.token())).toBe(keyIdOf(token))
    expect(await rows()).toHaveLength(2)
  })

  test('cannot be put in the place of another one in the database', async () => {
    await client.token()
    h.clock.advance(91 * dayMs)
    await client.token()
    const [first, second] = await rows()
    await h.deps.db.query
      .updateTable('signing_key')
      .set({ private_jwk: first?.private_jwk ?? '' })
      .where('key_id', '=', second?.key_id ?? '')
      .execute()
    expect(await getPublicKey(anotherProcess(), second?.key_id ?? '')).toBeUndefined()
  })
})
