import type { Deps } from '../deps.ts'
import { resourceTypes } from '../fhir/r4/resource-types.generated.ts'
import { typeIdOf, typeOfId } from '../fhir/resource-type.ts'
import { readCounts } from '../store/read-counts.ts'
import type { ResourceCountsShown } from './admin-schemas.ts'
import { noStore } from './no-store.ts'
import { outcomes } from './openapi-responses.ts'
import { schemaRef } from './openapi-schemas.ts'
import { type App, route, serviceRoot } from './route.ts'

/** `GET /admin/api/resource-counts`: what there is to export. */
export const registerAdminCounts = (app: App, { config, db }: Deps): void => {
  const example: ResourceCountsShown = {
    types: [
      { type: 'Observation', count: 49_412, isExact: false },
      { type: 'Patient', count: 615, isExact: true },
    ],
  }
  route(app, serviceRoot(config), '/admin/api/resource-counts', {
    get: {
      operationId: 'readResourceCounts',
      summary: 'Current resources by type',
      description:
        'Counting stops at 50,000 stored versions of a type, so that it costs little however much is stored; what is left out is told by `isExact`.',
      tags: ['Administration'],
      responses: {
        200: {
          description: 'How many there are',
          content: { 'application/json': { schema: schemaRef('ResourceCounts'), example } },
        },
        ...outcomes(403, 503),
      },
      access: 'viewer',
      handler: async (c) => {
        const counts = await readCounts(db, resourceTypes.map(typeIdOf), maxVersions)
        const shown: ResourceCountsShown = {
          types: counts.map(({ typeId, count, isExact }) => ({ type: typeOfId(typeId), count, isExact })),
        }
        return c.json(shown, 200, noStore)
      },
    },
  })
}

/** Some 5 ms for a type that has as many, on a file; a server may charge for every row that is read. */
const maxVersions = 50_000
