import type { Context } from 'hono'
import { endSession } from '../auth/end-session.ts'
import { actorOf } from '../auth/principal.ts'
import type { Deps } from '../deps.ts'
import { readSession, readSessions } from '../store/sessions.ts'
import { exampleSession } from './administrator-schemas.ts'
import { jsonAnswer } from './json-body.ts'
import { noStore } from './no-store.ts'
import { pathParameter } from './openapi-parameters.ts'
import { outcomes } from './openapi-responses.ts'
import { administratorOf, assertMayEnd, ownerOf, ownerParameter } from './owner.ts'
import { type App, route, serviceRoot } from './route.ts'
import { showSession } from './show-administrator.ts'

/** `/admin/api/sessions`: where an administrator is signed in. */
export const registerAdminSessions = (app: App, deps: Deps): void => {
  route(app, serviceRoot(deps.config), '/admin/api/sessions', {
    get: {
      operationId: 'listSessions',
      summary: 'Sessions of whoever asks, the youngest first',
      tags: ['Administration'],
      parameters: [ownerParameter],
      responses: {
        200: jsonAnswer('Those that have not ended', 'SessionList', { sessions: [exampleSession] }),
        ...outcomes(403, 503),
      },
      access: 'viewer',
      handler: (c) => list(c, deps),
    },
  })
  route(app, serviceRoot(deps.config), '/admin/api/sessions/{id}', {
    delete: {
      operationId: 'endSession',
      summary: 'End a session',
      tags: ['Administration'],
      parameters: [pathParameter('id', 'The id of the session', exampleSession.id)],
      responses: { 204: { description: 'Its cookie opens nothing any more' }, ...outcomes(403, 404, 503) },
      access: 'viewer',
      handler: async (c) => {
        const found = await readSession(deps.db, c.req.param('id') ?? '', deps.clock.now())
        const session = assertMayEnd(c, 'session', found)
        await endSession(deps, session, actorOf(c.get('principal'), c.get('source')))
        return c.body(null, 204, noStore)
      },
    },
  })
}

const list = async (c: Context, { db, clock }: Deps): Promise<Response> => {
  const thisId = administratorOf(c).session?.sessionId
  const found = await readSessions(db, ownerOf(c), clock.now())
  const sessions = found.map((session) => showSession(session, thisId))
  return c.json({ sessions }, 200, noStore)
}
