import { z } from '@hono/zod-openapi'

/** The schemas of the authorization server, in the words of RFC 6749, 7662, 7517 and of SMART App Launch. */
const text = (description: string, example: string) => z.string().openapi({ description, example })
const url = (description: string, path: string) => text(description, `http://127.0.0.1:8080${path}`)
const seconds = (description: string) => z.number().openapi({ description, example: 1795084306 })
const words = (description: string, ...example: readonly string[]) =>
  z.array(z.string()).openapi({ description, example: [...example] })

const scope = text('Scopes by blanks', 'system/Patient.rs system/Observation.rs')

const proof = {
  client_assertion_type: z.literal('urn:ietf:params:oauth:client-assertion-type:jwt-bearer'),
  client_assertion: text(
    'A JWT that the client has signed, for this request alone',
    'eyJhbGciOiJFUzM4NCIsInR5cCI6IkpXVCIsImtpZCI6IjEifQ…',
  ),
  client_id: text('Not needed; else the `sub` of the assertion', 'warehouse').optional(),
}

const token = text('The access token it is about', 'eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCJ9…')
const hint = text('Not needed: there are access tokens only', 'access_token').optional()

const tokenAnswer = z
  .object({
    access_token: text('For `Authorization: Bearer`', 'eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCJ9…'),
    token_type: z.literal('bearer'),
    expires_in: z.int().min(1).openapi({ description: 'Seconds', example: 300 }),
    scope,
  })
  .openapi({ description: 'An access token (RFC 6749 section 5.1)' })

const oauthError = z
  .object({
    error: text('A word of RFC 6749 section 5.2, or `slow_down`', 'invalid_client'),
    error_description: text(
      'What is wrong, in a sentence',
      "Cannot accept the client assertion: its claim 'exp' is over",
    ),
  })
  .openapi({ description: 'What went wrong (RFC 6749 section 5.2)' })

const introspection = z
  .object({
    active: z.boolean().openapi({ description: 'Without it nothing else is said' }),
    scope: scope.optional(),
    client_id: text('Whom it was issued to', 'warehouse').optional(),
    sub: text('The same', 'warehouse').optional(),
    exp: seconds('When it ends').optional(),
    iat: seconds('When it was issued').optional(),
    token_type: z.literal('Bearer').optional(),
    iss: url('Who issued it', '').optional(),
    aud: url('The FHIR base URL it is for', '/fhir').optional(),
    jti: text('Its id', '5f0f2c0e-6a5d-4c1e-9d0b-2f1d5a6b7c8d').optional(),
  })
  .openapi({ description: 'What a token is good for (RFC 7662)' })

const keySet = z
  .object({
    keys: z.array(
      z.object({
        kty: z.literal('EC'),
        crv: z.literal('P-256'),
        x: z.string(),
        y: z.string(),
        kid: z.string(),
        alg: z.literal('ES256'),
        use: z.literal('sig'),
      }),
    ),
  })
  .openapi({ description: 'Public keys (RFC 7517)' })

/** Of both documents: what is true of this server. */
const shared = {
  token_endpoint: url('Where tokens are asked for', '/auth/token'),
  token_endpoint_auth_methods_supported: words('How clients authenticate there', 'private_key_jwt'),
  token_endpoint_auth_signing_alg_values_supported: words('`alg` of assertions', 'RS384', 'ES384'),
  grant_types_supported: words('For backend services there is one', 'client_credentials'),
  scopes_supported: words('Some of the scopes there are', 'system/*.rs', 'system/*.read'),
  introspection_endpoint: url('Where tokens are looked into', '/auth/introspect'),
  revocation_endpoint: url('Where tokens are ended', '/auth/revoke'),
  code_challenge_methods_supported: words('SMART asks for it in any case', 'S256'),
}

export const oauthSchemas = {
  TokenRequest: z.object({ grant_type: z.literal('client_credentials'), scope, ...proof }),
  IntrospectionRequest: z.object({ token, token_type_hint: hint, ...z.object(proof).partial().shape }),
  RevocationRequest: z.object({ token, token_type_hint: hint, ...proof }),
  TokenAnswer: tokenAnswer,
  OAuthError: oauthError,
  Introspection: introspection,
  KeySet: keySet,
  SmartConfiguration: z
    .object({
      ...shared,
      capabilities: words(
        'Of SMART App Launch',
        'client-confidential-asymmetric',
        'permission-v1',
        'permission-v2',
      ),
    })
    .openapi({ description: 'SMART App Launch, "Conformance"' }),
  AuthorizationServer: z
    .object({
      issuer: url('The `iss` of access tokens', ''),
      jwks_uri: url('The keys that sign them', '/auth/jwks'),
      response_types_supported: words('None: there is no authorization endpoint'),
      ...shared,
    })
    .openapi({ description: 'Authorization server metadata (RFC 8414)' }),
} as const

export type SmartConfigurationShown = z.infer<typeof oauthSchemas.SmartConfiguration>
export type AuthorizationServerShown = z.infer<typeof oauthSchemas.AuthorizationServer>
