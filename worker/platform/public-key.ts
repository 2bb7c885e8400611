import { z } from 'zod'
import { kindFor, signatureAlgorithms } from './signature-algorithm.ts'

/** A public key (RFC 7517 section 4) as it is stored. */
export type PublicKey = Readonly<Record<string, unknown>> & { readonly kty: string; readonly kid: string }

/** One that signatures can be verified by, with what is needed for that and nothing else. */
export type VerificationKey = z.output<typeof keySchema>

/** What there is to say of JSON that should be such a key; nothing, where it is of another kind or for another end. */
export type JudgedKey = { readonly key?: VerificationKey; readonly problem?: string }

/** A private or a symmetric key, a weak one, and one that is not whole are problems that their owner must hear of. */
export const judgeKey = (json: Readonly<Record<string, unknown>>): JudgedKey => {
  if (secretMembers.some((member) => Object.hasOwn(json, member)))
    return { problem: 'is private or symmetric: it is known to others now, so make a new one' }
  if (typeof json.kid !== 'string' || json.kid === '' || json.kid.length > maxKidLength)
    return { problem: 'has no "kid"' }
  if (typeof json.kty !== 'string') return { problem: 'has no "kty"' }
  if (!['RSA', 'EC', 'OKP'].includes(json.kty)) return {}
  const { data, error } = keySchema.safeParse(json)
  if (data === undefined) return { problem: `has no good "${error.issues[0]?.path.join('.')}"` }
  if (!isForSignatures(data)) return {}
  const problem = problemOf(data)
  return problem === undefined ? { key: data } : { problem }
}

/** Whether a key is of the kind that the algorithm takes, and does not say that it is for another one. */
export const fits = (key: PublicKey, alg: string): boolean =>
  (key.alg === undefined || key.alg === alg) && kindOf(key) === kindFor(alg)

const kindOf = ({ kty, crv }: PublicKey): string => (kty === 'RSA' ? kty : `${kty} ${crv}`)

const isForSignatures = (key: VerificationKey): boolean =>
  (key.use === undefined || key.use === 'sig') &&
  (key.key_ops === undefined || key.key_ops.includes('verify')) &&
  signatureAlgorithms.some((alg) => fits(key, alg))

/** RFC 7518 section 3.3: 2048 bits or more. A key so large that verifying takes seconds serves nobody but an attacker. */
const problemOf = (key: VerificationKey): string | undefined => {
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

/** Members of private and symmetric keys of every kind (RFC 7518 section 6; `priv` of draft-ietf-cose-dilithium). */
const secretMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k', 'priv'] as const

const maxKidLength = 512

const base64Url = z.string().regex(/^[\w-]{1,2048}$/)
const common = {
  kid: z.string().min(1).max(maxKidLength),
  use: z.string().max(64).exactOptional(),
  alg: z.string().max(64).exactOptional(),
  key_ops: z.array(z.string().max(64)).max(16).exactOptional(),
}
const keySchema = z.discriminatedUnion('kty', [
  z.object({ kty: z.literal('RSA'), ...common, n: base64Url, e: base64Url }),
  z.object({ kty: z.literal('EC'), ...common, crv: z.string().max(64), x: base64Url, y: base64Url }),
  z.object({ kty: z.literal('OKP'), ...common, crv: z.string().max(64), x: base64Url }),
])
