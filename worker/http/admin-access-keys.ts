import type { Context } from 'hono'
import { createAccessKey } from '../auth/create-access-key.ts'
import { actorOf } from '../auth/principal.ts'
import { revokeAccessKey } from '../auth/revoke-access-key.ts'
import type { Deps } from '../deps.ts'
import { readAccessKeys, readKeyHolder } from '../store/access-keys.ts'
import { accessKeyRequest, exampleAccessKey } from './administrator-schemas.ts'
import { jsonAnswer, jsonRequest } from './json-body.ts'
import { noStore } from './no-store.ts'
import { pathParameter } from './openapi-parameters.ts'
import { outcomes } from './openapi-responses.ts'
import { administratorOf, assertMayEnd, ownerOf, ownerParameter } from './owner.ts'
import { readForm } from './read-form.ts'
import { type App, route, serviceRoot } from './route.ts'
import { showAccessKey } from './show-administrator.ts'

/** `/admin/api/access-keys`: by which programs of an administrator may do what he may do. */
export const registerAdminAccessKeys = (app: App, deps: Deps): void => {
  route(app, serviceRoot(deps.config), '/admin/api/access-keys', {
    get: {
      operationId: 'listAccessKeys',
      summary: 'Access keys of whoever asks, the oldest first',
      tags: ['Administration'],
      parameters: [ownerParameter],
      responses: {
        200: jsonAnswer('Those that were not revoked', 'AccessKeyList', { accessKeys: [exampleAccessKey] }),
        ...outcomes(403, 503),
      },
      access: 'viewer',
      handler: async (c) => {
        const accessKeys = (await readAccessKeys(deps.db, ownerOf(c))).map(showAccessKey)
        return c.json({ accessKeys }, 200, noStore)
      },
    },
    post: {
      operationId: 'createAccessKey',
      summary: 'Make an access key, which is shown this once',
      tags: ['Administration'],
      requestBody: jsonRequest('AccessKeyRequest', { name: 'Nightly load' }),
      responses: {
        201: jsonAnswer('The key', 'NewAccessKey', {
          accessKey: exampleAccessKey,
          text: `slk_${exampleAccessKey.id}_${'…'}`,
        }),
        ...outcomes(400, 403, 409, 413, 415, 503),
      },
      access: 'viewer',
      handler: (c) => create(c, deps),
    },
  })
  route(app, serviceRoot(deps.config), '/admin/api/access-keys/{id}', {
    delete: {
      operationId: 'revokeAccessKey',
      summary: 'Revoke an access key, and end the sessions that were begun with it',
      tags: ['Administration'],
      parameters: [pathParameter('id', 'The id of the key', exampleAccessKey.id)],
      responses: { 204: { description: 'It opens nothing any more' }, ...outcomes(403, 404, 503) },
      access: 'viewer',
      handler: (c) => revoke(c, deps),
    },
  })
}

const create = async (c: Context, deps: Deps): Promise<Response> => {
  const { administratorId } = administratorOf(c)
  const { name, expiresAt } = await readForm(c, accessKeyRequest)
  const given = {
    administratorId,
    name,
    expiresAt: expiresAt === undefined ? undefined : Date.parse(expiresAt),
  }
  const { key, text } = await createAccessKey(deps, given, actorOf(c.get('principal'), c.get('source')))
  return c.json({ accessKey: showAccessKey(key), text }, 201, noStore)
}

const revoke = async (c: Context, deps: Deps): Promise<Response> => {
  const found = (await readKeyHolder(deps.db, c.req.param('id') ?? ''))?.key
  const key = assertMayEnd(c, 'access key', found?.revokedAt === undefined ? found : undefined)
  await revokeAccessKey(deps, key, actorOf(c.get('principal'), c.get('source')))
  return c.body(null, 204, noStore)
}
