import type { RouteConfig } from '@hono/zod-openapi'

/** Pieces of the OpenAPI document that several operations share. */
type Responses = RouteConfig['responses']
type Parameter = {
  name: string
  in: 'query' | 'path' | 'header'
  required: boolean
  description: string
  schema: { type: 'string' }
  example?: string
}

export const outcomeContent = {
  'application/fhir+json': {
    schema: { $ref: '#/components/schemas/OperationOutcome' },
    example: {
      resourceType: 'OperationOutcome',
      issue: [{ severity: 'information', code: 'informational', diagnostics: 'The export was accepted' }],
    },
  },
}

const meanings = {
  400: 'A parameter, header or body is malformed or not supported',
  403: 'This client may not do this',
  404: 'There is no such thing here, or no longer',
  410: 'The resource was deleted',
  412: 'If-Match names another version than the current one',
  413: 'The body is too large',
  415: 'The Content-Type of the body is not one of those accepted',
  416: 'The range lies behind the end of the file',
  500: 'The job failed, or the server did',
  503: 'The database or the storage does not answer now; try again after Retry-After',
} as const

/** Error answers, each with an OperationOutcome. */
export const outcomes = (...statuses: readonly (keyof typeof meanings)[]): Responses =>
  Object.fromEntries(
    statuses.map((status) => [status, { description: meanings[status], content: outcomeContent }]),
  )

const queryParameter = (name: string, description: string, example: string): Parameter => ({
  name,
  in: 'query',
  required: false,
  description,
  schema: { type: 'string' },
  example,
})

export const exportParameters: Parameter[] = [
  queryParameter('_outputFormat', 'NDJSON, in one of its three spellings', 'application/fhir+ndjson'),
  queryParameter('_type', 'Resource types, comma-separated or repeated; absent: all', 'Patient,Observation'),
  queryParameter('_since', 'Only resources changed after this instant', '2026-01-01T00:00:00Z'),
  queryParameter(
    '_until',
    'Only resources whose current version was written before this instant',
    '2026-02-01T00:00:00Z',
  ),
  {
    name: 'Prefer',
    in: 'header',
    required: false,
    description: 'respond-async; handling=lenient ignores what is not supported, and reports it',
    schema: { type: 'string' },
    example: 'respond-async, handling=lenient',
  },
]

export const pathParameter = (name: string, description: string): Parameter => ({
  name,
  in: 'path',
  required: true,
  description,
  schema: { type: 'string' },
})

export const ifMatch: Parameter = {
  name: 'If-Match',
  in: 'header',
  required: false,
  description: 'Only if this version is the current one',
  schema: { type: 'string' },
  example: 'W/"3"',
}
