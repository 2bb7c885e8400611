import {
  authorizationCodeGrantRequest,
  getValidatedIdTokenClaims,
  processAuthorizationCodeResponse,
  validateApplicationLevelSignature,
  validateAuthResponse,
} from 'oauth4webapi'
import type { Deps } from '../deps.ts'
import { hasCode, SluiceError } from '../errors.ts'
import { redirectUriOf } from './begin-oidc.ts'
import { beginSession } from './begin-session.ts'
import { endVouchedFor } from './end-vouched-for.ts'
import { type Claims, nameOf, roleOf } from './oidc-person.ts'
import { configuredProvider, type FindProvider, type Provider, reasonOf } from './oidc-provider.ts'
import { type OidcSignIn, takeOidcSignIn } from './oidc-sign-in.ts'
import { findVouchedFor } from './vouched-for.ts'

/** What the browser brings back from the provider. */
export type OidcCallback = {
  readonly parameters: URLSearchParams
  /** From its cookie. */
  readonly browserSecret: string
  readonly source: string | undefined
  /** The secret of the session that this browser had before, if it had one. */
  readonly replaces: string | undefined
}

/**
 * Signs in whom the provider says it is, in the role that its claim gives him now. Returns the secret of the session, and the path of ours
 * that he wanted to see. Throws `forbidden` with a sentence for people.
 */
export const finishOidcSignIn = async (
  deps: Deps,
  findProvider: FindProvider,
  { parameters, browserSecret, source, replaces }: OidcCallback,
): Promise<{ readonly sessionSecret: string; readonly to: string }> => {
  configuredProvider(deps)
  const signIn = await takeOidcSignIn(deps, { state: parameters.get('state') ?? '', browserSecret })
  if (signIn === undefined)
    throw refusal('this page was already used, is older than ten minutes, or belongs to another browser')
  const provider = await findProvider() // not for strangers, who have begun nothing
  const claims = await askWhoItIs(deps, provider, parameters, signIn)
  const subject = `${claims.iss}|${claims.sub}`
  const role = roleOf(provider.config, claims)
  try {
    if (role === undefined)
      throw refusal('the identity provider knows you, but nothing it says makes you an administrator here')
    const found = await findVouchedFor(deps, { subject, name: nameOf(claims), role, source })
    const { administratorId, name } = found
    const actor = { kind: 'administrator', id: administratorId, name, source } as const
    const sessionSecret = await beginSession(deps, { administratorId, method: 'oidc', actor, replaces })
    return { sessionSecret, to: signIn.to }
  } catch (error) {
    if (hasCode(error, 'forbidden')) {
      const hasNoRole = role === undefined
      await endVouchedFor(deps, { subject, source, method: 'oidc', reason: error.message, hasNoRole })
    }
    throw error
  }
}

/** The code for an ID token, of which everything is verified: signature, issuer, audience, time and nonce. Its endpoint verifies PKCE. */
const askWhoItIs = async (
  deps: Deps,
  { server, client, clientAuth, options }: Provider,
  parameters: URLSearchParams,
  { nonce, codeVerifier }: OidcSignIn,
): Promise<Claims> => {
  try {
    const state = parameters.get('state') ?? ''
    const callback = validateAuthResponse(server, client, parameters, state) // `iss` too (RFC 9207), and nothing twice
    const redirectUri = redirectUriOf(deps)
    const response = await authorizationCodeGrantRequest(
      server,
      client,
      clientAuth,
      callback,
      redirectUri,
      codeVerifier,
      options,
    )
    const tokens = await processAuthorizationCodeResponse(server, client, response, {
      expectedNonce: nonce,
      requireIdToken: true,
    })
    await validateApplicationLevelSignature(server, response, options)
    const claims = getValidatedIdTokenClaims(tokens)
    if (claims === undefined) throw refusal('the identity provider sent no ID token')
    return claims
  } catch (error) {
    deps.log('warn', 'sign-in by OpenID Connect failed', { reason: reasonOf(error) })
    throw refusal('the identity provider did not confirm who you are')
  }
}

const refusal = (reason: string): SluiceError => new SluiceError('forbidden', `Cannot sign you in: ${reason}`)
