import type { Deps } from '../deps.ts'
import { deleteResource } from '../ingest/delete-resource.ts'
import { grantsAtRest } from './asker.ts'
import type { Interaction } from './capabilities.ts'
import { requestHeaders } from './openapi-parameters.ts'
import { outcomes } from './openapi-responses.ts'
import { expectedVersion } from './preconditions.ts'
import { nameOf } from './resource-name.ts'
import { idParameter, tags, typeParameter } from './resource-parts.ts'

/** `DELETE [base]/{type}/{id}` (FHIR R4 http.html#delete). */
export const remove = (deps: Deps): Interaction => ({
  code: 'delete',
  path: '/{type}/{id}',
  method: 'delete',
  operation: {
    operationId: 'deleteResource',
    summary: 'Delete a resource; its earlier versions stay in its history and for exports already begun',
    tags,
    parameters: [typeParameter, idParameter, requestHeaders.ifMatch],
    responses: {
      204: { description: 'It is not there any more' },
      ...outcomes(400, 403, 404, 412, 503),
    },
    access: 'client',
    handler: async (c) => {
      const { type, id } = nameOf(c)
      await deleteResource(deps, grantsAtRest(c), type, id, expectedVersion(c))
      return c.body(null, 204)
    },
  },
})
