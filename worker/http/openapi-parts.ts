import type { RouteConfig } from '@hono/zod-openapi'
import { schemaRef } from './openapi-schemas.ts'

/** Pieces of the OpenAPI document that several operations share. */
type Responses = RouteConfig['responses']
type Scalar = { type: 'string'; format?: string } | { type: 'integer'; minimum?: number }
type Schema = Scalar | { type: 'array'; items: Scalar }
type Parameter = {
  name: string
  in: 'query' | 'path' | 'header'
  required: boolean
  description: string
  schema: Schema
  example: string | number | readonly string[]
  style?: 'form'
  explode?: false
}
type Header = { description: string; schema: Scalar; example: string | number }
type Headers = Record<string, Header>

const text: Scalar = { type: 'string' }

const informationOf = (diagnostics: string) => ({
  resourceType: 'OperationOutcome',
  issue: [{ severity: 'information', code: 'informational', diagnostics }],
})

/** An answer that is not an error and has an OperationOutcome, such as this one. */
export const informationContent = (diagnostics: string) => ({
  'application/fhir+json': {
    schema: schemaRef('OperationOutcome'),
    example: informationOf(diagnostics),
  },
})

const errors = {
  400: ['invalid', 'A parameter, header or body is malformed or not supported'],
  401: ['login', 'There are no credentials, or they are not good; `WWW-Authenticate` says which'],
  403: ['forbidden', 'This client may not do this'],
  404: ['not-found', 'There is no such thing here, or no longer'],
  406: ['not-supported', 'Accept, `_format` or Accept-Encoding refuses everything that can be sent'],
  409: ['conflict', 'Another request was quicker; send it again'],
  410: ['deleted', 'The resource was deleted'],
  412: ['conflict', 'The condition of the request does not hold'],
  413: ['too-long', 'The body is too large'],
  415: ['not-supported', 'The Content-Type or Content-Encoding of the body is not one of those accepted'],
  422: ['business-rule', 'The Idempotency-Key came with another request before'],
  429: ['throttled', 'Too many at once; try again after Retry-After'],
  416: ['invalid', 'The range lies behind the end of the file'],
  500: ['processing', 'The export failed'],
  501: ['not-supported', 'The server is configured not to do this'],
  503: ['transient', 'The database or the storage does not answer now; try again after Retry-After'],
} as const

const header = (description: string, example: string): Header => ({ description, schema: text, example })
const seconds = (description: string, example: number): Header => ({
  description,
  schema: { type: 'integer', minimum: 1 },
  example,
})

export const headers = {
  contentLocation: header(
    'The absolute URL of the status request',
    'http://127.0.0.1:8080/fhir/$export-status/5f0f2c0e-6a5d-4c1e-9d0b-2f1d5a6b7c8d',
  ),
  xProgress: header(
    'Percent, state, and the type being written with its lines; under 100 characters',
    '64% in-progress Observation 12000/50000',
  ),
  xExportStatus: header(
    'With `separate-export-status`: how the export is getting on, as a status code',
    '202 Accepted',
  ),
  preferenceApplied: header(
    'Only where `separate-export-status` was asked for: what was applied of `Prefer`',
    'respond-async, separate-export-status',
  ),
  retryAfter: seconds('Whole seconds to wait before asking again', 2),
  expires: header(
    'When the files go away, or the URLs of the manifest end, whichever is sooner: then ask again for new ones',
    'Fri, 27 Nov 2026 10:26:46 GMT',
  ),
  versionTag: header('The version of the resource', 'W/"3"'),
  lastModified: header('When it was last changed', 'Fri, 20 Nov 2026 10:26:46 GMT'),
  location: header('The version created', 'http://127.0.0.1:8080/fhir/Patient/example/_history/1'),
  etag: header('Identifies these bytes', '"5d41402abc4b2a76b9719d911017c592"'),
  acceptRanges: header('`bytes`, or `none` for a gzipped answer', 'bytes'),
  contentRange: header('Which bytes these are, and of how many', 'bytes 0-1023/146515'),
  contentEncoding: header('`gzip` when the answer is gzipped', 'gzip'),
  contentLength: header('The number of bytes, unless the answer is gzipped', '146515'),
  vary: header('Answers differ by this header of the request', 'Accept-Encoding'),
  varyAccept: header('Of a Binary: answers differ by this header of the request', 'Accept'),
  securityContext: header('With the content of a Binary: its `securityContext`', 'Patient/example'),
  contentDisposition: header('With the content of a Binary: browsers save it', 'attachment'),
  contentSecurityPolicy: header(
    'With the content of a Binary: browsers run nothing of it',
    "default-src 'none'; sandbox",
  ),
  crossOriginResourcePolicy: header(
    'With the content of a Binary: pages of others cannot embed it',
    'same-origin',
  ),
} as const

const errorHeaders: Partial<Record<keyof typeof errors, Headers>> = {
  401: {
    'WWW-Authenticate': header('RFC 6750 section 3', 'Bearer realm="fhir", error="invalid_token"'),
  },
  406: { Vary: headers.vary },
  412: { Vary: headers.vary },
  416: { 'Content-Range': header('How many bytes there are', 'bytes */146515'), Vary: headers.vary },
  429: { 'Retry-After': headers.retryAfter },
  503: { 'Retry-After': headers.retryAfter },
}

const errorResponse = (status: keyof typeof errors) => {
  const [code, description] = errors[status]
  const example = {
    resourceType: 'OperationOutcome',
    issue: [{ severity: 'error', code, diagnostics: description }],
  }
  const content = { 'application/fhir+json': { schema: schemaRef('OperationOutcome'), example } }
  const answerHeaders = errorHeaders[status]
  return { description, ...(answerHeaders === undefined ? {} : { headers: answerHeaders }), content }
}

const statuses = [400, 401, 403, 404, 406, 409, 410, 412, 413, 415, 416, 422, 429, 500, 501, 503] as const
const nameOf = (status: keyof typeof errors): string => `Error${status}`

/** All of them by name; each has an OperationOutcome. */
export const errorResponses = statuses.map((status) => [nameOf(status), errorResponse(status)] as const)

/** The error answers of an operation. */
export const outcomes = (...given: readonly (keyof typeof errors)[]): Responses =>
  Object.fromEntries(given.map((status) => [status, { $ref: `#/components/responses/${nameOf(status)}` }]))

export const optional = (
  place: 'query' | 'header',
  name: string,
  description: string,
  example: string,
): Parameter => ({ name, in: place, required: false, description, schema: text, example })

const amount = (name: string, description: string, example: number, minimum = 1): Parameter => ({
  name,
  in: 'query',
  required: false,
  description,
  schema: { type: 'integer', minimum },
  example,
})

/** Wishes about the work; none of them changes which lines come out, nor their order. */
const tuningParameters: Parameter[] = [
  amount('_maxCount', 'Rows of a page, at most 10,000', 1000),
  amount('fetchResourceBatchSize', 'The same as `_maxCount`', 1000),
  amount('patientReferenceBatchSize', 'Most patients of a query, up to 10,000', 100),
  amount(
    'uploadPartSize',
    'Bytes of a part of an upload: at most twice `PART_BYTES`, at least 5 MiB where the storage is S3',
    8_388_608,
  ),
  optional(
    'query',
    'loglevel',
    'What the service logs of this export: `debug`, `info`, `warn` or `error`',
    'debug',
  ),
  optional(
    'query',
    '_isParallel',
    '`false`: one work unit of this export is advanced at a time; `true` changes nothing',
    'false',
  ),
  ...['requestsMemory', 'ram', 'limitsMemory'].map((name) =>
    optional(
      'query',
      name,
      'A Kubernetes quantity, which stands for the nearest of three budget profiles: small, medium and large',
      '2G',
    ),
  ),
  amount(
    'ttlSecondsAfterFinished',
    'Seconds that the list of the patients exported is kept after the end, no longer than the files',
    3600,
    0,
  ),
]

export const exportParameters: Parameter[] = [
  optional(
    'query',
    '_outputFormat',
    'NDJSON, in one of its three spellings: `application/fhir+ndjson`, `application/ndjson`, `ndjson`',
    'application/fhir+ndjson',
  ),
  {
    name: '_type',
    in: 'query',
    required: false,
    description: 'Resource types, comma-separated or repeated; absent: all',
    schema: { type: 'array', items: { type: 'string' } },
    style: 'form',
    explode: false,
    example: ['Patient', 'Observation'],
  },
  {
    name: '_elements',
    in: 'query',
    required: false,
    description:
      'Root elements to keep, comma-separated or repeated: `Patient.birthDate`, or `birthDate` of every type that has it; mandatory ones stay anyway, and what is cut is tagged `SUBSETTED`. Types that nothing is said of stay whole; absent: all do',
    schema: { type: 'array', items: { type: 'string' } },
    style: 'form',
    explode: false,
    example: ['Patient.birthDate', 'Observation.code', 'Observation.value'],
  },
  optional(
    'query',
    '_since',
    'Only resources changed after this instant; a date means its first instant in UTC, `job:` and the id of a completed export its `transactionTime`',
    '2026-01-01T00:00:00Z',
  ),
  optional(
    'query',
    '_until',
    'Only resources whose current version was written before this instant',
    '2026-02-01T00:00:00Z',
  ),
  optional('query', '_till', 'The same as `_until`', '2026-02-01T00:00:00Z'),
  ...tuningParameters,
  optional(
    'query',
    'allowPartialManifests',
    '`true`: the manifest may come in pages, and the first of them while the export still runs',
    'true',
  ),
  optional(
    'query',
    '_dryRun',
    '`true` starts nothing and answers what the export would be: resources and bytes by type, files and seconds',
    'false',
  ),
  optional(
    'header',
    'Idempotency-Key',
    'Of your own making, 1 to 255 visible ASCII characters: the same request with the same key gets the same export, not a second one',
    '"4e8f64a3-3a2c-4d0e-9a3d-3f3f5c6b7a8d"',
  ),
  optional(
    'query',
    'organizeOutputBy',
    '`Patient`: files hold blocks, each of a header, a Patient and what is his, instead of one type; what belongs to no patient is left out',
    'Patient',
  ),
  {
    name: 'includeAssociatedData',
    in: 'query',
    required: false,
    description:
      'What comes beside the resources themselves, comma-separated or repeated: `LatestProvenanceResources` or `RelevantProvenanceResources`, the latest Provenance of each exported resource or all of it; `_history`, every version; `_deleted`, deletions also without `_since`',
    schema: { type: 'array', items: { type: 'string' } },
    style: 'form',
    explode: false,
    example: ['LatestProvenanceResources'],
  },
  optional(
    'header',
    'Prefer',
    '`respond-async`, which is done in any case unless `HEADERS` is `strict`; `handling=lenient` ignores parameters that are not supported, and reports them; `separate-export-status` makes status requests answer 200, with the status of the export in `X-Export-Status`',
    'respond-async, handling=lenient',
  ),
]

/** Besides the search parameters of the type, which are too many to list here. */
export const searchParameters: Parameter[] = [
  optional('query', '_id', 'Ids of resources, comma-separated', 'example'),
  optional('query', '_lastUpdated', 'When it was last changed, with a prefix such as `ge`', 'ge2026-01-01'),
  optional('query', '_count', 'Resources on a page, at most 1,000', '50'),
  optional(
    'query',
    '_sort',
    '`_lastUpdated` or `_id`, with `-` in front for the other way round',
    '-_lastUpdated',
  ),
  optional('query', '_total', '`accurate` for the number of all matches, else `none`', 'accurate'),
  optional('query', '_summary', '`count` for nothing but the number of matches', 'count'),
  optional('query', '_elements', 'Root elements to keep; mandatory and modifier elements stay', 'id,name'),
  optional(
    'query',
    '_include',
    'Resources that matches refer to: `Type:parameter` or `Type:parameter:Target`',
    'Observation:subject',
  ),
  optional('query', '_format', 'JSON, by any of its names; overrides `Accept`', 'json'),
]

/** In the query of a POST; in its body it is the same (`COMPAT` allows it in a GET). */
export const patientParameter: Parameter = {
  name: 'patient',
  in: 'query',
  required: false,
  description: 'Only these patients, comma-separated or repeated, as `Patient/1` or `1`',
  schema: { type: 'array', items: { type: 'string' } },
  style: 'form',
  explode: false,
  example: ['Patient/example'],
}

export const pathParameter = (name: string, description: string, example: string): Parameter => ({
  name,
  in: 'path',
  required: true,
  description,
  schema: text,
  example,
})

export const requestHeaders = {
  ifMatch: optional('header', 'If-Match', 'Only if this version is the current one', 'W/"3"'),
  ifNoneMatchAny: optional('header', 'If-None-Match', '`*`: only if there is no such resource', '*'),
  ifNoneMatch: optional('header', 'If-None-Match', 'Only if it is not this one: otherwise 304', 'W/"3"'),
  ifModifiedSince: optional(
    'header',
    'If-Modified-Since',
    'Only if it was changed later: otherwise 304; does not count where there is If-None-Match',
    'Fri, 20 Nov 2026 10:26:46 GMT',
  ),
  format: optional('query', '_format', 'JSON, by any of its names; overrides `Accept`', 'json'),
  preferReturn: optional(
    'header',
    'Prefer',
    '`return=minimal`, `return=representation` or `return=OperationOutcome`: what the answer holds',
    'return=minimal',
  ),
  securityContext: optional(
    'header',
    'X-Security-Context',
    'With the content of a Binary: what becomes its `securityContext`',
    'Patient/example',
  ),
  acceptEncoding: optional('header', 'Accept-Encoding', '`gzip` asks for a gzipped answer', 'gzip'),
  range: optional('header', 'Range', 'One range of bytes, of the file as it is', 'bytes=1024-'),
  ifRange: optional(
    'header',
    'If-Range',
    'The ETag or the Last-Modified of which the range is wanted: otherwise the whole file is sent',
    '"5d41402abc4b2a76b9719d911017c592"',
  ),
  contentEncoding: optional('header', 'Content-Encoding', '`gzip` when the body is one gzip stream', 'gzip'),
} as const

export const historyParameters: Parameter[] = [
  optional('query', '_count', 'At most so many versions on a page; 50 unless told, 1000 at most', '10'),
  optional('query', '_since', 'Only versions written at or after this instant', '2026-01-01T00:00:00Z'),
  optional('query', '_before', 'Only versions with a smaller number: stands in `next` links', '4'),
  requestHeaders.format,
]
