import { headers } from './openapi-headers.ts'
import { schemaRef } from './openapi-schemas.ts'

/** Pieces of the OpenAPI document for the authorization server. */
const errors = {
  400: ['invalid_request', 'A parameter is missing, there twice, or not what it must be'],
  401: ['invalid_client', 'The client did not prove who it is'],
  413: ['invalid_request', 'The body is too large'],
  429: ['slow_down', 'Too many requests, or too many that failed; try again after Retry-After'],
  503: ['temporarily_unavailable', 'The database does not answer now; try again after Retry-After'],
} as const

const nobodyKeepsIt = (example: string) => ({
  description: 'Nobody is to keep it',
  schema: { type: 'string' as const },
  example,
})

export const storedHeaders = {
  'Cache-Control': nobodyKeepsIt('no-store'),
  Pragma: nobodyKeepsIt('no-cache'),
}

const retryHeaders = { ...storedHeaders, 'Retry-After': headers.retryAfter }

/** Errors of OAuth 2.0, and what every route of the service may answer besides: an OperationOutcome where there are no tokens. */
export const oauthOutcomes = (...statuses: readonly (keyof typeof errors)[]) =>
  Object.fromEntries([
    ...statuses.map((status) => {
      const [error, description] = errors[status]
      const example = { error, error_description: description }
      const content = { 'application/json': { schema: schemaRef('OAuthError'), example } }
      const sent = status === 429 || status === 503 ? retryHeaders : storedHeaders
      return [status, { description, headers: sent, content }] as const
    }),
    ...([403, 404] as const).map(
      (status) => [status, { $ref: `#/components/responses/Error${status}` }] as const,
    ),
  ])

export const formBody = (
  name: Parameters<typeof schemaRef>[0],
  example: Readonly<Record<string, string>>,
) => ({
  required: true,
  content: { 'application/x-www-form-urlencoded': { schema: schemaRef(name), example } },
})

export const proofExample = {
  client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
  client_assertion: 'eyJhbGciOiJFUzM4NCIsInR5cCI6IkpXVCIsImtpZCI6IjEifQ…',
} as const
