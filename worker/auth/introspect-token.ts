import { type Deps, fhirBase } from '../deps.ts'
import { hasCode } from '../errors.ts'
import { showScope } from '../fhir/scope/scope.ts'
import { authorityUrls } from './authority-urls.ts'
import { readOwnToken } from './own-token.ts'
import { principalOfClient, readScopes } from './token-principal.ts'

/** What a token is good for (RFC 7662 section 2.2). */
export type Introspection =
  | { readonly active: false }
  | {
      readonly active: true
      readonly scope: string
      readonly client_id: string
      readonly sub: string
      readonly exp: number
      readonly iat: number
      readonly token_type: 'Bearer'
      readonly iss: string
      readonly aud: string
      readonly jti: string
    }

/** What a token of ours is good for at this moment. Of `onlyOf`, if given: those of other clients are to it as if there were none. */
export const introspectToken = async (
  deps: Deps,
  text: string,
  onlyOf: string | undefined,
): Promise<Introspection> => {
  try {
    const { said, token, client } = await readOwnToken(deps, text)
    const { jti, client_id, exp, iat } = said
    if (onlyOf !== undefined && onlyOf !== client_id) return { active: false }
    const { grants } = principalOfClient(deps, client, readScopes(deps, token.scopes))
    return {
      active: true,
      scope: grants.scopes.map(showScope).join(' '),
      client_id,
      sub: client_id,
      exp,
      iat,
      token_type: 'Bearer',
      iss: authorityUrls(deps.config).issuer,
      aud: fhirBase(deps.config),
      jti,
    }
  } catch (error) {
    if (hasCode(error, 'invalid-token', 'expired-token')) return { active: false }
    throw error
  }
}
