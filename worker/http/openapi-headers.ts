/** Headers of answers, in the OpenAPI document. */
export type Header = { description: string; schema: Scalar; example: string | number }
export type Scalar = { type: 'string'; format?: string } | { type: 'integer'; minimum?: number }

export const header = (description: string, example: string): Header => ({
  description,
  schema: { type: 'string' },
  example,
})
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
