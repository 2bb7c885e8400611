import { decodeJwt } from 'jose/jwt/decode'
import type { Deps } from '../deps.ts'
import { authenticateIssuer } from './authenticate-issuer.ts'
import { authorityUrls } from './authority-urls.ts'
import { notOurs, readOwnToken } from './own-token.ts'
import type { ClientPrincipal } from './principal.ts'
import { principalOfClient, readScopes } from './token-principal.ts'

/** The client that an access token of ours, or of an issuer we honour, was given to. Throws `invalid-token` or `expired-token`. */
export const authenticateToken = async (deps: Deps, token: string): Promise<ClientPrincipal> => {
  const issuer = issuerOf(token)
  if (issuer === authorityUrls(deps.config).issuer) return authenticateOwn(deps, token)
  const honoured = deps.config.issuers.find((each) => each.issuer === issuer)
  if (honoured === undefined) throw notOurs()
  return authenticateIssuer(deps, honoured, token)
}

/** The scopes are those in the database, as far as they are still registered: who narrows or suspends a client does so at once. */
const authenticateOwn = async (deps: Deps, text: string): Promise<ClientPrincipal> => {
  const { token, client } = await readOwnToken(deps, text)
  return principalOfClient(deps, client, readScopes(deps, token.scopes))
}

/** Not verified: it says only who could. */
const issuerOf = (token: string): string | undefined => {
  try {
    return decodeJwt(token).iss
  } catch {
    return undefined
  }
}
