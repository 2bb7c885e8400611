import type { Context } from 'hono'
import type { Deps } from '../deps.ts'
import { SluiceError } from '../errors.ts'
import { createResource } from '../ingest/create-resource.ts'
import { grantsAtRest } from './asker.ts'
import type { Interaction } from './capabilities.ts'
import { requestHeaders } from './openapi-parameters.ts'
import { outcomes } from './openapi-responses.ts'
import { readResourceText } from './resource-body.ts'
import { typeOf } from './resource-name.ts'
import { created, resourceRequest, tags, typeParameter, writeParameters } from './resource-parts.ts'
import { writeResponse } from './resource-response.ts'

/** `POST [base]/{type}` (FHIR R4 http.html#create). */
export const create = (deps: Deps): Interaction => ({
  code: 'create',
  path: '/{type}',
  method: 'post',
  operation: {
    operationId: 'createResource',
    summary: 'Create a resource, under an id that the server gives it',
    description: 'An id in the body is ignored. `If-None-Exist` is refused, as it needs search.',
    tags,
    parameters: [typeParameter, ...writeParameters, requestHeaders.contentEncoding],
    requestBody: resourceRequest,
    responses: { 201: created, ...outcomes(400, 403, 404, 413, 415, 503) },
    access: 'client',
    handler: (c) => answerCreate(c, deps),
  },
})

const answerCreate = async (c: Context, deps: Deps): Promise<Response> => {
  const type = typeOf(c)
  // 412 would say that the condition was looked at; ignoring it would create what the client has already.
  if (c.req.header('if-none-exist') !== undefined)
    throw new SluiceError(
      'not-supported',
      'Cannot process If-None-Exist: conditional create is not supported, as it needs search',
    )
  const text = await readResourceText(c, deps, type)
  return writeResponse(c, deps, type, await createResource(deps, grantsAtRest(c), type, text))
}
