import { z } from 'zod'
import { SluiceError } from '../errors.ts'
import { judgeKey, type PublicKey, type VerificationKey } from './public-key.ts'

/** A JWK Set (RFC 7517 section 5) of public keys. */
export type PublicKeySet = { readonly keys: readonly PublicKey[] }

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

const maxKeys = 100

const setSchema = z.object({ keys: z.array(z.record(z.string(), z.unknown())) })

const parseKey = (json: Readonly<Record<string, unknown>>, name: string): VerificationKey | undefined => {
  const { key, problem } = judgeKey(json)
  if (problem !== undefined) throw refused(`${name} ${problem}`)
  return key
}

/** Keys of different kinds may share a `kid` (RFC 7517 section 4.5): the algorithm tells them apart. */
const isSame = (one: PublicKey, other: PublicKey): boolean => one.kid === other.kid && one.kty === other.kty

const refused = (reason: string): SluiceError =>
  new SluiceError('invalid', `Cannot use the key set: ${reason}`)
