import type { RouteConfig } from '@hono/zod-openapi'
import { type OutcomeIssue, outcomeOf } from '../fhir/operation-outcome.ts'
import { type Header, header, headers } from './openapi-headers.ts'
import { schemaRef } from './openapi-schemas.ts'

/** Answers that have an OperationOutcome, in the OpenAPI document. */
const outcomeContent = (issue: OutcomeIssue) => ({
  'application/fhir+json': { schema: schemaRef('OperationOutcome'), example: outcomeOf([issue]) },
})

/** An answer that is not an error and has an OperationOutcome, such as this one. */
export const informationContent = (diagnostics: string) =>
  outcomeContent({ severity: 'information', code: 'informational', diagnostics })

const error = (code: string, description: string, sent?: Readonly<Record<string, Header>>) => ({
  description,
  ...(sent === undefined ? {} : { headers: sent }),
  content: outcomeContent({ severity: 'error', code, diagnostics: description }),
})

const errors = {
  400: error('invalid', 'A parameter, header or body is malformed or not supported'),
  401: error('login', 'There are no credentials, or they are not good; `WWW-Authenticate` says which', {
    'WWW-Authenticate': header('RFC 6750 section 3', 'Bearer realm="fhir", error="invalid_token"'),
  }),
  403: error('forbidden', 'This client may not do this'),
  404: error('not-found', 'There is no such thing here, or no longer'),
  406: error('not-supported', 'Accept, `_format` or Accept-Encoding refuses everything that can be sent', {
    Vary: headers.vary,
  }),
  409: error('conflict', 'Another request was quicker; send it again'),
  410: error('deleted', 'The resource was deleted'),
  412: error('conflict', 'The condition of the request does not hold', { Vary: headers.vary }),
  413: error('too-long', 'The body is too large'),
  415: error(
    'not-supported',
    'The Content-Type or Content-Encoding of the body is not one of those accepted',
  ),
  416: error('invalid', 'The range lies behind the end of the file', {
    'Content-Range': header('How many bytes there are', 'bytes */146515'),
    Vary: headers.vary,
  }),
  422: error('business-rule', 'The Idempotency-Key came with another request before'),
  429: error('throttled', 'Too many at once; try again after Retry-After', {
    'Retry-After': headers.retryAfter,
  }),
  500: error('processing', 'The export failed'),
  501: error('not-supported', 'The server is configured not to do this'),
  503: error('transient', 'The database or the storage does not answer now; try again after Retry-After', {
    'Retry-After': headers.retryAfter,
  }),
}

const nameOf = (status: number | string): string => `Error${status}`

/** All of them by name, the smallest status first. */
export const errorResponses = Object.entries(errors).map(
  ([status, response]) => [nameOf(status), response] as const,
)

/** The error answers of an operation. */
export const outcomes = (...given: readonly (keyof typeof errors)[]): RouteConfig['responses'] =>
  Object.fromEntries(given.map((status) => [status, { $ref: `#/components/responses/${nameOf(status)}` }]))
