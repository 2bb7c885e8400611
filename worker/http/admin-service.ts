import { type Deps, fhirBase } from '../deps.ts'
import { version } from '../version.ts'
import type { ServiceShown } from './admin-schemas.ts'
import { noStore } from './no-store.ts'
import { outcomes } from './openapi-responses.ts'
import { schemaRef } from './openapi-schemas.ts'
import { type App, route, serviceRoot } from './route.ts'

/** `GET /admin/api/service`: where the FHIR routes are, which a page cannot know otherwise. */
export const registerAdminService = (app: App, { config }: Deps): void => {
  const example: ServiceShown = {
    version: '0.1.0',
    fhirBase: 'http://127.0.0.1:8080/fhir',
    fhirPath: '/fhir',
    fileAccess: 'proxy',
  }
  route(app, serviceRoot(config), '/admin/api/service', {
    get: {
      operationId: 'readService',
      summary: 'What the dashboard has to know of this deployment',
      tags: ['Administration'],
      responses: {
        200: {
          description: 'This deployment',
          content: { 'application/json': { schema: schemaRef('ServiceInfo'), example } },
        },
        ...outcomes(403),
      },
      access: 'viewer',
      handler: (c) => {
        const { fhirPath, fileAccess } = config
        const shown: ServiceShown = { version, fhirBase: fhirBase(config), fhirPath, fileAccess }
        return c.json(shown, 200, noStore)
      },
    },
  })
}
