import type { Deps } from '../deps.ts'
import { hasCode, SluiceError } from '../errors.ts'
import type { Actor } from '../platform/actor.ts'
import {
  type AccessToken,
  isFirstUse,
  revokeTokenIf,
  revokeTokensOf,
  wasRevoked,
} from '../store/access-tokens.ts'
import { insertAudit, insertAuditIf } from '../store/audit.ts'
import { readOwnToken } from './own-token.ts'
import { spendAssertion } from './spend-assertion.ts'
import type { Proven } from './verify-assertion.ts'

/**
 * Ends a token at the wish of the client that has it (RFC 7009). One that is not known, or has ended already, is as the client wants it. Throws
 * `unauthorized-client` for a token of another one.
 */
export const revokeToken = async (
  deps: Deps,
  proven: Proven,
  given: { readonly token: string; readonly source: string | undefined },
): Promise<void> => {
  const { clientId, name } = proven.client
  const token = await findToken(deps, given.token)
  if (token !== undefined && token.clientId !== clientId)
    throw new SluiceError('unauthorized-client', 'Cannot revoke the token: it is that of another client')
  const now = deps.clock.now()
  const actor: Actor = { kind: 'client', id: clientId, name, source: given.source }
  await spendAssertion(deps, proven, deps.newId(), (use) =>
    token === undefined
      ? []
      : [
          revokeTokenIf(token, now, isFirstUse(use)),
          insertAuditIf(
            {
              at: now,
              action: 'token.revoke',
              outcome: 'success',
              actor,
              target: clientId,
              detail: { token: token.tokenId },
            },
            wasRevoked(token, now),
          ),
        ],
  )
}

/** Ends all tokens of a client, at the wish of an administrator. Returns how many there were. */
export const revokeTokens = async ({ db, clock }: Deps, clientId: string, actor: Actor): Promise<number> => {
  const at = clock.now()
  const [revoked] = await db.batch([
    revokeTokensOf(clientId, at),
    insertAudit({ at, action: 'token.revoke', outcome: 'success', actor, target: clientId }),
  ])
  return revoked.changed
}

const findToken = async (deps: Deps, text: string): Promise<AccessToken | undefined> => {
  try {
    return (await readOwnToken(deps, text)).token
  } catch (error) {
    if (hasCode(error, 'invalid-token', 'expired-token')) return undefined
    throw error
  }
}
