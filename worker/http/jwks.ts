import { getPublicKeys } from '../auth/signing-keys.ts'
import type { Deps } from '../deps.ts'
import { assertTokens } from './oauth-error.ts'
import { outcomes } from './openapi-responses.ts'
import { schemaRef } from './openapi-schemas.ts'
import { type App, route, serviceRoot } from './route.ts'

/** `GET /auth/jwks`: the keys that access tokens are signed with, for other servers that are to accept them. */
export const registerJwks = (app: App, deps: Deps): void => {
  route(app, serviceRoot(deps.config), '/auth/jwks', {
    get: {
      operationId: 'readKeySet',
      summary: 'The public keys of access tokens',
      tags: ['Authorization'],
      responses: {
        200: {
          description: 'A JWK Set; keys that sign no more are in it until what they have signed has ended',
          content: { 'application/json': { schema: schemaRef('KeySet'), example: { keys: [exampleKey] } } },
        },
        ...outcomes(403, 404, 503),
      },
      access: 'public',
      handler: async (c) => {
        assertTokens(deps)
        return c.json({ keys: await getPublicKeys(deps) }, 200, { 'Cache-Control': 'public, max-age=60' })
      },
    },
  })
}

const exampleKey = {
  kty: 'EC',
  crv: 'P-256',
  x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',
  y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0',
  kid: '5f0f2c0e-6a5d-4c1e-9d0b-2f1d5a6b7c8d',
  alg: 'ES256',
  use: 'sig',
}
