import { type CryptoKey, jwtVerify } from 'jose'
import type { Route, Seen } from './fake-bulk-server.ts'

/** The authorization server of a fake bulk server: it judges assertions as SMART has it, and its tokens can be taken back. */
export type FakeAuthority = {
  /** For `/.well-known/smart-configuration` below the FHIR base, and for the token endpoint. */
  readonly configuration: Route
  readonly token: Route
  /** The route for those alone who have a good token. */
  guarded(route: Route): Route
  /** No token given out so far is good any more. */
  revokeAll(): void
  readonly issued: readonly string[]
  readonly scopes: readonly (string | null)[]
}

export const fakeAuthority = (
  endpoint: () => string,
  publicKey: () => Promise<CryptoKey>,
  {
    clientId = 'analytics',
    expiresIn = 300,
  }: { readonly clientId?: string; readonly expiresIn?: number } = {},
): FakeAuthority => {
  const issued: string[] = []
  const scopes: (string | null)[] = []
  const used = new Set<string>()
  const good = new Set<string>()
  const issue = async ({ headers, body }: Seen): Promise<string> => {
    const form = new URLSearchParams(body)
    const { payload, protectedHeader } = await jwtVerify(
      form.get('client_assertion') ?? '',
      await publicKey(),
      {
        issuer: clientId,
        subject: clientId,
        audience: endpoint(),
        requiredClaims: ['exp', 'jti'],
        typ: 'JWT',
      },
    )
    const left = (payload.exp ?? 0) - Date.now() / 1000
    const isGood =
      headers['content-type']?.startsWith('application/x-www-form-urlencoded') === true &&
      headers.authorization === undefined &&
      form.get('grant_type') === 'client_credentials' &&
      form.get('client_assertion_type') === 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer' &&
      protectedHeader.kid !== undefined &&
      left <= 300 &&
      !used.has(payload.jti ?? '')
    if (!isGood) throw new Error('the assertion is not as it must be')
    used.add(payload.jti ?? '')
    scopes.push(form.get('scope'))
    const token = `token-${issued.length + 1}`
    issued.push(token)
    good.add(token)
    return token
  }
  return {
    configuration: (_seen, response) => {
      response.end(JSON.stringify({ token_endpoint: endpoint(), capabilities: [] }))
    },
    token: (seen, response) => {
      issue(seen).then(
        (token) =>
          response.end(
            JSON.stringify({ access_token: token, token_type: 'bearer', expires_in: expiresIn, scope: '' }),
          ),
        (error: unknown) =>
          response
            .writeHead(401)
            .end(JSON.stringify({ error: 'invalid_client', error_description: String(error) })),
      )
    },
    guarded: (route) => (seen, response, visit) => {
      const [, token = ''] = /^Bearer (.+)$/.exec(seen.headers.authorization ?? '') ?? []
      if (good.has(token)) route(seen, response, visit)
      else response.writeHead(401, { 'WWW-Authenticate': 'Bearer' }).end()
    },
    revokeAll: () => good.clear(),
    issued,
    scopes,
  }
}
