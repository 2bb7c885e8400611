import { createHash } from 'node:crypto'
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose'
import type { AskRemote, RemoteAnswer, RemoteRequest } from '../../worker/platform/remote.ts'

/** A small OpenID Connect provider: real signatures, codes that work once, PKCE verified. Tests let it lie by `lies`. */
export type TestProvider = {
  readonly issuer: string
  /** All that was asked of it, in order. */
  readonly asked: RemoteRequest[]
  readonly askRemote: AskRemote
  /** Somebody signs in there: where his browser is led to, from the URL it was led there by. */
  authorize(url: string): URL
  /** Who it is that signs in. */
  person: JWTPayload
  lies: Lies
}

export type Lies = {
  readonly claims?: (claims: JWTPayload) => JWTPayload
  readonly idToken?: (claims: JWTPayload) => Promise<string>
  readonly metadata?: Readonly<Record<string, unknown>>
  readonly jwks?: () => unknown
  readonly isDown?: boolean
}

type Code = { readonly challenge: string | null; readonly nonce: string | null; readonly redirectUri: string }

export const testProvider = async (given: {
  readonly issuer?: string
  readonly clientId: string
  readonly clientSecret?: string
  readonly now: () => number
}): Promise<TestProvider> => {
  const { issuer = 'https://idp.example.org', clientId, clientSecret, now } = given
  const { publicKey, privateKey } = await generateKeyPair('RS256')
  const jwk = { ...(await exportJWK(publicKey)), kid: 'key-1', use: 'sig', alg: 'RS256' }
  const codes = new Map<string, Code>()
  const asked: RemoteRequest[] = []

  const json = (status: number, body: unknown): RemoteAnswer => ({
    status,
    headers: new Headers({ 'content-type': 'application/json' }),
    body: JSON.stringify(body),
  })
  const token = async ({ headers, body }: RemoteRequest): Promise<RemoteAnswer> => {
    const form = new URLSearchParams(body)
    const sent = new Headers(headers)
    // RFC 6749 section 2.3.1: each of the two is form-encoded before they are joined.
    const basic = atob(sent.get('authorization')?.replace(/^Basic /, '') ?? '')
      .split(':')
      .map(decodeURIComponent)
    const [id, secret] = sent.has('authorization')
      ? basic
      : [form.get('client_id'), form.get('client_secret')]
    const isClient = id === clientId && (secret ?? undefined) === clientSecret
    if (!isClient) return json(401, { error: 'invalid_client' })
    const code = codes.get(form.get('code') ?? '')
    codes.delete(form.get('code') ?? '')
    const verifier = form.get('code_verifier') ?? ''
    const isProven = code?.challenge === createHash('sha256').update(verifier).digest('base64url')
    if (code === undefined || !isProven || form.get('redirect_uri') !== code.redirectUri)
      return json(400, { error: 'invalid_grant', error_description: `wrong: ${body}` })
    const seconds = Math.floor(now() / 1000)
    const honest = { iss: issuer, aud: clientId, iat: seconds, exp: seconds + 300, nonce: code.nonce }
    const claims = { ...honest, ...provider.person }
    const told = provider.lies.claims?.(claims) ?? claims
    const sign = () => new SignJWT(told).setProtectedHeader({ alg: 'RS256', kid: 'key-1' }).sign(privateKey)
    const idToken = await (provider.lies.idToken?.(told) ?? sign())
    return json(200, { access_token: 'idp-access-token', token_type: 'Bearer', id_token: idToken })
  }
  const provider: TestProvider = {
    issuer,
    asked,
    person: { sub: 'ada', name: 'Ada', groups: ['sluice-admins'] },
    lies: {},
    askRemote: async (request) => {
      asked.push(request)
      if (provider.lies.isDown === true) throw new Error('connect ECONNREFUSED 10.1.2.3:443')
      const { pathname } = new URL(request.url)
      if (pathname === '/.well-known/openid-configuration')
        return json(200, {
          issuer,
          authorization_endpoint: `${issuer}/authorize`,
          token_endpoint: `${issuer}/token`,
          jwks_uri: `${issuer}/keys`,
          authorization_response_iss_parameter_supported: true,
          scopes_supported: ['openid', 'profile', 'email', 'groups'],
          ...provider.lies.metadata,
        })
      if (pathname === '/keys') return json(200, provider.lies.jwks?.() ?? { keys: [jwk] })
      return pathname === '/token' ? token(request) : json(404, {})
    },
    authorize: (url) => {
      const { searchParams } = new URL(url)
      const redirectUri = searchParams.get('redirect_uri') ?? ''
      const code = `code-${codes.size + asked.length}-${crypto.randomUUID()}`
      codes.set(code, {
        challenge: searchParams.get('code_challenge'),
        nonce: searchParams.get('nonce'),
        redirectUri,
      })
      const back = new URL(redirectUri)
      back.search = new URLSearchParams({
        code,
        state: searchParams.get('state') ?? '',
        iss: issuer,
      }).toString()
      return back
    },
  }
  return provider
}
