import type { Context } from 'hono'
import { addPasskey } from '../auth/add-passkey.ts'
import { creationOptions } from '../auth/passkey-options.ts'
import { actorOf } from '../auth/principal.ts'
import { removePasskey } from '../auth/remove-passkey.ts'
import type { Deps } from '../deps.ts'
import { readPasskey, readPasskeys } from '../store/passkeys.ts'
import { examplePasskey, type PasskeyAnswerShown, passkeyRequest } from './administrator-schemas.ts'
import { jsonAnswer, jsonRequest } from './json-body.ts'
import { noStore } from './no-store.ts'
import { pathParameter } from './openapi-parameters.ts'
import { outcomes } from './openapi-responses.ts'
import { administratorOf, assertMayEnd, ownerOf, ownerParameter } from './owner.ts'
import { readForm } from './read-form.ts'
import { type App, route, serviceRoot } from './route.ts'
import { showPasskey } from './show-administrator.ts'
import type { SignInPace } from './sign-in-pace.ts'

/** `/admin/api/passkeys`: by which an administrator signs in. */
export const registerAdminPasskeys = (app: App, deps: Deps, pace: SignInPace): void => {
  route(app, serviceRoot(deps.config), '/admin/api/passkeys', {
    get: {
      operationId: 'listPasskeys',
      summary: 'Passkeys of whoever asks, the oldest first',
      tags: ['Administration'],
      parameters: [ownerParameter],
      responses: {
        200: jsonAnswer('All of them', 'PasskeyList', { passkeys: [examplePasskey] }),
        ...outcomes(403, 503),
      },
      access: 'viewer',
      handler: async (c) => {
        const passkeys = (await readPasskeys(deps.db, ownerOf(c))).map(showPasskey)
        return c.json({ passkeys }, 200, noStore)
      },
    },
    post: {
      operationId: 'addPasskey',
      summary: 'Add a passkey, in two steps',
      description:
        'The first answers what the browser is to be asked for, the second takes what it answered.',
      tags: ['Administration'],
      requestBody: jsonRequest('PasskeyRequest', {}),
      responses: {
        200: jsonAnswer('What to ask the browser for, or the passkey that was added', 'PasskeyAnswer', {
          passkey: examplePasskey,
        }),
        ...outcomes(400, 401, 403, 409, 413, 415, 429, 503),
      },
      access: 'viewer',
      handler: (c) => add(c, deps, pace),
    },
  })
  route(app, serviceRoot(deps.config), '/admin/api/passkeys/{id}', {
    delete: {
      operationId: 'deletePasskey',
      summary: 'Delete a passkey, and end the sessions that were begun with it',
      tags: ['Administration'],
      parameters: [pathParameter('id', 'The id of the passkey', examplePasskey.id)],
      responses: { 204: { description: 'It signs nobody in any more' }, ...outcomes(403, 404, 503) },
      access: 'viewer',
      handler: async (c) => {
        const passkey = assertMayEnd(c, 'passkey', await readPasskey(deps.db, c.req.param('id') ?? ''))
        await removePasskey(deps, passkey, actorOf(c.get('principal'), c.get('source')))
        return c.body(null, 204, noStore)
      },
    },
  })
}

const add = async (c: Context, deps: Deps, pace: SignInPace): Promise<Response> => {
  const principal = administratorOf(c)
  const { administratorId } = principal
  const { name, answer } = await readForm(c, passkeyRequest)
  if (answer === undefined) {
    pace.start(c.get('source'))
    const shown: PasskeyAnswerShown = { options: await creationOptions(deps, principal) }
    return c.json(shown, 200, noStore)
  }
  const given = { administratorId, name: name ?? 'Passkey' }
  const passkey = await addPasskey(deps, given, answer, actorOf(principal, c.get('source')))
  const shown: PasskeyAnswerShown = { passkey: showPasskey(passkey) }
  return c.json(shown, 200, noStore)
}
