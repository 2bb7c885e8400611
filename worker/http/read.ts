import type { Context } from 'hono'
import type { Deps } from '../deps.ts'
import type { ResourceType } from '../fhir/resource-type.ts'
import { getResource } from '../ingest/get-resource.ts'
import { getVersion } from '../ingest/get-version.ts'
import { readResource, type StoredVersion } from '../store/read-resource.ts'
import { asksForBinaryResource, assertJsonAccepted } from './accept.ts'
import { binaryJsonBody, rawBody } from './binary-response.ts'
import type { Interaction } from './capabilities.ts'
import { fhirJson } from './error-response.ts'
import { outcomes } from './openapi-parts.ts'
import { ownDefinition } from './own-definition.ts'
import { nameOf, versionIdOf } from './resource-name.ts'
import {
  idParameter,
  readAnswers,
  readParameters,
  tags,
  typeParameter,
  versionIdParameter,
} from './resource-parts.ts'
import { type Body, jsonBody, readResponse } from './resource-response.ts'

/** `GET [base]/{type}/{id}` (FHIR R4 http.html#read). */
export const read = (deps: Deps): Interaction => ({
  code: 'read',
  path: '/{type}/{id}',
  method: 'get',
  operation: {
    operationId: 'readResource',
    summary: 'Read the current version of a resource',
    tags,
    parameters: [typeParameter, idParameter, ...readParameters],
    responses: { ...readAnswers, ...outcomes(400, 403, 404, 406, 410, 503) },
    access: 'client',
    handler: async (c) => {
      const { type, id } = nameOf(c)
      const body = bodyFor(c, type)
      const own = ownDefinition(deps.config, type, id)
      if (own !== undefined && !(await isStored(deps, type, id)))
        return c.body(JSON.stringify(own), 200, { 'Content-Type': fhirJson, 'Cache-Control': 'no-cache' })
      return readResponse(c, await getResource(deps, type, id), body)
    },
  },
})

/** `GET [base]/{type}/{id}/_history/{versionId}` (FHIR R4 http.html#vread). */
export const vread = (deps: Deps): Interaction => ({
  code: 'vread',
  path: '/{type}/{id}/_history/{versionId}',
  method: 'get',
  operation: {
    operationId: 'readResourceVersion',
    summary: 'Read one version of a resource, current or not',
    tags,
    parameters: [typeParameter, idParameter, versionIdParameter, ...readParameters],
    responses: { ...readAnswers, ...outcomes(400, 403, 404, 406, 410, 503) },
    access: 'client',
    handler: async (c) => {
      const { type, id } = nameOf(c)
      const versionId = versionIdOf(c)
      const body = bodyFor(c, type)
      return readResponse(c, await getVersion(deps, type, id, versionId), body)
    },
  },
})

const isStored = async ({ db }: Deps, type: ResourceType, id: string): Promise<boolean> =>
  (await readResource(db, type, id))?.deleted === false

/** Decided before anything is read: what would not be accepted is not looked for. */
const bodyFor = (c: Context, type: ResourceType): ((version: StoredVersion) => Body) => {
  if (type === 'Binary') return asksForBinaryResource(c.req.raw) ? binaryJsonBody : rawBody
  assertJsonAccepted(c.req.raw)
  return jsonBody
}
