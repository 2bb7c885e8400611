import type { Deps } from '../deps.ts'
import { storeNow } from '../store/jobs.ts'
import { noStore } from './no-store.ts'
import { outcomes } from './openapi-responses.ts'
import { schemaRef } from './openapi-schemas.ts'
import { type App, route, serviceRoot } from './route.ts'

/** `GET /health`, for whoever watches the service: whether the database answers. */
export const registerHealth = (app: App, { config, db, clock }: Deps): void => {
  route(app, serviceRoot(config), '/health', {
    get: {
      operationId: 'readHealth',
      summary: 'Whether the service can do its work',
      tags: ['Service'],
      responses: {
        200: {
          description: 'The database answers',
          content: { 'application/json': { schema: schemaRef('Health'), example: { status: 'ok' } } },
        },
        ...outcomes(403, 503),
      },
      access: 'public',
      handler: async (c) => {
        await storeNow(db, clock.now())
        return c.json({ status: 'ok' }, 200, noStore)
      },
    },
  })
}
