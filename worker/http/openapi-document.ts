import type { Config } from '../config.ts'
import { fhirBase } from '../deps.ts'
import { version } from '../version.ts'
import { errorResponses, outcomes } from './openapi-responses.ts'
import { schemas } from './openapi-schemas.ts'
import { type App, route, serviceRoot } from './route.ts'

/**
 * The OpenAPI 3.1 document of the routes registered so far, as text. Paths of FHIR routes are relative to the server, which follows
 * `FHIR_PATH`; the others name a server of their own.
 */
export const openApiDocument = (app: App, config: Config): string => {
  const document = app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'Sluice',
      version,
      description:
        'FHIR R4 Bulk Data Export. Every error is an OperationOutcome, but those of the token endpoint and its kin, which are errors of OAuth 2.0; a method that a URL does not have is answered with 405 and `Allow`; every GET but a kick-off answers HEAD too.',
      license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
    },
    servers: [{ url: fhirBase(config), description: 'The FHIR base URL of this deployment' }],
    tags: [
      { name: 'Bulk Data Export', description: 'Start, watch, fetch and remove exports' },
      { name: 'FHIR REST', description: 'Resources and their versions, one by one or by Bundles' },
      { name: 'Administration', description: 'Load resources in bulk; what the dashboard shows' },
      { name: 'Authorization', description: 'Access tokens for backend services (SMART Backend Services)' },
      { name: 'Service', description: 'About the service itself' },
    ],
  })
  return `${JSON.stringify(document, null, 2)}\n`
}

/** `GET /openapi.json`, of every route, also of those registered later. */
export const registerOpenApi = (app: App, config: Config): void => {
  for (const [name, schema] of Object.entries(schemas)) app.openAPIRegistry.register(name, schema)
  for (const [name, response] of errorResponses) {
    app.openAPIRegistry.registerComponent('responses', name, response)
  }
  for (const [name, scheme] of Object.entries(securitySchemes))
    app.openAPIRegistry.registerComponent('securitySchemes', name, scheme)
  let text: string | undefined // made once, when first asked for: starting must stay quick
  route(app, serviceRoot(config), '/openapi.json', {
    get: {
      operationId: 'readOpenApi',
      summary: 'This document, with the servers of this deployment',
      tags: ['Service'],
      responses: {
        200: {
          description: 'OpenAPI 3.1',
          content: { 'application/json': { schema: { type: 'object' }, example: { openapi: '3.1.0' } } },
        },
        ...outcomes(403),
      },
      access: 'public',
      handler: (c) => {
        text ??= openApiDocument(app, config)
        return c.body(text, 200, { 'Content-Type': 'application/json; charset=utf-8' })
      },
    },
  })
}

/** With `AUTH=open` none of them is asked for. */
const securitySchemes = {
  accessToken: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description: 'Access token of a backend service, from `/auth/token` (SMART Backend Services)',
  },
  accessKey: {
    type: 'http',
    scheme: 'bearer',
    description: 'Access key of an administrator, `slk_…`',
  },
  session: {
    type: 'apiKey',
    in: 'cookie',
    name: '__Host-sluice',
    description: 'Session of an administrator who signed in by a browser; for pages of the service itself',
  },
} as const
