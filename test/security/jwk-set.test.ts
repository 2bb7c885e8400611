import { describe, expect, test } from 'vitest'
import { parsePublicKeySet } from '../../worker/platform/jwk-set.ts'
import { pickKey } from '../../worker/platform/pick-key.ts'
import { makeKey } from '../support/smart.ts'

const made = async (alg: string) => (await makeKey(alg, alg)).publicKey
const ec = await made('ES384')
const rsa = await made('RS384')
const ed = await made('EdDSA')
const p256 = await made('ES256')

const modulus = String(rsa.n)

const problemWith = (...keys: readonly object[]): string => {
  try {
    parsePublicKeySet({ keys })
    return 'none'
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
const kidsOf = (...keys: readonly object[]): readonly string[] =>
  parsePublicKeySet({ keys }).keys.map(({ kid }) => kid)

describe('A set of public keys', () => {
  test('is kept with what it takes to verify signatures, and nothing else', () => {
    const given = { ...rsa, use: 'sig', alg: 'RS384', key_ops: ['verify'], x5c: ['MII'], x5t: 'a', junk: {} }
    expect(parsePublicKeySet({ keys: [given, ec, ed], more: 1 }).keys).toEqual([
      { kty: 'RSA', kid: 'RS384', use: 'sig', alg: 'RS384', key_ops: ['verify'], n: rsa.n, e: 'AQAB' },
      ec,
      ed,
    ])
  })

  test.each(['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k', 'priv'])(
    'is refused whole when one has "%s"',
    (member) => {
      expect(problemWith(ec, { ...rsa, kid: 'other', [member]: 'AQAB' })).toBe(
        'Cannot use the key set: key 2 is private or symmetric: it is known to others now, so make a new one',
      )
    },
  )

  test('is refused with a symmetric key, of whatever kind it says it is', () => {
    expect(problemWith({ kty: 'oct', kid: 'a', k: 'c2VjcmV0' })).toContain('private or symmetric')
    expect(problemWith(ec, { kty: 'unheard', kid: 'a', d: 1 })).toContain('private or symmetric')
  })

  test.each([
    ['no kid', { ...ec, kid: undefined }, 'has no "kid"'],
    ['an empty kid', { ...ec, kid: '' }, 'has no "kid"'],
    ['a kid that is a number', { ...ec, kid: 1 }, 'has no "kid"'],
    ['a kid without end', { ...ec, kid: 'k'.repeat(513) }, 'has no "kid"'],
    ['no kty', { ...ec, kty: undefined }, 'has no "kty"'],
    ['no x', { ...ec, x: undefined }, 'has no good "x"'],
    ['no y', { ...ec, y: undefined }, 'has no good "y"'],
    ['no crv', { ...ec, crv: undefined }, 'has no good "crv"'],
    ['no n', { ...rsa, n: undefined }, 'has no good "n"'],
    ['no e', { ...rsa, e: undefined }, 'has no good "e"'],
    ['base64 where base64url must be', { ...rsa, n: `${rsa.n}+/==` }, 'has no good "n"'],
    ['coordinates of another curve', { ...ec, crv: 'P-256' }, 'coordinates of the wrong size'],
    ['a coordinate cut short', { ...ec, x: String(ec.x).slice(4) }, 'coordinates of the wrong size'],
    ['an exponent of 1, by which everybody could sign', { ...rsa, e: 'AQ' }, 'has no good "e"'],
    ['an even exponent', { ...rsa, e: 'AQAA' }, 'has no good "e"'],
    ['an endless exponent', { ...rsa, e: 'AQAAAAAB' }, 'has no good "e"'],
    ['a modulus of 2040 bits', { ...rsa, n: modulus.slice(0, -2) }, 'fewer than 2048 bits'],
    [
      '1024 bits, padded with zeros',
      { ...rsa, n: 'A'.repeat(171) + modulus.slice(0, 171) },
      'fewer than 2048 bits',
    ],
    [
      'so many bits that verifying takes long',
      { ...rsa, n: modulus.repeat(5).slice(0, 2000) },
      'more than 8192 bits',
    ],
  ])('is refused with a key that has %s', (_what, key, reason) => {
    expect(problemWith(key)).toContain(reason)
  })

  test.each([
    ['nothing', undefined],
    ['a text', '{"keys":[]}'],
    ['a list', []],
    ['no keys', {}],
    ['keys that are no list', { keys: {} }],
    ['a key that is no object', { keys: ['a'] }],
    ['null for a key', { keys: [null] }],
    ['an empty list', { keys: [] }],
  ])('is not %s', (_what, json) => {
    expect(() => parsePublicKeySet(json)).toThrow(/^Cannot use the key set: /)
  })

  test('has a hundred keys at most', () => {
    const keys = Array.from({ length: 101 }, (_, index) => ({ ...ec, kid: `k${index}` }))
    expect(kidsOf(...keys.slice(1))).toHaveLength(100)
    expect(problemWith(...keys)).toContain('more than 100 keys')
  })

  test('passes over what is for other ends or of kinds that are not known', () => {
    const others = [
      { ...rsa, kid: 'a', use: 'enc' },
      { ...rsa, kid: 'b', key_ops: ['encrypt'] },
      { ...rsa, kid: 'c', alg: 'RSA-OAEP' },
      { ...rsa, kid: 'd', alg: 'HS256' },
      { ...rsa, kid: 'e', alg: 'none' },
      { ...ec, kid: 'f', crv: 'secp256k1' },
      { ...ed, kid: 'g', crv: 'X25519' },
      { kty: 'AKP', kid: 'h', alg: 'ML-DSA-44', pub: 'AQAB' },
    ]
    expect(kidsOf(...others, ec)).toEqual(['ES384'])
    expect(problemWith(...others)).toContain('no key of it can be used')
  })

  test('has no key under a kid that two of the same kind have', async () => {
    const second = { ...(await made('ES384')), kid: 'ES384' }
    expect(kidsOf(ec, rsa, second)).toEqual(['RS384'])
    expect(problemWith(ec, second)).toContain('no key of it can be used')
    expect(kidsOf(ec, { ...second, use: 'enc' })).toEqual(['ES384'])
  })

  test('may have one kid for keys of different kinds, which the algorithm tells apart', () => {
    const set = parsePublicKeySet({
      keys: [
        { ...ec, kid: 'a' },
        { ...rsa, kid: 'a' },
      ],
    })
    expect(pickKey(set, 'a', 'ES384').key?.kty).toBe('EC')
    expect(pickKey(set, 'a', 'PS256').key?.kty).toBe('RSA')
  })

  test('is not misled by keys named __proto__ or constructor', () => {
    expect(() => parsePublicKeySet(JSON.parse('{"keys":[{"__proto__":{"kty":"EC"},"kid":"a"}]}'))).toThrow(
      '"kty"',
    )
    expect(kidsOf({ ...ec, kid: '__proto__' })).toEqual(['__proto__'])
  })
})

describe('The key for a signature', () => {
  const set = parsePublicKeySet({ keys: [ec, { ...rsa, alg: 'RS384' }, ed] })

  test.each([
    ['ES384', 'ES384', 'EC'],
    ['RS384', 'RS384', 'RSA'],
    ['EdDSA', 'EdDSA', 'OKP'],
    ['EdDSA', 'Ed25519', 'OKP'],
    ['ES384', 'ES256', undefined],
    ['ES384', 'RS384', undefined],
    ['RS384', 'ES384', undefined],
    ['RS384', 'RS256', undefined],
    ['RS384', 'HS384', undefined],
    ['RS384', 'none', undefined],
    ['unknown', 'ES384', undefined],
    [undefined, 'ES384', 'EC'],
  ])('of kid %s by %s is %s', (kid, alg, kty) => {
    expect(pickKey(set, kid, alg).key?.kty).toBe(kty)
  })

  test('without a kid is one only where there is no other', () => {
    const two = parsePublicKeySet({ keys: [ec, { ...ec, kid: 'second' }] })
    expect(pickKey(two, undefined, 'ES384').key).toBeUndefined()
    expect(pickKey(two, 'second', 'ES384').key?.kid).toBe('second')
  })

  test.each([
    ['no key has the kid', 'other', 'ES384', [ec], 'no key of type EC has this kid'],
    ['nothing is verified so', 'ES384', 'HS384', [ec], 'nothing is verified by its algorithm'],
    ['no key fits', undefined, 'ES256', [ec], 'no key fits ES256'],
    ['two have the kid', 'ES384', 'ES384', [ec, ec], 'several keys have this kid'],
    [
      'two have it, one on another curve',
      'a',
      'ES384',
      [
        { ...ec, kid: 'a' },
        { ...p256, kid: 'a' },
      ],
      'several keys have this kid',
    ],
    ['two fit', undefined, 'ES384', [ec, { ...ec, kid: 'b' }], 'several keys fit ES384'],
    ['it is on another curve', 'ES384', 'ES256', [ec], 'the key does not fit ES256'],
    [
      'it says it is for another algorithm',
      'RS384',
      'PS384',
      [{ ...rsa, alg: 'RS384' }],
      'the key does not fit PS384',
    ],
    [
      'its private part is there',
      'ES384',
      'ES384',
      [{ ...ec, d: 'AAAA' }],
      'the key is private or symmetric',
    ],
    ['it is not whole', 'ES384', 'ES384', [{ ...ec, y: undefined }], 'the key has no good "y"'],
  ])('is none where %s, and is told why', (_why, kid, alg, keys, reason) => {
    expect(pickKey({ keys }, kid, alg)).toEqual({ key: undefined, reason: expect.stringContaining(reason) })
  })
})
