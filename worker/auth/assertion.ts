import { decodeProtectedHeader } from 'jose/decode/protected_header'
import { decodeJwt } from 'jose/jwt/decode'
import { z } from 'zod'
import { SluiceError } from '../errors.ts'

/** What a client assertion (RFC 7523) says of itself. Only its signature makes it true. */
export type Assertion = {
  readonly text: string
  readonly clientId: string
  readonly alg: AssertionAlgorithm
  readonly kid: string
  readonly jku: string | undefined
  readonly jti: string
  /** From this instant on it is refused as expired, so that nobody has to remember it any longer (SPEC T-10). */
  readonly goodUntil: number
}

/** Signatures of a key pair, never `none` and never of a shared secret (SPEC T-05). */
export const assertionAlgorithms = [
  'RS384',
  'ES384',
  'RS256',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES512',
  'EdDSA',
] as const
export type AssertionAlgorithm = (typeof assertionAlgorithms)[number]

/** How far clocks may differ. Clients that say `exp` is five minutes from now mean their own. */
export const skewMs = 60_000
const maxLifeMs = 300_000

/**
 * Reads an assertion that is meant for one of `audiences`, and refuses it for whatever is wrong about it, claim by claim. That tells nobody
 * anything but its author: who the client is, and whether there is one, does not matter yet.
 */
export const readAssertion = (text: string, audiences: readonly string[], now: number): Assertion => {
  const { alg, kid, jku } = parse(header, decode(text, decodeProtectedHeader))
  const claims = parse(payload, decode(text, decodeJwt))
  if (claims.iss !== claims.sub) throw refused('its claims "iss" and "sub" are not the same')
  if (![claims.aud].flat().some((audience) => audiences.includes(audience)))
    throw refused(`its claim "aud" is not ${audiences.join(' or ')}`)
  const goodUntil = Math.ceil(claims.exp * 1000) + skewMs
  if (goodUntil <= now) throw refused('its claim "exp" is over')
  if (claims.exp * 1000 > now + maxLifeMs + skewMs)
    throw refused('its claim "exp" is more than five minutes from now')
  if (isAhead(claims.nbf, now)) throw refused('its claim "nbf" is yet to come')
  if (isAhead(claims.iat, now)) throw refused('its claim "iat" is yet to come')
  return { text, clientId: claims.sub, alg, kid, jku, jti: claims.jti, goodUntil }
}

/** Whom an assertion claims to be of, for the record of one that was refused. What no client can be called is not kept. */
export const claimedClientOf = (text: string): string | undefined => {
  try {
    return z.object({ sub: z.string().max(maxIdLength) }).safeParse(decodeJwt(text)).data?.sub
  } catch {
    return undefined
  }
}

const maxIdLength = 256

const isAhead = (seconds: number | undefined, now: number): boolean =>
  seconds !== undefined && seconds * 1000 > now + skewMs

const decode = (text: string, decoder: (text: string) => unknown): unknown => {
  try {
    if (text.length <= maxLength) return decoder(text)
  } catch {
    // What the parser says may quote what was sent.
  }
  throw refused('it is no signed JWT in compact form')
}
const maxLength = 16_384

const parse = <T>(schema: z.ZodType<T>, value: unknown): T => {
  const { data, error } = schema.safeParse(value)
  if (data === undefined) throw refused(error?.issues[0]?.message ?? 'it is no JWT')
  return data
}

const refused = (reason: string): SluiceError =>
  new SluiceError('invalid-client', `Cannot accept the client assertion: ${reason}`)

const text = (name: string, maxLength: number) => {
  const error = `its ${name} must be a text of 1 to ${maxLength} characters`
  return z.string({ error }).min(1, { error }).max(maxLength, { error })
}
const seconds = (name: string) => z.number({ error: `its claim "${name}" must be a number of seconds` })
const audience = { error: 'its claim "aud" must be a text or a list of texts' }

const typError = 'its header "typ" must be JWT'

/** Headers besides these are tolerated (BDT sends `kty`), and keys that come along in some never looked at. */
const header = z.object({
  alg: z.enum(assertionAlgorithms, {
    error: `its header "alg" must be one of ${assertionAlgorithms.join(', ')}`,
  }),
  kid: text('header "kid"', 256),
  // RFC 7515 section 4.1.9: case does not matter. A token that says it is something else is not taken for an assertion (RFC 8725 section 3.11).
  typ: z
    .string({ error: typError })
    .regex(/^(?:application\/)?(?:client-authentication\+)?jwt$/i, { error: typError })
    .optional(),
  jku: text('header "jku"', 2048).optional(),
  crit: z.undefined({ error: 'its header "crit" asks for extensions, and there are none here' }).optional(),
})

const payload = z.object({
  iss: text('claim "iss"', maxIdLength),
  sub: text('claim "sub"', maxIdLength),
  aud: z.union([z.string(audience), z.array(z.string(audience), audience)], audience),
  exp: seconds('exp'),
  nbf: seconds('nbf').optional(),
  iat: seconds('iat').optional(),
  jti: text('claim "jti"', 512),
})
