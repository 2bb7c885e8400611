import type { Context } from 'hono'
import type { Deps } from '../deps.ts'
import { hasCode, SluiceError } from '../errors.ts'
import { loadResources } from '../ingest/load-resources.ts'
import { askerOf } from './asker.ts'
import { requestHeaders } from './openapi-parameters.ts'
import { outcomes } from './openapi-responses.ts'
import { schemaRef } from './openapi-schemas.ts'
import { assertMediaType, openBody } from './request-body.ts'
import { type App, route, serviceRoot } from './route.ts'

const ndjsonTypes = ['application/fhir+ndjson', 'application/ndjson', 'application/x-ndjson']

/** `POST /admin/api/ingest`: loads an NDJSON stream of any length, as it arrives. */
export const registerIngest = (app: App, deps: Deps): void => {
  const example = '{"resourceType":"Patient","id":"example"}\n{"resourceType":"Organization","id":"1"}\n'
  route(app, serviceRoot(deps.config), '/admin/api/ingest', {
    post: {
      operationId: 'ingestResources',
      summary: 'Load resources as NDJSON, of any types mixed',
      description:
        'Resources are stored in the order of their lines, in many transactions; a line that is refused does not stop the others. Sending the same lines again is safe.',
      tags: ['Administration'],
      parameters: [requestHeaders.contentEncoding],
      requestBody: {
        required: true,
        content: Object.fromEntries(
          ndjsonTypes.map((mediaType) => [mediaType, { schema: { type: 'string' }, example }]),
        ),
      },
      responses: {
        200: {
          description: 'What was stored, and which lines were refused and why',
          content: {
            'application/json': {
              schema: schemaRef('IngestReport'),
              example: {
                stored: 2,
                refused: 1,
                problems: [{ line: 3, reason: 'Cannot read the resource: it has no id' }],
              },
            },
          },
        },
        ...outcomes(400, 403, 415, 503),
      },
      access: 'admin',
      handler: (c) => answerIngest(c, deps),
    },
  })
}

const answerIngest = async (c: Context, deps: Deps): Promise<Response> => {
  assertMediaType(c.req.raw, ndjsonTypes)
  try {
    return c.json(await loadResources(deps, openBody(c.req.raw), askerOf(c).actor))
  } catch (error) {
    if (!hasCode(error, 'invalid')) throw error
    const advice = 'lines before that may be stored, and sending them again is safe'
    throw new SluiceError('invalid', `${error.message}; ${advice}`, { cause: error })
  }
}
