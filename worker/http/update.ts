import type { Context } from 'hono'
import type { Deps } from '../deps.ts'
import { putResource } from '../ingest/put-resource.ts'
import { grantsAtRest } from './asker.ts'
import type { Interaction } from './capabilities.ts'
import { requestHeaders } from './openapi-parameters.ts'
import { outcomes } from './openapi-responses.ts'
import { expectedVersion, isCreateOnly } from './preconditions.ts'
import { readResourceText } from './resource-body.ts'
import { nameOf } from './resource-name.ts'
import {
  created,
  idParameter,
  resourceAnswer,
  resourceRequest,
  tags,
  typeParameter,
  validators,
  writeParameters,
} from './resource-parts.ts'
import { writeResponse } from './resource-response.ts'

/** `PUT [base]/{type}/{id}` (FHIR R4 http.html#update). */
export const update = (deps: Deps): Interaction => ({
  code: 'update',
  path: '/{type}/{id}',
  method: 'put',
  operation: {
    operationId: 'putResource',
    summary: 'Create a resource, or write a new version of it',
    tags,
    parameters: [
      typeParameter,
      idParameter,
      requestHeaders.ifMatch,
      requestHeaders.ifNoneMatchAny,
      ...writeParameters,
      requestHeaders.contentEncoding,
    ],
    requestBody: resourceRequest,
    responses: {
      200: {
        description: 'A new version was written; the body is as `Prefer: return` asks',
        headers: validators,
        content: resourceAnswer,
      },
      201: created,
      ...outcomes(400, 403, 404, 412, 413, 415, 503),
    },
    access: 'client',
    handler: (c) => answerUpdate(c, deps),
  },
})

const answerUpdate = async (c: Context, deps: Deps): Promise<Response> => {
  const { type, id } = nameOf(c)
  const expected = isCreateOnly(c) ? 0 : expectedVersion(c)
  const text = await readResourceText(c, deps, type, id)
  return writeResponse(c, deps, type, await putResource(deps, grantsAtRest(c), type, id, text, expected))
}
