import type { Deps } from '../deps.ts'
import { SluiceError } from '../errors.ts'
import { sha256Hex } from '../platform/sha256-hex.ts'
import { type AssertionUse, useAssertion } from '../store/access-tokens.ts'
import type { Statement } from '../store/db.ts'
import type { Proven } from './verify-assertion.ts'

/**
 * Uses an assertion up, in the same transaction as what is done on its strength, which asks `isFirstUse` of the use it is given. All processes
 * on this database see it. Throws `invalid-client` where it was used before.
 */
export const spendAssertion = async (
  { db, clock }: Deps,
  { client, assertion }: Proven,
  useId: string,
  deeds: (use: AssertionUse) => readonly Statement[],
): Promise<void> => {
  const use = {
    issuer: client.clientId,
    jtiHash: await sha256Hex(assertion.jti),
    useId,
    expiresAt: assertion.goodUntil,
  }
  const [used] = await db.batch([useAssertion(use, clock.now()), ...deeds(use)])
  if (used?.changed === 1) return
  throw new SluiceError(
    'invalid-client',
    'Cannot accept the client assertion: one with its claim "jti" was used before',
  )
}
