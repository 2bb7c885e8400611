import type { Context } from 'hono'
import { changeAdministrator } from '../auth/change-administrator.ts'
import { createAdministrator } from '../auth/create-administrator.ts'
import { actorOf } from '../auth/principal.ts'
import { renewEnrolment } from '../auth/renew-enrolment.ts'
import type { Deps } from '../deps.ts'
import type { Actor } from '../platform/actor.ts'
import { readAdministrators } from '../store/administrators.ts'
import {
  administratorChangeRequest,
  administratorRequest,
  exampleAdministrator,
  exampleLink,
} from './administrator-schemas.ts'
import { jsonAnswer, jsonRequest } from './json-body.ts'
import { noStore } from './no-store.ts'
import { pathParameter } from './openapi-parameters.ts'
import { outcomes } from './openapi-responses.ts'
import { readForm } from './read-form.ts'
import { type App, type Operation, route, serviceRoot } from './route.ts'
import { showAdministrator, showLink } from './show-administrator.ts'

/** `/admin/api/administrators`: who they are, and what they may do. */
export const registerAdminAdministrators = (app: App, deps: Deps): void => {
  const root = serviceRoot(deps.config)
  route(app, root, '/admin/api/administrators', {
    get: {
      ...shared,
      operationId: 'listAdministrators',
      summary: 'Administrators, in the order in which they came',
      responses: {
        200: jsonAnswer('All of them', 'AdministratorList', { administrators: [exampleAdministrator] }),
        ...outcomes(403, 503),
      },
      handler: async (c) => {
        const administrators = (await readAdministrators(deps.db)).map(showAdministrator)
        return c.json({ administrators }, 200, noStore)
      },
    },
    post: {
      ...shared,
      operationId: 'createAdministrator',
      summary: 'Make an administrator, who then enrols by a link',
      requestBody: jsonRequest('AdministratorRequest', { name: 'Grace', role: 'viewer' }),
      responses: {
        201: jsonAnswer('The link to send to him', 'EnrolmentLink', exampleLink),
        ...outcomes(400, 403, 413, 415, 503),
      },
      handler: (c) => create(c, deps),
    },
  })
  route(app, root, '/admin/api/administrators/{id}', { post: change(deps) })
  route(app, root, '/admin/api/administrators/{id}/enrolment', { post: renew(deps) })
}

const shared = { tags: ['Administration'], access: 'admin' } satisfies Partial<Operation>
const id = pathParameter('id', 'The id of the administrator', exampleAdministrator.id)

const create = async (c: Context, deps: Deps): Promise<Response> => {
  const given = await readForm(c, administratorRequest)
  const { administrator, link } = await createAdministrator(deps, { ...given, actor: actorIn(c) })
  return c.json(showLink(administrator, link), 201, noStore)
}

const change = (deps: Deps): Operation => ({
  ...shared,
  operationId: 'changeAdministrator',
  summary: 'Change the name or the role of an administrator, suspend him, or let him in again',
  description:
    'Who is suspended loses his sessions at once, and his keys open nothing. The last one who could sign in and steer the service stays as he is.',
  parameters: [id],
  requestBody: jsonRequest('AdministratorChangeRequest', { isSuspended: true }),
  responses: {
    200: jsonAnswer('He, as he is now', 'Administrator', exampleAdministrator),
    ...outcomes(400, 403, 404, 409, 413, 415, 503),
  },
  handler: async (c) => {
    const given = await readForm(c, administratorChangeRequest)
    const administratorId = c.req.param('id') ?? ''
    const changed = await changeAdministrator(deps, { ...given, administratorId, actor: actorIn(c) })
    return c.json(showAdministrator(changed), 200, noStore)
  },
})

const renew = (deps: Deps): Operation => ({
  ...shared,
  operationId: 'renewEnrolment',
  summary: 'Make another link by which an administrator enrols',
  description: 'For one who has lost what he signs in with. An older link opens nothing any more.',
  parameters: [id],
  responses: {
    201: jsonAnswer('The link to send to him', 'EnrolmentLink', exampleLink),
    ...outcomes(403, 404, 409, 503),
  },
  handler: async (c) => {
    const administratorId = c.req.param('id') ?? ''
    const { administrator, link } = await renewEnrolment(deps, { administratorId, actor: actorIn(c) })
    return c.json(showLink(administrator, link), 201, noStore)
  },
})

const actorIn = (c: Context): Actor => actorOf(c.get('principal'), c.get('source'))
