import type { Deps } from '../deps.ts'
import type { Interaction } from './capabilities.ts'
import { interactionsOf } from './interactions.ts'
import { refuseOtherNames } from './resource-name.ts'
import { type App, fhirRoot, type Method, type Operation, route } from './route.ts'

/** The REST API of resources (FHIR R4 http.html): one route for every interaction of the list. */
export const registerResource = (app: App, deps: Deps): void => {
  refuseOtherNames(app, deps)
  const byPath = Map.groupBy(interactionsOf(deps), ({ path }) => path)
  for (const [path, interactions] of byPath)
    route(app, fhirRoot(deps.config), path, byMethod(interactions), advice[path])
}

const byMethod = (interactions: readonly Interaction[]): Partial<Record<Method, Operation>> =>
  Object.fromEntries(interactions.map(({ method, operation }) => [method, operation]))

/** What a 405 says of the interactions of FHIR that would be there. */
const advice: Readonly<Partial<Record<Interaction['path'], Readonly<Record<string, string>>>>> = {
  '/{type}': {
    PUT: 'conditional update is not supported',
    DELETE: 'conditional delete is not supported',
    PATCH: 'patch is not supported',
  },
  '/{type}/{id}': {
    PATCH: 'patch is not supported',
    POST: 'to create a resource with an id of the server, POST to [base]/{type}',
  },
}
