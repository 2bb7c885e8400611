import type { Config } from '../config.ts'
import { type Deps, fhirBase } from '../deps.ts'
import { resourceTypes } from '../fhir/r4/resource-types.generated.ts'
import { version } from '../version.ts'
import { fhirJson } from './error-response.ts'
import { outcomes } from './openapi-parts.ts'
import { type App, fhirRoot, route } from './route.ts'

/** `GET [base]/metadata` (FHIR R4 http.html, "capabilities"). The SMART bulk data client asks for it first, and gives up without it. */
export const registerMetadata = (app: App, { config }: Deps): void => {
  const statement = JSON.stringify(capabilityStatement(config))
  const example = { resourceType: 'CapabilityStatement', status: 'active', fhirVersion: '4.0.1' }
  route(app, fhirRoot(config), '/metadata', {
    get: {
      operationId: 'readCapabilities',
      summary: 'What this server can do, as a CapabilityStatement',
      tags: ['FHIR REST'],
      responses: {
        200: {
          description: 'A CapabilityStatement',
          content: { 'application/fhir+json': { schema: { type: 'object' }, example } },
        },
        ...outcomes(403),
      },
      handler: (c) => c.body(statement, 200, { 'Content-Type': fhirJson }),
    },
  })
}

/** What is true of this version, and nothing that is not. */
const capabilityStatement = (config: Config) => ({
  resourceType: 'CapabilityStatement',
  status: 'active',
  date: '2026-11-20', // when what is said here last changed
  kind: 'instance',
  instantiates: ['http://hl7.org/fhir/uv/bulkdata/CapabilityStatement/bulk-data'],
  software: { name: 'Sluice', version },
  implementation: { description: 'Sluice, a FHIR Bulk Data Export server', url: fhirBase(config) },
  fhirVersion: '4.0.1',
  format: ['application/fhir+json', 'json'],
  rest: [
    {
      mode: 'server',
      resource: resourceTypes.map((type) => ({
        type,
        interaction: [{ code: 'read' }, { code: 'update' }, { code: 'delete' }],
        versioning: 'versioned',
        readHistory: false,
        updateCreate: true,
      })),
      operation: [
        { name: 'export', definition: 'http://hl7.org/fhir/uv/bulkdata/OperationDefinition/export' },
      ],
    },
  ],
})
