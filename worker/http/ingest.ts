import type { Context } from 'hono'
import type { Deps } from '../deps.ts'
import { SluiceError } from '../errors.ts'
import { ingestNdjson } from '../ingest/ingest-ndjson.ts'
import { outcomes } from './openapi-parts.ts'
import { assertMediaType } from './request-body.ts'
import { type App, route } from './route.ts'

const ndjsonTypes = ['application/fhir+ndjson', 'application/ndjson', 'application/x-ndjson']

/** `POST /admin/api/ingest`: loads an NDJSON stream of any length, as it arrives. */
export const registerIngest = (app: App, deps: Deps): void => {
  route(app, '/admin/api/ingest', {
    post: {
      operationId: 'ingestResources',
      summary: 'Load resources as NDJSON, of any types mixed; gzip by Content-Encoding',
      tags: ['Administration'],
      requestBody: { required: true, content: { 'application/fhir+ndjson': { schema: { type: 'string' } } } },
      responses: {
        200: {
          description: 'What was stored, and which lines were refused and why',
          content: { 'application/json': { schema: { $ref: '#/components/schemas/IngestReport' } } },
        },
        ...outcomes(400, 403, 415, 503),
      },
      handler: async (c) => c.json(await ingestNdjson(deps, bodyOf(c))),
    },
  })
}

const bodyOf = (c: Context): ReadableStream<Uint8Array> => {
  const { raw } = c.req
  assertMediaType(raw, ndjsonTypes)
  if (raw.body === null) return new ReadableStream({ start: (controller) => controller.close() })
  const encoding = raw.headers.get('content-encoding')?.toLowerCase() ?? 'identity'
  switch (encoding) {
    case 'identity':
      return raw.body
    case 'gzip':
      return raw.body.pipeThrough(new DecompressionStream('gzip'))
    default:
      throw new SluiceError(
        'unsupported-media-type',
        'Cannot read body: its Content-Encoding must be gzip or identity',
      )
  }
}
