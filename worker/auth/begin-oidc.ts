import { calculatePKCECodeChallenge } from 'oauth4webapi'
import type { Deps } from '../deps.ts'
import { newSecret } from '../platform/new-secret.ts'
import type { FindProvider } from './oidc-provider.ts'
import { keepOidcSignIn } from './oidc-sign-in.ts'

/** Where the browser goes, and what it keeps in a cookie meanwhile. */
export type BegunOidcSignIn = { readonly url: string; readonly browserSecret: string }

/**
 * Begins signing in by OpenID Connect: authorization code (OpenID Connect Core section 3.1) with PKCE (RFC 7636), state and nonce. Only the
 * browser that began can go on, for state and cookie are good together: nobody can have somebody else sign in as him (login CSRF).
 */
export const beginOidcSignIn = async (
  deps: Deps,
  findProvider: FindProvider,
  to: string,
): Promise<BegunOidcSignIn> => {
  const { server, client, config } = await findProvider()
  const state = newSecret()
  const browserSecret = newSecret()
  const nonce = newSecret()
  const codeVerifier = newSecret()
  await keepOidcSignIn(deps, { state, browserSecret }, { nonce, codeVerifier, to })
  const url = new URL(server.authorization_endpoint ?? '')
  const isScope = server.scopes_supported?.includes(config.roleClaim) === true
  for (const [name, value] of Object.entries({
    client_id: client.client_id,
    response_type: 'code',
    redirect_uri: redirectUriOf(deps),
    scope: `openid profile email${isScope ? ` ${config.roleClaim}` : ''}`,
    state,
    nonce,
    code_challenge: await calculatePKCECodeChallenge(codeVerifier),
    code_challenge_method: 'S256',
  }))
    url.searchParams.set(name, value)
  return { url: url.href, browserSecret }
}

/** As it has to be registered with the provider. */
export const redirectUriOf = ({ config: { baseUrl } }: Pick<Deps, 'config'>): string =>
  `${baseUrl}/admin/api/oidc/callback`
