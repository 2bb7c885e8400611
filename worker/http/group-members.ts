import type { Context } from 'hono'
import { type Deps, fhirBase } from '../deps.ts'
import { SluiceError } from '../errors.ts'
import { readMemberParameters } from '../fhir/member-parameters.ts'
import { outcomeOf } from '../fhir/operation-outcome.ts'
import { isResourceId } from '../fhir/reference.ts'
import { addMembers, type MembersChanged, removeMembers } from '../ingest/change-members.ts'
import { grantsAtRest } from './asker.ts'
import { fhirJson } from './error-response.ts'
import { headers } from './openapi-headers.ts'
import { pathParameter, requestHeaders } from './openapi-parameters.ts'
import { informationContent, outcomes } from './openapi-responses.ts'
import { expectedVersion } from './preconditions.ts'
import { readJson } from './request-body.ts'
import { type App, fhirRoot, type Operation, route } from './route.ts'

/** `POST [base]/Group/{id}/$member-add` and `$member-remove` (Da Vinci ATR): no body must hold all members of a large Group. */
export const registerGroupMembers = (app: App, deps: Deps): void => {
  const root = fhirRoot(deps.config)
  route(app, root, '/Group/{id}/$member-add', {
    post: {
      ...shared('Members added: 1; Group/example has version 4'),
      operationId: 'addGroupMembers',
      summary: 'Make patients members of a Group, from now on or in a period',
      access: 'client',
      handler: (c) => answer(c, deps, 'member-add'),
    },
  })
  route(app, root, '/Group/{id}/$member-remove', {
    post: {
      ...shared('Members removed: 1; Group/example has version 5'),
      operationId: 'removeGroupMembers',
      summary: 'Take patients out of a Group; exports already begun still have them',
      access: 'client',
      handler: (c) => answer(c, deps, 'member-remove'),
    },
  })
}

const shared = (diagnostics: string): Omit<Operation, 'operationId' | 'handler' | 'access'> => {
  const body = {
    schema: { type: 'object' as const },
    example: {
      resourceType: 'Parameters',
      parameter: [{ name: 'patientReference', valueReference: { reference: 'Patient/2' } }],
    },
  }
  return {
    tags: ['FHIR REST'],
    description:
      'A Parameters resource with `patientReference`, once for each patient (up to 50,000), and to add them with an `attributionPeriod` for all. All of them change, in one new version of the Group, or none. Who is what was asked for already stays so.',
    parameters: [pathParameter('id', 'The id of the Group', 'example'), requestHeaders.ifMatch],
    requestBody: {
      required: true,
      content: { 'application/fhir+json': body, 'application/json': body },
    },
    responses: {
      200: {
        description: 'How many members changed. ETag is the version of the Group',
        headers: { ETag: headers.versionTag, 'Last-Modified': headers.lastModified },
        content: informationContent(diagnostics),
      },
      ...outcomes(400, 403, 404, 410, 412, 413, 415, 503),
    },
  }
}

const answer = async (
  c: Context,
  deps: Deps,
  operation: 'member-add' | 'member-remove',
): Promise<Response> => {
  const id = c.req.param('id') ?? ''
  if (!isResourceId(id))
    throw new SluiceError('invalid', 'Cannot read id: a FHIR id has 1 to 64 of A-Z a-z 0-9 - .')
  const expected = expectedVersion(c)
  const body = await readJson(c.req.raw, deps.config.limits.maxRequestBytes)
  if (body === undefined) throw new SluiceError('invalid', 'Cannot read body: there is none')
  const parameters = readMemberParameters(operation, body, fhirBase(deps.config))
  const verb = operation === 'member-add' ? addMembers : removeMembers
  return changedResponse(c, id, operation, await verb(deps, grantsAtRest(c), id, parameters, expected))
}

const changedResponse = (
  c: Context,
  id: string,
  operation: 'member-add' | 'member-remove',
  { changed, versionId, lastUpdated }: MembersChanged,
): Response => {
  const what = operation === 'member-add' ? 'added' : 'removed'
  const diagnostics = `Members ${what}: ${changed}; Group/${id} has version ${versionId}`
  const outcome = outcomeOf([{ severity: 'information', code: 'informational', diagnostics }])
  return c.body(JSON.stringify(outcome), 200, {
    'Content-Type': fhirJson,
    'Cache-Control': 'no-store',
    ETag: `W/"${versionId}"`,
    'Last-Modified': new Date(lastUpdated).toUTCString(),
  })
}
