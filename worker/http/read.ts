import type { Context } from 'hono'
import type { Deps } from '../deps.ts'
import type { OperationDefinition } from '../fhir/operation-definition.ts'
import type { ResourceType } from '../fhir/resource-type.ts'
import { getResource } from '../ingest/get-resource.ts'
import { getVersion } from '../ingest/get-version.ts'
import { isThere } from '../store/is-there.ts'
import type { StoredVersion } from '../store/read-resource.ts'
import { asksForBinaryResource, assertJsonAccepted } from './accept.ts'
import { grantsAtRest } from './asker.ts'
import { binaryJsonBody, rawBody } from './binary-response.ts'
import type { Interaction } from './capabilities.ts'
import { fhirJson } from './error-response.ts'
import { outcomes } from './openapi-responses.ts'
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
    access: async (c) => ((await ownDefinitionFor(c, deps)) === undefined ? 'client' : 'public'),
    handler: async (c) => {
      const { type, id } = nameOf(c)
      const body = bodyFor(c, type)
      const own = c.get('ownDefinition')
      if (own !== undefined)
        return c.body(JSON.stringify(own), 200, { 'Content-Type': fhirJson, 'Cache-Control': 'no-cache' })
      return readResponse(c, await getResource(deps, grantsAtRest(c), type, id), body)
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
      return readResponse(c, await getVersion(deps, grantsAtRest(c), type, id, versionId), body)
    },
  },
})

declare module 'hono' {
  interface ContextVariableMap {
    /** What a read answers to everybody; of no other route, and of no resource that is stored. */
    readonly ownDefinition: OperationDefinition | undefined
  }
}

/** Looked up once, before anybody is asked who he is: the answer must be that to which he was let in. */
const ownDefinitionFor = async (
  c: Context,
  { db, config }: Deps,
): Promise<OperationDefinition | undefined> => {
  const [type, id = ''] = [c.req.param('type'), c.req.param('id')]
  const own = type === 'OperationDefinition' ? ownDefinition(config, type, id) : undefined
  if (own === undefined || (await isThere(db, 'OperationDefinition', id))) return undefined
  c.set('ownDefinition', own)
  return own
}

/** Decided before anything is read: what would not be accepted is not looked for. */
const bodyFor = (c: Context, type: ResourceType): ((version: StoredVersion) => Body) => {
  if (type === 'Binary') return asksForBinaryResource(c.req.raw) ? binaryJsonBody : rawBody
  assertJsonAccepted(c.req.raw)
  return jsonBody
}
