import type { Scalar } from './openapi-headers.ts'

/** Parameters and headers of requests, in the OpenAPI document. */
export type Parameter = {
  name: string
  in: 'query' | 'path' | 'header'
  required: boolean
  description: string
  schema: Scalar | { type: 'array'; items: Scalar }
  example: string | number | readonly string[]
  style?: 'form'
  explode?: false
}

const text: Scalar = { type: 'string' }

export const optional = (
  place: 'query' | 'header',
  name: string,
  description: string,
  example: string,
): Parameter => ({ name, in: place, required: false, description, schema: text, example })

export const amount = (name: string, description: string, example: number, minimum = 1): Parameter => ({
  name,
  in: 'query',
  required: false,
  description,
  schema: { type: 'integer', minimum },
  example,
})

/** Values by commas. */
export const list = (name: string, description: string, example: readonly string[]): Parameter => ({
  name,
  in: 'query',
  required: false,
  description,
  schema: { type: 'array', items: text },
  style: 'form',
  explode: false,
  example,
})

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
