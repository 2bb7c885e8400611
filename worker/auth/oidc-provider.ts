import {
  type AuthorizationServer,
  allowInsecureRequests,
  type Client,
  type ClientAuth,
  ClientSecretBasic,
  ClientSecretPost,
  type CustomFetchOptions,
  clockSkew,
  customFetch,
  discoveryRequest,
  None,
  processDiscoveryResponse,
} from 'oauth4webapi'
import type { OidcProvider } from '../config.ts'
import type { Deps } from '../deps.ts'
import { SluiceError } from '../errors.ts'
import type { AskRemote } from '../platform/remote.ts'

/** The OpenID Connect provider as its discovery document describes it, and how to speak to it. */
export type Provider = {
  readonly config: OidcProvider
  readonly server: AuthorizationServer
  readonly client: Client
  readonly clientAuth: ClientAuth
  readonly options: ReturnType<typeof optionsOf>
}

export type FindProvider = () => Promise<Provider>

/**
 * The document is kept for ten minutes, and a provider that does not answer is let alone for a few seconds, for strangers too can have it
 * asked. Throws `not-found` where no provider is configured, and `remote-unavailable`.
 */
export const createFindProvider = (deps: Deps): FindProvider => {
  let known: { readonly provider: Provider; readonly until: number } | undefined
  let restsUntil = 0
  return async () => {
    const config = configuredProvider(deps)
    const now = deps.clock.now()
    if (known !== undefined && known.until > now) return known.provider
    if (restsUntil > now) throw notToBeHad(Math.ceil((restsUntil - now) / 1000))
    try {
      known = { provider: await discover(deps, config), until: now + freshMs }
      return known.provider
    } catch (error) {
      restsUntil = deps.clock.now() + restMs
      throw error
    }
  }
}

/** Throws `not-found` where nobody can sign in by OpenID Connect. */
export const configuredProvider = ({ config: { oidc, auth } }: Pick<Deps, 'config'>): OidcProvider => {
  if (oidc !== undefined && auth === 'smart') return oidc
  throw new SluiceError('not-found', 'Cannot sign in by OpenID Connect: no provider is configured')
}

const freshMs = 600_000
const restMs = 10_000

const discover = async (deps: Deps, config: OidcProvider): Promise<Provider> => {
  const options = optionsOf(deps.askRemote, config)
  try {
    const issuer = new URL(config.issuer)
    const server = await processDiscoveryResponse(issuer, await discoveryRequest(issuer, options))
    assertUsable(server, config)
    const client = clientOf(config, deps)
    return { config, server, client, clientAuth: clientAuthOf(config, server), options }
  } catch (error) {
    deps.log('warn', 'identity provider not to be had', { reason: reasonOf(error) })
    throw notToBeHad(restMs / 1000)
  }
}

const notToBeHad = (retryAfterSeconds: number): SluiceError =>
  new SluiceError(
    'remote-unavailable',
    'Cannot sign in by OpenID Connect: the identity provider does not answer as it should',
    { retryAfterSeconds },
  )

/** The message, which our library and our own errors keep free of what was sent; the rest of an error may repeat codes and tokens. */
export const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : 'unknown')

/** The library asks for https everywhere, but of a provider whose own name is plain http, which `PRIVATE_HOSTS` must allow then. */
const optionsOf = (askRemote: AskRemote, { issuer }: OidcProvider) => ({
  [customFetch]: fetchBy(askRemote),
  [allowInsecureRequests]: issuer.startsWith('http:'),
})

/** `fetch` as the library calls it: what it asks of the provider goes where all questions to others go, and is bounded there. */
const fetchBy =
  (askRemote: AskRemote) =>
  async (
    url: string,
    { method, headers, body }: CustomFetchOptions<string, URLSearchParams | undefined>,
  ): Promise<Response> => {
    const answer = await askRemote({
      url,
      method: method === 'POST' ? 'POST' : 'GET',
      headers,
      ...(body === undefined ? {} : { body: body.toString() }),
    })
    const isBodiless = [101, 103, 204, 205, 304].includes(answer.status)
    return new Response(isBodiless ? null : answer.body, { status: answer.status, headers: answer.headers })
  }

/** The library looks at the endpoints that it asks itself; the one below is where the browser goes. */
const assertUsable = (server: AuthorizationServer, { issuer }: OidcProvider): void => {
  const { protocol } = new URL(server.authorization_endpoint ?? '')
  if (protocol !== 'https:' && !issuer.startsWith('http:'))
    throw new SluiceError('remote-unavailable', 'Cannot use the identity provider: it does not speak https')
  const methods = server.code_challenge_methods_supported
  if (methods !== undefined && !methods.includes('S256'))
    throw new SluiceError(
      'remote-unavailable',
      'Cannot use the identity provider: it does not know PKCE by S256',
    )
}

/** The library reads the clock of the system; this makes it ours. */
const clientOf = ({ clientId }: OidcProvider, { clock }: Deps): Client => ({
  client_id: clientId,
  get [clockSkew]() {
    return Math.round((clock.now() - Date.now()) / 1000)
  },
})

const clientAuthOf = ({ clientSecret }: OidcProvider, server: AuthorizationServer): ClientAuth => {
  if (clientSecret === undefined) return None()
  const known = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic'] // RFC 8414 section 2
  return known.includes('client_secret_basic')
    ? ClientSecretBasic(clientSecret)
    : ClientSecretPost(clientSecret)
}
