import { base64url, exportSPKI, importJWK, SignJWT } from 'jose'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type FetchKeySet, verifyAssertion } from '../../worker/auth/verify-assertion.ts'
import { SluiceError } from '../../worker/errors.ts'
import { runSweep } from '../../worker/export/sweep.ts'
import { updateClient } from '../../worker/store/clients.ts'
import { fakeClock } from '../support/fake-clock.ts'
import type { Harness } from '../support/harness.ts'
import {
  createSmartHarness,
  makeKey,
  playClient,
  postForm,
  registerClient,
  signAssertion,
  type TestClient,
  type TestKey,
  tokenForm,
} from '../support/smart.ts'
import { expectOAuthError, oneSentence } from './expect-oauth.ts'

/** Attacks on the client assertion: SPEC T-04, T-05, T-07 to T-14. */

let h: Harness
let client: TestClient
let key: TestKey
beforeAll(async () => {
  key = await makeKey()
  h = await createSmartHarness()
  client = await registerClient(h, 'system/*.rs', { key })
})
afterAll(() => h.close())
beforeEach(() => h.clock.advance(61_000)) // whoever failed too often is forgiven

const send = (client_assertion: string) => client.ask({ client_assertion })
const tokens = async () => (await h.deps.db.query.selectFrom('access_token').selectAll().execute()).length
const refuse = async (assertion: string): Promise<string> => {
  const before = await tokens()
  const description = await expectOAuthError(await send(assertion), 401, 'invalid_client')
  expect(await tokens()).toBe(before)
  return description
}
const part = (value: unknown): string =>
  base64url.encode(typeof value === 'string' ? value : JSON.stringify(value))
const inSeconds = (seconds: number): number => Math.floor(h.clock.now() / 1000) + seconds

describe('A claim of an assertion (T-08, T-09, T-11)', () => {
  test.each<[string, unknown]>([
    ['iss', undefined],
    ['iss', 'client-2'],
    ['iss', 'CLIENT-1'],
    ['iss', 1],
    ['iss', null],
    ['iss', ''],
    ['iss', ['client-1']],
    ['sub', undefined],
    ['sub', 'client-2'],
    ['sub', {}],
    ['aud', undefined],
    ['aud', ''],
    ['aud', []],
    ['aud', [1]],
    ['aud', 'http://127.0.0.1:8080/auth/token/'],
    ['aud', 'http://127.0.0.1:8080/auth/introspect'],
    ['aud', 'https://127.0.0.1:8080/auth/token'],
    ['aud', 'http://localhost:8080/auth/token'],
    ['aud', 'http://localhost/auth/token'],
    ['aud', '/auth/token'],
    ['aud', 'http://127.0.0.1:8080/fhir'],
    ['aud', ['http://other.example.org/auth/token']],
    ['exp', undefined],
    ['exp', '9999999999'],
    ['exp', null],
    ['exp', 1e300],
    ['exp', -1],
    ['exp', 0],
    ['nbf', 'soon'],
    ['iat', 'now'],
    ['jti', undefined],
    ['jti', ''],
    ['jti', 7],
    ['jti', 'x'.repeat(513)],
  ])('%s that is %j is refused, and named', async (name, value) => {
    expect(await refuse(await client.assertion({ [name]: value }))).toMatch(
      new RegExp(`'(?:${name === 'sub' || name === 'iss' ? 'iss|sub' : name})'`),
    )
  })

  test('is told by name, whoever it is said to be of: nothing depends on who is registered', async () => {
    const stranger = playClient(h, 'nobody', key)
    const said = await refuse(await stranger.assertion({ exp: inSeconds(1000) }))
    expect(said).toBe(await refuse(await client.assertion({ exp: inSeconds(1000) })))
  })

  test('aud may be the token URL, or the issuer, alone or among others', async () => {
    for (const aud of [
      'http://127.0.0.1:8080/auth/token',
      'http://127.0.0.1:8080',
      ['http://other.example.org', 'http://127.0.0.1:8080/auth/token'],
    ])
      expect((await send(await client.assertion({ aud }))).status).toBe(200)
  })

  test('aud is what BASE_URL says, behind a proxy that asks for another host', async () => {
    const proxied = await createSmartHarness({ BASE_URL: 'https://fhir.example.org/apis' })
    const behind = await registerClient(proxied, 'system/*.rs', { key })
    const asked = async (aud: string, headers: Record<string, string>) => {
      return postForm(proxied, '/auth/token', tokenForm(await behind.assertion({ aud })), headers)
    }
    expect((await asked('https://fhir.example.org/apis/auth/token', { host: 'inside:8080' })).status).toBe(
      200,
    )
    for (const forged of [{ host: 'evil.example.org' }, { 'x-forwarded-host': 'evil.example.org' }]) {
      const response = await asked('https://evil.example.org/auth/token', forged)
      await expectOAuthError(response, 401, 'invalid_client')
    }
    proxied.close()
  })

  test('exp is taken to be of a clock that may differ by a minute, and five minutes from now at most', async () => {
    const at = async (exp: number) => (await send(await client.assertion({ exp }))).status
    expect(await at(inSeconds(300))).toBe(200)
    expect(await at(inSeconds(360))).toBe(200)
    expect(await at(inSeconds(361))).toBe(401)
    expect(await at(inSeconds(-59))).toBe(200)
    expect(await at(inSeconds(-60))).toBe(401)
    expect(await at(inSeconds(300) + 0.5)).toBe(200)
  })

  test('nbf and iat need not be there, and are not to be in the future', async () => {
    for (const name of ['nbf', 'iat']) {
      const at = async (seconds: number) => (await send(await client.assertion({ [name]: seconds }))).status
      expect(await at(inSeconds(0))).toBe(200)
      expect(await at(inSeconds(60))).toBe(200)
      expect(await at(inSeconds(61))).toBe(401)
    }
  })

  test('that nobody asks for does no harm: __proto__, constructor, a thousand levels', async () => {
    const deep = '['.repeat(1000) + ']'.repeat(1000)
    const sound = JSON.stringify({
      iss: 'client-1',
      sub: 'client-1',
      aud: 'http://127.0.0.1:8080/auth/token',
      exp: inSeconds(300),
    })
    const signed = async (more: string) => {
      const payload = `${sound.slice(0, -1)},${more}}`
      const data = `${part({ alg: 'ES384', kid: 'key-1' })}.${part(payload)}`
      const algorithm = { name: 'ECDSA', hash: 'SHA-384' }
      const signature = await crypto.subtle.sign(algorithm, key.privateKey, new TextEncoder().encode(data))
      return `${data}.${base64url.encode(new Uint8Array(signature))}`
    }
    const harmless = `"jti":"p1","__proto__":{"sub":"admin","scope":"system/*.cruds"},"constructor":{"prototype":{}},"x":${deep}`
    expect((await send(await signed(harmless))).status).toBe(200)
    expect(await refuse(await signed('"__proto__":{"jti":"p2"}'))).toContain("'jti'")
    expect(Object.hasOwn(Object.prototype, 'sub')).toBe(false)
  })
})

describe('A header of an assertion (T-05, T-07)', () => {
  test('alg none is refused, signed or not', async () => {
    const payload = part({
      iss: 'client-1',
      sub: 'client-1',
      aud: 'http://127.0.0.1:8080/auth/token',
      exp: inSeconds(60),
      jti: 'n',
    })
    for (const alg of ['none', 'None', 'NONE', 'nOnE', '', null, undefined, 0])
      for (const signature of ['', 'AAAA'])
        expect(await refuse(`${part({ alg, kid: 'key-1', typ: 'JWT' })}.${payload}.${signature}`)).toContain(
          "'alg'",
        )
  })

  test('HMAC with the public key as the secret is refused, in whatever form the key is taken', async () => {
    const rsa = await makeKey('RS384', 'rsa')
    await registerClient(h, 'system/*.rs', { clientId: 'rsa-client', key: rsa })
    const asKey = await importJWK({ ...rsa.publicKey }, 'RS384', { extractable: true })
    const secrets = [
      asKey instanceof Uint8Array ? '' : await exportSPKI(asKey),
      JSON.stringify(rsa.publicKey),
      String(rsa.publicKey.n),
    ]
    for (const secret of secrets)
      for (const alg of ['HS256', 'HS384', 'HS512']) {
        const assertion = await new SignJWT({ jti: `${alg}-${secret.length}` })
          .setProtectedHeader({ alg, kid: 'rsa', typ: 'JWT' })
          .setIssuer('rsa-client')
          .setSubject('rsa-client')
          .setAudience('http://127.0.0.1:8080/auth/token')
          .setExpirationTime(inSeconds(60))
          .sign(new TextEncoder().encode(secret.padEnd(64)))
        expect(await refuse(assertion)).toContain("'alg'")
      }
  })

  test('alg has to fit the key: another curve or kind of key is not tried', async () => {
    const p256 = await makeKey('ES256')
    const rsa = await makeKey('RS384')
    for (const other of [p256, rsa])
      expect(await refuse(await signAssertion(h, 'client-1', other))).toBe(oneSentence)
    // A key that says what it is for is good for nothing else.
    const bound = await makeKey('PS384', 'bound')
    const publicKey = { ...bound.publicKey, alg: 'RS384' }
    await registerClient(h, 'system/*.rs', { clientId: 'bound', key: { ...bound, publicKey } })
    expect(await refuse(await signAssertion(h, 'bound', bound))).toBe(oneSentence)
    const encrypts = await makeKey('ES384', 'enc')
    await registerClient(h, 'system/*.rs', {
      clientId: 'enc',
      key: { ...encrypts, publicKey: { ...encrypts.publicKey, use: 'enc' } },
    })
    expect(await refuse(await signAssertion(h, 'enc', encrypts))).toBe(oneSentence)
  })

  test('kid must be there', async () => {
    for (const kid of [undefined, '', 1, null, 'x'.repeat(257)])
      expect(await refuse(await client.assertion({}, { kid }))).toContain("'kid'")
  })

  test.each(['JWT', 'jwt', 'application/jwt', undefined])('typ may be %s', async (typ) => {
    expect((await send(await client.assertion({}, { typ }))).status).toBe(200)
  })

  test.each(['at+jwt', 'JOSE', 'dpop+jwt', 'secevent+jwt', ''])(
    'typ "%s" is of something else',
    async (typ) => {
      expect(await refuse(await client.assertion({}, { typ }))).toContain("'typ'")
    },
  )

  test('crit is refused, for there are no extensions', async () => {
    const data = `${part({ alg: 'ES384', kid: 'key-1', crit: ['exp'], exp: 1 })}.${(await client.assertion()).split('.')[1]}`
    expect(await refuse(`${data}.AAAA`)).toContain("'crit'")
    const b64 = await client.assertion({}, { b64: true, crit: ['b64'] })
    expect(await refuse(b64)).toContain("'crit'")
  })

  test('others are tolerated, and keys in them never used', async () => {
    const foreign = await makeKey('ES384', 'foreign')
    const more = { kty: 'EC', cty: 'x', x5u: 'http://evil.example.org', 'x5t#S256': 'x' }
    expect((await send(await client.assertion({}, more))).status).toBe(200)
    const jwk = { ...foreign.publicKey }
    expect(await refuse(await signAssertion(h, 'client-1', { ...foreign, kid: 'key-1' }, {}, { jwk }))).toBe(
      oneSentence,
    )
  })
})

describe('The key of an assertion (T-04, T-12)', () => {
  /** Registers these keys for one client, and tells whether one signed by `signer` is good. */
  const isGood = async (clientId: string, keys: readonly TestKey[], signer: TestKey): Promise<boolean> => {
    const jwks = { keys: keys.map(({ publicKey }) => publicKey) }
    await registerClient(h, 'system/*.rs', { clientId, jwks })
    return (await playClient(h, clientId, signer).ask()).status === 200
  }

  test('is the single one with the kid: other keys are not tried', async () => {
    const [one, two] = [await makeKey('ES384', 'one'), await makeKey('ES384', 'two')]
    expect(await isGood('two-keys', [one, two], two)).toBe(true)
    expect((await playClient(h, 'two-keys', { ...two, kid: 'one' }).ask()).status).toBe(401)
    expect((await playClient(h, 'two-keys', { ...two, kid: 'three' }).ask()).status).toBe(401)
  })

  test('is none where two have the same kid, even if one of them would do', async () => {
    const [one, other] = [await makeKey('ES384', 'same'), await makeKey('ES384', 'same')]
    expect(await isGood('duplicates', [one, other], one)).toBe(false)
    expect(await isGood('twice-the-same', [one, one], one)).toBe(false)
    const curve = await makeKey('ES256', 'same')
    expect(await isGood('two-curves', [one, curve], one)).toBe(false)
  })

  test('is the one whose type fits, where the other with the kid is of another type', async () => {
    const [ec, rsa] = [await makeKey('ES384', 'same'), await makeKey('RS384', 'same')]
    expect(await isGood('two-types', [ec, rsa], ec)).toBe(true)
    expect((await playClient(h, 'two-types', rsa).ask()).status).toBe(200)
  })

  test('is none that was published with its private part, nor one that is no key', async () => {
    const sound = await makeKey()
    const broken = (publicKey: TestKey['publicKey']): TestKey => ({ ...sound, publicKey })
    expect(await isGood('leaked', [broken({ ...sound.publicKey, d: 'AAAA' })], sound)).toBe(false)
    expect(await isGood('halved', [broken({ kty: 'EC', kid: 'key-1', crv: 'P-384' })], sound)).toBe(false)
    expect(await isGood('off-curve', [broken({ ...sound.publicKey, x: sound.publicKey.y })], sound)).toBe(
      false,
    )
    expect(await isGood('symmetric', [broken({ kty: 'oct', kid: 'key-1', k: 'AAAA' })], sound)).toBe(false)
    const n = 'a'.repeat(20_000)
    expect(await isGood('huge', [broken({ kty: 'RSA', kid: 'key-1', n, e: 'AQAB' })], sound)).toBe(false)
  })

  test('of RSA has 2048 bits at least', async () => {
    const pair = await crypto.subtle.generateKey(
      {
        name: 'RSASSA-PKCS1-v1_5',
        hash: 'SHA-384',
        modulusLength: 1024,
        publicExponent: new Uint8Array([1, 0, 1]),
      },
      true,
      ['sign', 'verify'],
    )
    const { n, e } = await crypto.subtle.exportKey('jwk', pair.publicKey)
    await registerClient(h, 'system/*.rs', {
      clientId: 'short',
      jwks: { keys: [{ kty: 'RSA', kid: 'key-1', n, e }] },
    })
    const payload = { iss: 'short', sub: 'short', aud: 'http://127.0.0.1:8080', exp: inSeconds(60), jti: 's' }
    const data = `${part({ alg: 'RS384', kid: 'key-1' })}.${part(payload)}`
    const signature = await crypto.subtle.sign(
      'RSASSA-PKCS1-v1_5',
      pair.privateKey,
      new TextEncoder().encode(data),
    )
    expect(await refuse(`${data}.${base64url.encode(new Uint8Array(signature))}`)).toBe(oneSentence)
  })
})

describe('The URL of a key set (T-03, T-12)', () => {
  const registered = 'https://client.example.org/jwks.json'
  const audiences = ['http://127.0.0.1:8080/auth/token']
  const asked: string[] = []
  const fetchKeys: FetchKeySet = async (_deps, url) => {
    asked.push(url)
    return { keys: [key.publicKey] }
  }
  const verify = async (assertion: string, fetcher = fetchKeys): Promise<string> => {
    try {
      return (await verifyAssertion(h.deps, { assertion, clientId: undefined }, audiences, fetcher)).client
        .clientId
    } catch (error) {
      return error instanceof SluiceError ? `${error.code}: ${error.message.replaceAll('"', "'")}` : 'failed'
    }
  }
  let byUrl: TestClient
  beforeAll(async () => {
    byUrl = await registerClient(h, 'system/*.rs', { clientId: 'by-url', key, jwksUrl: registered })
  })
  beforeEach(() => asked.splice(0))

  test('is the one that is registered, with a jku and without', async () => {
    expect(await verify(await byUrl.assertion())).toBe('by-url')
    expect(await verify(await byUrl.assertion({}, { jku: registered }))).toBe('by-url')
    expect(asked).toEqual([registered, registered])
  })

  test.each([
    'https://evil.example.org/jwks.json',
    'https://client.example.org/jwks.json#',
    'https://client.example.org/jwks.json?x',
    'https://CLIENT.example.org/jwks.json',
    'https://client.example.org:443/jwks.json',
    'https://client.example.org/./jwks.json',
    'https://client.example.org@evil.example.org/jwks.json',
    'http://client.example.org/jwks.json',
    'http://169.254.169.254/latest/meta-data',
    'http://[::1]/',
    'file:///etc/passwd',
    'data:application/json,{}',
  ])('is never %s, though a jku says so: nothing is fetched', async (jku) => {
    expect(await verify(await byUrl.assertion({}, { jku }))).toBe(`invalid-client: ${oneSentence}`)
    expect(await verify(await client.assertion({}, { jku }))).toBe(`invalid-client: ${oneSentence}`)
    expect(asked).toEqual([])
  })

  test('that does not answer keeps the client out, and nobody is told that there is one', async () => {
    const failing: FetchKeySet = async () => {
      throw new SluiceError('invalid-client', `Cannot fetch the key set "${registered}": it does not answer`)
    }
    expect(await verify(await byUrl.assertion(), failing)).toBe(`invalid-client: ${oneSentence}`)
  })
})

describe('A client that does not prove who it is (T-14)', () => {
  test('cannot find out whether it is registered: unknown, badly signed, wrong kid and wrong jku sound the same', async () => {
    const foreign = await makeKey()
    const said = [
      await refuse(await signAssertion(h, 'nobody', foreign)),
      await refuse(await signAssertion(h, 'client-1', foreign)),
      await refuse(await client.assertion({}, { kid: 'other' })),
      await refuse(await client.assertion({}, { jku: 'https://client.example.org' })),
      await refuse(await signAssertion(h, "x' or 1=1 --", foreign)),
    ]
    expect(new Set(said)).toEqual(new Set([oneSentence]))
  })

  test('is verified against some key in any case, so that it takes as long', async () => {
    const count = async (assertion: string): Promise<number> => {
      const { subtle } = crypto
      const verify = subtle.verify.bind(subtle)
      let verified = 0
      subtle.verify = (...given) => {
        verified++
        return verify(...given)
      }
      await send(assertion)
      subtle.verify = verify
      return verified
    }
    for (const alg of ['RS384', 'PS256', 'ES256', 'ES384', 'ES512', 'EdDSA'])
      expect([alg, await count(await signAssertion(h, 'nobody', await makeKey(alg)))]).toEqual([alg, 1])
    expect(await count(await client.assertion({}, { kid: 'other' }))).toBe(1)
  })

  test('is told apart in the audit, with what it claimed', async () => {
    await send(await signAssertion(h, 'nobody', await makeKey()))
    await send(await signAssertion(h, 'client-1', await makeKey()))
    const rows = await h.deps.db.query.selectFrom('audit_event').selectAll().execute()
    expect(rows.slice(-2)).toMatchObject([
      { outcome: 'refused', actor_kind: 'stranger', target: 'nobody', detail: '{"reason":"no such client"}' },
      {
        outcome: 'refused',
        actor_kind: 'stranger',
        target: 'client-1',
        detail: '{"reason":"the signature is not that of the key"}',
      },
    ])
  })

  test('cannot write lines or long texts into the audit by the id it claims', async () => {
    const id = `evil\r\n{"level":"info"}\u202e${'x'.repeat(150)}`
    await send(await signAssertion(h, id, await makeKey()))
    const rows = await h.deps.db.query.selectFrom('audit_event').selectAll().execute()
    expect(rows.at(-1)?.target).toBe(`evil{"level":"info"}${'x'.repeat(41)}…`)
  })

  test('is told that it is suspended only once it has proven who it is', async () => {
    const suspended = await registerClient(h, 'system/*.rs', { clientId: 'suspended', suspendedAt: 1 })
    expect(await refuse(await suspended.assertion())).toContain('suspended')
    expect(await refuse(await signAssertion(h, 'suspended', await makeKey()))).toBe(oneSentence)
  })

  test.each<[string, string]>([
    ['nothing', 'x'],
    ['dots', '..'],
    ['four dots', 'a.b.c.d.e'],
    ['no Base64url', '!!!.???.***'],
    ['no JSON', `${part('{')}.${part('}')}.AA`],
    ['lists', `${part('[]')}.${part('[]')}.AA`],
    ['null', `${part('null')}.${part('null')}.AA`],
    ['bytes that are no UTF-8', `${base64url.encode(new Uint8Array([255]))}.${part('{}')}.AA`],
    ['ten thousand levels', `${part('['.repeat(6000))}.${part('{}')}.AA`],
    ['too much', 'a'.repeat(20_000)],
    ['control characters', 'a\u0000\r\nSet-Cookie: x=y.b.c'],
  ])('is refused when its assertion is %s', async (_, assertion) => {
    expect(await refuse(assertion)).toBe(
      'Cannot accept the client assertion: it is no signed JWT in compact form',
    )
  })

  test('cannot change what was signed, nor the signature', async () => {
    const [header = '', payload = '', signature = ''] = (await client.assertion()).split('.')
    const widened = part({ ...JSON.parse(new TextDecoder().decode(base64url.decode(payload))), jti: 'other' })
    const flipped = `${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`
    for (const forged of [
      `${header}.${widened}.${signature}`,
      `${header}.${payload}.${flipped}`,
      `${header}.${payload}.${signature.slice(0, -4)}`,
      `${header}.${payload}.`,
      `${part({ alg: 'ES384', kid: 'key-1' })}.${payload}.${signature}`,
    ])
      expect(await refuse(forged)).toBe(oneSentence)
    // Signatures of zeros have been taken for good by some (CVE-2022-21449).
    expect(await refuse(`${header}.${payload}.${base64url.encode(new Uint8Array(96))}`)).toBe(oneSentence)
  })
})

describe('An assertion that was used (T-10)', () => {
  test('is refused the second time, and the jti is to blame', async () => {
    const assertion = await client.assertion()
    expect((await send(assertion)).status).toBe(200)
    expect(await refuse(assertion)).toContain("'jti' was used before")
    expect(
      await refuse(
        await client.assertion({ jti: 'once-more', exp: inSeconds(10) }).then(async (first) => {
          await send(first)
          return client.assertion({ jti: 'once-more', exp: inSeconds(300) })
        }),
      ),
    ).toContain("'jti'")
  })

  test('sent twenty times at once gets exactly one token', async () => {
    const before = await tokens()
    const assertion = await client.assertion()
    const statuses = await Promise.all(Array.from({ length: 20 }, async () => (await send(assertion)).status))
    expect(statuses.filter((status) => status === 200)).toHaveLength(1)
    expect(await tokens()).toBe(before + 1)
  })

  test('is remembered by its issuer: another client may use the same jti', async () => {
    const other = await registerClient(h, 'system/*.rs', { clientId: 'other-client' })
    expect((await send(await client.assertion({ jti: 'shared' }))).status).toBe(200)
    const assertion = await other.assertion({ jti: 'shared' })
    expect((await other.ask({ client_assertion: assertion })).status).toBe(200)
  })

  test('is remembered as long as it would be accepted, sweeps or not, and no longer', async () => {
    const assertion = await client.assertion({ jti: 'long', exp: inSeconds(300) })
    expect((await send(assertion)).status).toBe(200)
    const isRemembered = async () =>
      (await h.deps.db.query.selectFrom('used_assertion').selectAll().execute()).length > 0
    h.clock.advance(359_000)
    await h.sweep()
    expect(await refuse(assertion)).toContain("'jti'")
    h.clock.advance(1000)
    expect(await refuse(assertion)).toContain("'exp'")
    h.clock.advance(360_000)
    await h.sweep()
    expect(await isRemembered()).toBe(false)
  })

  test('is remembered while any process would accept it, though the clock of the one that sweeps is minutes ahead', async () => {
    const assertion = await client.assertion({ jti: 'clocks', exp: inSeconds(60) })
    expect((await send(assertion)).status).toBe(200)
    await runSweep({ ...h.deps, clock: fakeClock(h.clock.now() + 300_000) })
    expect(await refuse(assertion)).toContain("'jti'")
  })

  test('may have its jti again once that time is over, even before a sweep', async () => {
    expect((await send(await client.assertion({ jti: 'again' }))).status).toBe(200)
    h.clock.advance(361_000)
    expect((await send(await client.assertion({ jti: 'again' }))).status).toBe(200)
  })

  test('is not used up by what was not signed by the client', async () => {
    const foreign = await makeKey()
    await refuse(await signAssertion(h, 'client-1', foreign, { jti: 'mine' }))
    expect((await send(await client.assertion({ jti: 'mine' }))).status).toBe(200)
  })

  test('is kept as a hash, so that rows stay small', async () => {
    const jti = 'x'.repeat(512)
    expect((await send(await client.assertion({ jti }))).status).toBe(200)
    const rows = await h.deps.db.query.selectFrom('used_assertion').select('jti_hash').execute()
    for (const { jti_hash } of rows) expect(jti_hash).toMatch(/^[0-9a-f]{64}$/)
  })
})

describe('Whoever fails too often', () => {
  test('is told so by 429, while good assertions of the same client are served', async () => {
    const foreign = await makeKey()
    const fail = async () => send(await signAssertion(h, 'client-1', foreign))
    for (let i = 0; i < 20; i++) expect((await fail()).status).toBe(401)
    const response = await fail()
    expect(Number(response.headers.get('retry-after'))).toSatisfy((seconds) => seconds >= 1 && seconds <= 60)
    await expectOAuthError(response, 429, 'slow_down')
    expect((await client.ask()).status).toBe(200)
    h.clock.advance(60_000)
    expect((await fail()).status).toBe(401)
  })

  test('fills the audit with 60 rows a minute at most, and how many were left out is told later', async () => {
    const rows = async () =>
      h.deps.db.query.selectFrom('audit_event').selectAll().where('outcome', '=', 'refused').execute()
    const before = (await rows()).length
    const foreign = await makeKey()
    for (let i = 0; i < 70; i++) await send(await signAssertion(h, `guess-${i}`, foreign))
    expect(await rows()).toHaveLength(before + 60)
    h.clock.advance(60_000)
    await send(await signAssertion(h, 'guess', foreign))
    expect((await rows()).at(-1)?.detail).toBe('{"reason":"no such client","unrecorded":10}')
  })
})

describe('A client that changes its keys', () => {
  test('gets no tokens by the old ones from then on', async () => {
    const [old, young] = [await makeKey('ES384', 'old'), await makeKey('ES384', 'young')]
    const rotating = await registerClient(h, 'system/*.rs', { clientId: 'rotating', key: old })
    expect((await rotating.ask()).status).toBe(200)
    const proven = await verifyAssertion(
      h.deps,
      { assertion: await rotating.assertion(), clientId: undefined },
      ['http://127.0.0.1:8080/auth/token'],
    )
    const changed = { ...proven.client, jwks: { keys: [young.publicKey] } }
    await h.deps.db.batch([updateClient(changed, changed.changedAt)])
    expect((await rotating.ask()).status).toBe(401)
    expect((await playClient(h, 'rotating', young).ask()).status).toBe(200)
  })
})
