import type { Context } from 'hono'
import { type Deps, fhirBase } from '../deps.ts'
import { SluiceError } from '../errors.ts'
import { isResourceId } from '../fhir/reference.ts'
import { isResourceType, type ResourceType, suggestType } from '../fhir/resource-type.ts'
import { deleteResource } from '../ingest/delete-resource.ts'
import { getResource } from '../ingest/get-resource.ts'
import { putResource } from '../ingest/put-resource.ts'
import type { StoredVersion } from '../store/read-resource.ts'
import { fhirJson } from './error-response.ts'
import { headers, outcomes, pathParameter, requestHeaders } from './openapi-parts.ts'
import { readJsonText } from './request-body.ts'
import { type App, fhirRoot, route } from './route.ts'

/** `PUT`, `GET`, `DELETE [base]/{type}/{id}` (FHIR R4 http.html). */
export const registerResource = (app: App, deps: Deps): void => {
  const parameters = [
    pathParameter('type', 'A resource type of FHIR R4', 'Patient'),
    pathParameter('id', 'The id of the resource', 'example'),
  ]
  const shared = { tags: ['FHIR REST'], parameters }
  const { ifMatch, ifNoneMatch, ifNoneMatchAny } = requestHeaders
  const validators = { ETag: headers.versionTag, 'Last-Modified': headers.lastModified }
  refuseOperations(app, deps)
  const body = { schema: { type: 'object' as const }, example: { resourceType: 'Patient', id: 'example' } }
  const content = { 'application/fhir+json': body }
  route(app, fhirRoot(deps.config), '/{type}/{id}', {
    get: {
      ...shared,
      operationId: 'readResource',
      summary: 'Read the current version of a resource',
      parameters: [...parameters, ifNoneMatch],
      responses: {
        200: { description: 'The resource', headers: validators, content },
        304: { description: 'Not modified', headers: validators },
        ...outcomes(400, 403, 404, 410, 503),
      },
      handler: async (c) => {
        const { type, id } = nameOf(c)
        return resourceResponse(c, await getResource(deps, type, id))
      },
    },
    put: {
      ...shared,
      operationId: 'putResource',
      summary: 'Create a resource, or write a new version of it',
      parameters: [...parameters, ifMatch, ifNoneMatchAny],
      requestBody: { required: true, content: { ...content, 'application/json': body } },
      responses: {
        200: { description: 'A new version was written', headers: validators, content },
        201: {
          description: 'The resource was created',
          headers: { ...validators, Location: headers.location },
          content,
        },
        ...outcomes(400, 403, 404, 412, 413, 415, 503),
      },
      handler: (c) => answerPut(c, deps),
    },
    delete: {
      ...shared,
      operationId: 'deleteResource',
      summary: 'Delete a resource; its earlier versions stay for exports already begun',
      parameters: [...parameters, ifMatch],
      responses: {
        204: { description: 'It is not there any more' },
        ...outcomes(400, 403, 404, 412, 503),
      },
      handler: async (c) => {
        const { type, id } = nameOf(c)
        await deleteResource(deps, type, id, expectedVersion(c))
        return c.body(null, 204)
      },
    },
  })
}

/** Operations that clients may look for and this version lacks: an id they are not. */
const refuseOperations = (app: App, { config }: Deps): void => {
  app.all(`${config.fhirPath}/:type/:operation{\\$.+}`, () => {
    throw new SluiceError(
      'not-found',
      'Cannot find this operation: only the system-level $export is served here',
    )
  })
}

const answerPut = async (c: Context, deps: Deps): Promise<Response> => {
  const { type, id } = nameOf(c)
  const expected = isCreateOnly(c) ? 0 : expectedVersion(c)
  const text = await readJsonText(c.req.raw, deps.config.limits.maxResourceBytes)
  if (text === undefined)
    throw new SluiceError('invalid', `Cannot store ${type}/${id}: the request has no body`)
  const { version, isCreated } = await putResource(deps, type, id, text, expected)
  const response = resourceResponse(c, version, isCreated ? 201 : 200)
  if (isCreated) {
    const location = `${fhirBase(deps.config)}/${type}/${id}/_history/${version.versionId}`
    response.headers.set('Location', location)
  }
  return response
}

const resourceResponse = (c: Context, version: StoredVersion, status: 200 | 201 = 200): Response => {
  const etag = `W/"${version.versionId}"`
  const headers = {
    ETag: etag,
    'Last-Modified': new Date(version.lastUpdated).toUTCString(),
    'Cache-Control': 'private, no-cache',
  }
  if (c.req.method !== 'PUT' && isSeen(c, etag)) return c.body(null, 304, headers)
  return c.body(version.line, status, { ...headers, 'Content-Type': fhirJson })
}

/** `If-None-Match` of a read: compared weakly, so that `"3"` is `W/"3"` (RFC 9110 section 13.1.2). */
const isSeen = (c: Context, etag: string): boolean => {
  const tags = (c.req.header('if-none-match') ?? '').split(',').map((tag) => tag.trim())
  return tags.includes('*') || tags.includes(etag) || tags.includes(etag.replace('W/', ''))
}

const nameOf = (c: Context): { readonly type: ResourceType; readonly id: string } => {
  const type = c.req.param('type') ?? ''
  const id = c.req.param('id') ?? ''
  if (!isResourceType(type)) {
    const hint = suggestType(type)
    throw new SluiceError(
      'not-found',
      `Cannot find this URL: its type is none of FHIR R4${hint === undefined ? '' : `, did you mean "${hint}"?`}`,
    )
  }
  if (!isResourceId(id))
    throw new SluiceError('invalid', 'Cannot read id: a FHIR id has 1 to 64 of A-Z a-z 0-9 - .')
  return { type, id }
}

/** `If-Match: W/"3"` (FHIR R4 http.html, "Managing Resource Contention"); a strong tag is taken for the weak one. */
const expectedVersion = (c: Context): number | undefined => {
  const header = c.req.header('if-match')
  if (header === undefined) return undefined
  const version = /^(?:W\/)?"([1-9]\d{0,14})"$/.exec(header.trim())?.[1]
  if (version === undefined)
    throw new SluiceError('invalid', 'Cannot read If-Match: it must be one version tag such as W/"3"')
  return Number(version)
}

/** `If-None-Match: *` asks to create and never to overwrite; what else it could say of a write nobody needs. */
const isCreateOnly = (c: Context): boolean => {
  const header = c.req.header('if-none-match')?.trim()
  if (header === undefined) return false
  if (header === '*' && c.req.header('if-match') === undefined) return true
  throw new SluiceError('invalid', 'Cannot read If-None-Match: of a write it must be *, without If-Match')
}
