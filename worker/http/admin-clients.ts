import type { Context } from 'hono'
import type { z } from 'zod'
import {
  type ClientAt,
  removeClient,
  replaceClient,
  resumeClient,
  suspendClient,
} from '../auth/change-client.ts'
import type { Registration } from '../auth/client-registration.ts'
import { createClient } from '../auth/create-client.ts'
import type { Deps } from '../deps.ts'
import { SluiceError } from '../errors.ts'
import { type Client, readClient, readClients } from '../store/clients.ts'
import { askerOf } from './asker.ts'
import {
  type ClientListShown,
  clientRegistration,
  exampleClient,
  newClient,
  showClient,
} from './client-schemas.ts'
import { noStore } from './no-store.ts'
import { headers } from './openapi-headers.ts'
import { optional, pathParameter } from './openapi-parameters.ts'
import { outcomes } from './openapi-responses.ts'
import { schemaRef } from './openapi-schemas.ts'
import { expectedVersion } from './preconditions.ts'
import { readJson } from './request-body.ts'
import { type App, type Operation, route, serviceRoot } from './route.ts'

/** Registered backend services: `/admin/api/clients` (SMART Backend Services, "Registering a Client"). */
export const registerAdminClients = (app: App, deps: Deps): void => {
  const root = serviceRoot(deps.config)
  route(app, root, '/admin/api/clients', {
    get: {
      operationId: 'listClients',
      summary: 'Registered clients, in the order of their ids',
      tags,
      parameters: [
        optional('query', 'after', 'Goes on behind a page: its `next`', exampleClient.clientId),
        optional('query', 'count', `At most so many; ${defaultCount} unless told, ${maxCount} at most`, '20'),
      ],
      responses: {
        200: {
          description: 'A page of clients',
          content: {
            'application/json': { schema: schemaRef('ClientList'), example: { clients: [exampleClient] } },
          },
        },
        ...outcomes(400, 403, 503),
      },
      access: 'viewer',
      handler: (c) => answerList(c, deps),
    },
    post: {
      operationId: 'createClient',
      summary: 'Register a client',
      description: 'Its public keys are needed; the private ones never leave it, and are refused.',
      tags,
      requestBody: body('NewClient', { clientId: 'analytics', ...exampleRegistration }),
      responses: { 201: { ...shown, description: 'The client' }, ...outcomes(400, 403, 409, 413, 415, 503) },
      access: 'admin',
      handler: (c) => answerCreate(c, deps),
    },
  })
  route(app, root, '/admin/api/clients/{clientId}', {
    get: {
      ...about('readClient', 'One client'),
      responses: { 200: shown, ...outcomes(403, 404, 503) },
      access: 'viewer',
      handler: async (c) => answerClient(c, await requireClient(c, deps)),
    },
    put: {
      ...about('replaceClient', 'Put a registration in the place of the one there is'),
      requestBody: body('ClientRegistration', exampleRegistration),
      responses: { 200: shown, ...outcomes(400, 403, 404, 409, 412, 413, 415, 503) },
      access: 'admin',
      handler: async (c) => {
        const given = await readBody(c, deps, clientRegistration)
        return answerClient(
          c,
          await replaceClient(deps, clientAt(c), toRegistration(given), askerOf(c).actor),
        )
      },
    },
    delete: {
      ...about(
        'deleteClient',
        'Forget a client; its tokens open nothing any more, its exports stay until they expire',
      ),
      responses: { 204: { description: 'It is forgotten' }, ...outcomes(403, 404, 412, 503) },
      access: 'admin',
      handler: async (c) => {
        await removeClient(deps, clientAt(c), askerOf(c).actor)
        return c.body(null, 204)
      },
    },
  })
  const step = (name: 'suspend' | 'resume', summary: string, verb: typeof suspendClient): void =>
    route(app, root, `/admin/api/clients/{clientId}/${name}`, {
      post: {
        ...about(`${name}Client`, summary),
        responses: { 200: shown, ...outcomes(403, 404, 409, 412, 503) },
        access: 'admin',
        handler: async (c) => answerClient(c, await verb(deps, clientAt(c), askerOf(c).actor)),
      },
    })
  step('suspend', 'Give a client no tokens, and nothing for those it has; its exports go on', suspendClient)
  step('resume', 'End the suspension of a client', resumeClient)
}

const tags = ['Administration']
const defaultCount = 50
const maxCount = 100
/** Room for a hundred keys and as many scopes. */
const maxBodyBytes = 262_144

const { clientId: _id, createdAt: _created, changedAt: _changed, ...exampleRegistration } = exampleClient

const shown = {
  description: 'The client as it is now',
  headers: { ETag: headers.versionTag },
  content: { 'application/json': { schema: schemaRef('Client'), example: exampleClient } },
}

const body = (schema: 'NewClient' | 'ClientRegistration', example: object) => ({
  required: true,
  content: { 'application/json': { schema: schemaRef(schema), example } },
})

const about = (
  operationId: string,
  summary: string,
): Pick<Operation, 'operationId' | 'summary' | 'tags'> & {
  parameters: ReturnType<typeof pathParameter>[]
} => ({
  operationId,
  summary,
  tags,
  parameters: [pathParameter('clientId', 'Its client_id', exampleClient.clientId)],
})

const answerList = async (c: Context, { db }: Deps): Promise<Response> => {
  const count = c.req.query('count') ?? String(defaultCount)
  const limit = /^\d{1,3}$/.test(count) ? Number(count) : 0
  if (limit < 1 || limit > maxCount)
    throw new SluiceError('invalid', `Cannot use count: it must be 1 to ${maxCount}`)
  const clients = await readClients(db, { after: c.req.query('after'), limit: limit + 1 })
  const page = clients.slice(0, limit)
  const next = clients.length > limit ? page.at(-1)?.clientId : undefined
  const list: ClientListShown = { clients: page.map(showClient), ...(next === undefined ? {} : { next }) }
  return c.json(list, 200, noStore)
}

const answerCreate = async (c: Context, deps: Deps): Promise<Response> => {
  const { clientId, ...given } = await readBody(c, deps, newClient)
  const client = await createClient(deps, clientId, toRegistration(given), askerOf(c).actor)
  const location = `${deps.config.baseUrl}/admin/api/clients/${encodeURIComponent(client.clientId)}`
  return c.json(showClient(client), 201, { ...tagOf(client), Location: location })
}

const answerClient = (c: Context, client: Client): Response => c.json(showClient(client), 200, tagOf(client))

const tagOf = ({ changedAt }: Client) => ({ ETag: `W/"${changedAt}"`, 'Cache-Control': 'no-store' })

const requireClient = async (c: Context, { db }: Deps): Promise<Client> => {
  const client = await readClient(db, clientAt(c).clientId)
  if (client === undefined)
    throw new SluiceError('not-found', 'Cannot find the client: there is none of this id')
  return client
}

const clientAt = (c: Context): ClientAt => ({
  clientId: c.req.param('clientId') ?? '',
  changedAt: expectedVersion(c),
})

const readBody = async <S extends z.ZodType>(c: Context, _deps: Deps, schema: S): Promise<z.output<S>> => {
  const { data, error } = schema.safeParse(await readJson(c.req.raw, maxBodyBytes))
  if (data !== undefined) return data
  const [problem] = error?.issues ?? []
  throw new SluiceError(
    'invalid',
    `Cannot read the client${problem?.path.length ? ` at "${problem.path.join('.')}"` : ''}: ${problem?.message ?? 'there is no body'}`,
  )
}

const toRegistration = (given: z.output<typeof clientRegistration>): Registration => ({
  name: given.name,
  jwksUrl: given.jwksUrl,
  jwks: given.jwks,
  scopes: given.scopes,
  groupIds: given.groupIds,
  destinations: given.destinations,
  requestsPerMinute: given.requestsPerMinute,
  maxRunningJobs: given.maxRunningJobs,
})
