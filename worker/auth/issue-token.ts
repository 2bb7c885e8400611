import { SignJWT } from 'jose/jwt/sign'
import { type Deps, fhirBase } from '../deps.ts'
import { SluiceError } from '../errors.ts'
import { grantScopes } from '../fhir/scope/grants.ts'
import { showScope } from '../fhir/scope/scope.ts'
import { insertAccessTokenIf, isFirstUse } from '../store/access-tokens.ts'
import { allHold } from '../store/all-hold.ts'
import { hasChanged, insertAuditIf } from '../store/audit.ts'
import { type Client, isActiveClient } from '../store/clients.ts'
import { authorityUrls } from './authority-urls.ts'
import { getSigner, tokenAlgorithm } from './signing-keys.ts'
import { spendAssertion } from './spend-assertion.ts'
import { readScopes } from './token-principal.ts'
import type { Proven } from './verify-assertion.ts'

/** A token as it is answered, once; afterwards only its id is known here. */
export type IssuedToken = {
  readonly accessToken: string
  readonly expiresInSeconds: number
  /** What was granted, in the words it was asked for. */
  readonly scope: string
}

/** Issues an access token (RFC 9068) of no more scopes than are asked for and registered. Throws `invalid-scope`, or `invalid-client` where the assertion was used before. */
export const issueToken = async (
  deps: Deps,
  { client, assertion }: Proven,
  asked: { readonly scope: string; readonly source: string | undefined },
): Promise<IssuedToken> => {
  const scopes = grantedScopes(deps, client, asked.scope)
  const { config, clock, newId } = deps
  const issuedAt = Math.floor(clock.now() / 1000)
  const expiresAt = issuedAt + config.limits.accessTokenSeconds
  const { clientId } = client
  const tokenId = newId()
  const { keyId, key } = await getSigner(deps)
  const accessToken = await new SignJWT({ client_id: clientId, scope: scopes.join(' ') })
    .setProtectedHeader({ alg: tokenAlgorithm, typ: tokenType, kid: keyId })
    .setIssuer(authorityUrls(config).issuer)
    .setAudience(fhirBase(config))
    .setSubject(clientId)
    .setJti(tokenId)
    .setIssuedAt(issuedAt)
    .setExpirationTime(expiresAt)
    .sign(key)
  const token = { tokenId, clientId, scopes, issuedAt: issuedAt * 1000, expiresAt: expiresAt * 1000 }
  await spendAssertion(deps, { client, assertion }, tokenId, (use) => [
    // Or it would be good for whoever gets the id of a client that is forgotten at this moment.
    insertAccessTokenIf(token, allHold(isFirstUse(use), isActiveClient(client))),
    insertAuditIf(
      {
        at: clock.now(),
        action: 'token.issue',
        outcome: 'success',
        actor: { kind: 'client', id: clientId, name: client.name, source: asked.source },
        detail: { token: tokenId, scopes },
      },
      hasChanged,
    ),
  ])
  return { accessToken, expiresInSeconds: config.limits.accessTokenSeconds, scope: scopes.join(' ') }
}

/** RFC 9068 section 2.1: no other kind of JWT is taken for an access token. */
export const tokenType = 'at+jwt'

const grantedScopes = (deps: Deps, client: Client, scope: string): readonly string[] => {
  const texts = [...new Set(scope.split(' '))].filter((text) => text !== '')
  if (texts.length > maxScopes)
    throw new SluiceError('invalid', `Cannot read scope: it has more than ${maxScopes}`)
  const granted = grantScopes(readScopes(deps, texts), readScopes(deps, client.scopes)).map(showScope)
  if (granted.length === 0)
    throw new SluiceError(
      'invalid-scope',
      'Cannot grant any of the scopes: none is both of the form system/Type.rs, with a type and a search that this server knows, and among those registered for this client',
    )
  if (granted.join(' ').length > maxScopeLength)
    throw new SluiceError(
      'invalid-scope',
      `Cannot put the scopes into a token: they have more than ${maxScopeLength} characters; ask for fewer`,
    )
  return granted
}

/** Twice as many as there are types. */
const maxScopes = 300

/** What servers and proxies take of headers is 16 KiB often, and Base64 makes a third more of it. */
const maxScopeLength = 8192
