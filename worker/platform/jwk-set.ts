import { z } from 'zod'
import { SluiceError } from '../errors.ts'

/** A JWK Set (RFC 7517 section 5) of public keys. */
export type PublicKeySet = { readonly keys: readonly PublicKey[] }
export type PublicKey = Readonly<Record<string, unknown>> & { readonly kty: string; readonly kid: string }

/**
 * The keys of a set that signatures can be verified by, and of them what is needed for that. A set with a private or a symmetric key, a weak
 * one, or one that is not whole is refused, for its owner must hear of it; keys of other kinds and for other ends are passed over (RFC 7517
 * section 5), and so are those of the same kind under the same `kid`, of which nobody could say which is meant (SPEC T-04). Throws `invalid`.
 */
export const parsePublicKeySet = (json: unknown): PublicKeySet => {
  const { data } = setSchema.safeParse(json)
  if (data === undefined) throw refused('it is no object with a list "keys"')
  if (data.keys.length > maxKeys) throw refused(`it has more than ${maxKeys} keys`)
  const all = data.keys.map((key, index) => parseKey(key, `key ${index + 1}`))
  const usable = all.filter((key) => key !== undefined)
  const keys = usable.filter((key) => usable.filter((other) => isSame(key, other)).length === 1)
  if (keys.length === 0) throw refused('no key of it can be used to verify signatures')
  return { keys }
}

/**
 * The one key that a signature by `alg` is to be verified with: of the right kind, and with the `kid`, if one is given (SPEC T-05, T-12).
 * None or several are none.
 */
export const publicKeyFor = (
  { keys }: PublicKeySet,
  kid: string | undefined,
  alg: string,
): PublicKey | undefined => {
  const fitting = keys.filter((key) => (kid === undefined || key.kid === kid) && fits(key, alg))
  return fitting.length === 1 ? fitting[0] : undefined
}

/** What signatures may be made by; nothing symmetric, and never `none`. */
export const signatureAlgorithms: readonly string[] = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
]

const maxKeys = 100
const maxKidLength = 512

const setSchema = z.object({ keys: z.array(z.record(z.string(), z.unknown())) })

const base64Url = z.string().regex(/^[\w-]{1,2048}$/)
const common = {
  kid: z.string().min(1).max(maxKidLength),
  use: z.string().max(64).optional(),
  alg: z.string().max(64).optional(),
  key_ops: z.array(z.string().max(64)).max(16).optional(),
}
const keySchema = z.discriminatedUnion('kty', [
  z.object({ kty: z.literal('RSA'), ...common, n: base64Url, e: base64Url }),
  z.object({ kty: z.literal('EC'), ...common, crv: z.string().max(64), x: base64Url, y: base64Url }),
  z.object({ kty: z.literal('OKP'), ...common, crv: z.string().max(64), x: base64Url }),
])
type Key = z.output<typeof keySchema>

/** Members of private and symmetric keys of every kind (RFC 7518 section 6; `priv` of draft-ietf-cose-dilithium). */
const secretMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k', 'priv'] as const

const parseKey = (json: Readonly<Record<string, unknown>>, name: string): Key | undefined => {
  if (secretMembers.some((member) => Object.hasOwn(json, member)))
    throw refused(`${name} is private or symmetric: it is known to others now, so make a new one`)
  if (typeof json.kid !== 'string' || json.kid === '' || json.kid.length > maxKidLength)
    throw refused(`${name} has no "kid"`)
  if (typeof json.kty !== 'string') throw refused(`${name} has no "kty"`)
  if (!['RSA', 'EC', 'OKP'].includes(json.kty)) return undefined
  const { data, error } = keySchema.safeParse(json)
  if (data === undefined) throw refused(`${name} has no good "${error.issues[0]?.path.join('.')}"`)
  if (!isForSignatures(data)) return undefined
  const problem = problemOf(data)
  if (problem !== undefined) throw refused(`${name} ${problem}`)
  return data
}

const isForSignatures = (key: Key): boolean =>
  (key.use === undefined || key.use === 'sig') &&
  (key.key_ops === undefined || key.key_ops.includes('verify')) &&
  signatureAlgorithms.some((alg) => fits(key, alg))

/** RFC 7518 section 3.3: 2048 bits or more. A key so large that verifying takes seconds serves nobody but an attacker. */
const problemOf = (key: Key): string | undefined => {
  if (key.kty === 'RSA') {
    const bits = bitsOf(key.n)
    if (bits < 2048) return 'has fewer than 2048 bits'
    if (bits > 8192) return 'has more than 8192 bits'
    return isGoodExponent(key.e) ? undefined : 'has no good "e"'
  }
  const bytes = bytesOfCurve.get(key.crv) ?? 0
  const coordinates = key.kty === 'EC' ? [key.x, key.y] : [key.x]
  return coordinates.every((text) => bytesOf(text)?.length === bytes)
    ? undefined
    : 'has coordinates of the wrong size'
}

const bytesOfCurve: ReadonlyMap<string, number> = new Map([
  ['P-256', 32],
  ['P-384', 48],
  ['P-521', 66],
  ['Ed25519', 32],
])

const bitsOf = (text: string): number => {
  const bytes = bytesOf(text) ?? new Uint8Array()
  const first = bytes.findIndex((byte) => byte !== 0)
  return first < 0 ? 0 : (bytes.length - first) * 8 - Math.clz32(bytes[first] ?? 0) + 24
}

/** Odd, more than 1 (by which everybody could sign), and of 32 bits at most. */
const isGoodExponent = (text: string): boolean => {
  const value = bytesOf(text)?.reduce((sum, byte) => sum * 256 + byte, 0) ?? 0
  return value >= 3 && value < 2 ** 32 && value % 2 === 1
}

const bytesOf = (text: string): Uint8Array | undefined => {
  try {
    return Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (char) => char.charCodeAt(0))
  } catch {
    return undefined
  }
}

/** RFC 7518 section 3.1, RFC 8037, RFC 9864: the kind of a key, its curve, and what it says of itself. */
const fits = (key: PublicKey, alg: string): boolean =>
  (key.alg === undefined || key.alg === alg) && kindsOfAlgorithm(alg).includes(kindOf(key))

const kindOf = ({ kty, crv }: PublicKey): string => (kty === 'RSA' ? kty : `${kty} ${crv}`)

const kindsOfAlgorithm = (alg: string): readonly string[] => {
  if (!signatureAlgorithms.includes(alg)) return []
  if (/^[RP]S/.test(alg)) return ['RSA']
  return [{ ES256: 'EC P-256', ES384: 'EC P-384', ES512: 'EC P-521' }[alg] ?? 'OKP Ed25519']
}

/** Keys of different kinds may share a `kid` (RFC 7517 section 4.5): the algorithm tells them apart. */
const isSame = (one: Key, other: Key): boolean => one.kid === other.kid && one.kty === other.kty

const refused = (reason: string): SluiceError =>
  new SluiceError('invalid', `Cannot use the key set: ${reason}`)
