import type { Config } from '../config.ts'
import { type Deps, fhirBase } from '../deps.ts'
import { bulkDataDefinitions, definitionIdOf } from '../fhir/operation-definition.ts'
import { resourceTypes } from '../fhir/r4/resource-types.generated.ts'
import type { ResourceType } from '../fhir/resource-type.ts'
import { searchParametersOf } from '../fhir/search/parameters.ts'
import { version } from '../version.ts'
import { assertJsonAccepted } from './accept.ts'
import {
  canBeExportedOfPatients,
  capabilitiesDate,
  type Interaction,
  servedOperations,
  systemInteractions,
} from './capabilities.ts'
import { fhirJson } from './error-response.ts'
import { interactionsOf } from './interactions.ts'
import { requestHeaders } from './openapi-parameters.ts'
import { outcomes } from './openapi-responses.ts'
import { restSecurity } from './rest-security.ts'
import { type App, fhirRoot, route } from './route.ts'

/** `GET [base]/metadata` (FHIR R4 http.html, "capabilities"). The SMART bulk data client asks for it first, and gives up without it. */
export const registerMetadata = (app: App, deps: Deps): void => {
  let statement: string | undefined // made once, when first asked for: starting must stay quick
  const example = { resourceType: 'CapabilityStatement', status: 'active', fhirVersion: '4.0.1' }
  route(app, fhirRoot(deps.config), '/metadata', {
    get: {
      operationId: 'readCapabilities',
      summary: 'What this server can do, as a CapabilityStatement',
      tags: ['FHIR REST'],
      parameters: [requestHeaders.format],
      responses: {
        200: {
          description: 'A CapabilityStatement',
          content: { 'application/fhir+json': { schema: { type: 'object' }, example } },
        },
        ...outcomes(403, 406),
      },
      access: 'public',
      handler: (c) => {
        assertJsonAccepted(c.req.raw)
        statement ??= JSON.stringify(capabilityStatement(deps.config, interactionsOf(deps)))
        return c.body(statement, 200, { 'Content-Type': fhirJson })
      },
    },
  })
}

/** What is true of this version, and nothing that is not: from the lists that the routes are made from. */
const capabilityStatement = (config: Config, interactions: readonly Interaction[]) => ({
  resourceType: 'CapabilityStatement',
  status: 'active',
  date: capabilitiesDate,
  kind: 'instance',
  instantiates: ['http://hl7.org/fhir/uv/bulkdata/CapabilityStatement/bulk-data'],
  software: { name: 'Sluice', version },
  implementation: { description: 'Sluice, a FHIR Bulk Data Export server', url: fhirBase(config) },
  fhirVersion: '4.0.1',
  format: ['application/fhir+json', 'json'],
  rest: [
    {
      mode: 'server',
      ...restSecurity(config),
      resource: resourceTypes.map((type) => resourceOf(config, type, interactions)),
      ...unlessEmpty(
        'interaction',
        systemInteractions.map((code) => ({ code })),
      ),
      ...unlessEmpty('operation', operationsOf(config, undefined)),
    },
  ],
})

const resourceOf = (config: Config, type: ResourceType, interactions: readonly Interaction[]) => ({
  ...unlessEmpty('extension', exportsWithout(config, type)),
  type,
  interaction: [...new Set(interactions.map(({ code }) => code))].map((code) => ({ code })),
  versioning: 'versioned',
  readHistory: true,
  updateCreate: true,
  conditionalCreate: false,
  conditionalRead: 'full-support',
  conditionalUpdate: false,
  conditionalDelete: 'not-supported',
  searchParam: [...searchParametersOf(type).values()].map(({ code, kind }) => ({ name: code, type: kind })),
  ...unlessEmpty('operation', operationsOf(config, type)),
})

/** The exports that never have a resource of this type, though it can be read and written (Bulk Data IG, `operation-not-supported`). */
const exportsWithout = (config: Config, type: ResourceType) =>
  (['patient', 'group'] as const)
    .filter((level) => config.exportLevels.includes(level) && !canBeExportedOfPatients(config, type))
    .map((level) => ({
      url: 'http://hl7.org/fhir/uv/bulkdata/Extension/operation-not-supported',
      valueCanonical: `${bulkDataDefinitions}/${definitionIdOf[level]}`,
    }))

/** The operations on a type and on its instances, or on the system, by each of their names. */
const operationsOf = (config: Config, type: ResourceType | undefined) =>
  servedOperations(config)
    .filter(({ path }) => (type === undefined ? path.startsWith('/$') : path.startsWith(`/${type}/`)))
    .flatMap(({ path, alias, definition }) => {
      const names = [path.slice(path.indexOf('$') + 1), ...(alias === undefined ? [] : [alias])]
      return names.map((name) => ({ name, definition }))
    })

/** R4: an array is never empty. */
const unlessEmpty = <Name extends string, Item>(name: Name, items: readonly Item[]) =>
  items.length === 0 ? {} : { [name]: items }
