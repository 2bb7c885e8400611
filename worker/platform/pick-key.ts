import type { PublicKeySet } from './jwk-set.ts'
import { fits, judgeKey, type VerificationKey } from './public-key.ts'
import { kindFor } from './signature-algorithm.ts'

/** The key to verify with, or why there is none. */
export type FoundKey =
  | { readonly key: VerificationKey }
  | { readonly key: undefined; readonly reason: string }

/**
 * The one key that a signature by `alg` is to be verified with: the one that has the `kid`, or that fits where no `kid` is given (SPEC T-05).
 * Where several do, none is tried (SPEC T-12). What was stored is judged once more: nothing is verified by a key that is not sound.
 */
export const pickKey = ({ keys }: PublicKeySet, kid: string | undefined, alg: string): FoundKey => {
  const type = kindFor(alg)?.split(' ')[0]
  if (type === undefined) return noKey('nothing is verified by its algorithm')
  const meant = keys.filter((key) =>
    kid === undefined ? fits(key, alg) : key.kid === kid && key.kty === type,
  )
  const [only] = meant
  if (only === undefined)
    return noKey(kid === undefined ? `no key fits ${alg}` : `no key of type ${type} has this kid`)
  if (meant.length > 1) return noKey(`several keys ${kid === undefined ? `fit ${alg}` : 'have this kid'}`)
  const { key, problem } = judgeKey(only)
  if (problem !== undefined) return noKey(`the key ${problem}`)
  return key !== undefined && fits(key, alg) ? { key } : noKey(`the key does not fit ${alg}`)
}

export const noKey = (reason: string): FoundKey => ({ key: undefined, reason })
