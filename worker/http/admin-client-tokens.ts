import { z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { revokeTokens } from '../auth/revoke-token.ts'
import type { Deps } from '../deps.ts'
import { SluiceError } from '../errors.ts'
import { type AccessToken, readTokens } from '../store/access-tokens.ts'
import { readClient } from '../store/clients.ts'
import { askerOf } from './asker.ts'
import { noStore } from './no-store.ts'
import { pathParameter } from './openapi-parameters.ts'
import { outcomes } from './openapi-responses.ts'
import { type App, route, serviceRoot } from './route.ts'

/** The access tokens of a client that are still good: `/admin/api/clients/{clientId}/tokens`. The tokens themselves are nowhere. */
export const registerAdminClientTokens = (app: App, deps: Deps): void => {
  const parameters = [pathParameter('clientId', 'Its client_id', 'analytics')]
  route(app, serviceRoot(deps.config), '/admin/api/clients/{clientId}/tokens', {
    get: {
      operationId: 'listClientTokens',
      summary: `Access tokens of a client that are still good, the newest ${maxTokens} at most`,
      tags: ['Administration'],
      parameters,
      responses: {
        200: {
          description: 'What each was issued for, and until when it is good',
          content: { 'application/json': { schema: tokenList, example: { tokens: [exampleToken] } } },
        },
        ...outcomes(403, 404, 503),
      },
      access: 'viewer',
      handler: (c) => answerTokens(c, deps),
    },
    delete: {
      operationId: 'revokeClientTokens',
      summary: 'Revoke all access tokens of a client; it may get new ones unless it is suspended',
      tags: ['Administration'],
      parameters,
      responses: {
        200: {
          description: 'How many were revoked',
          content: { 'application/json': { schema: revoked, example: { revoked: 2 } } },
        },
        ...outcomes(403, 404, 503),
      },
      access: 'admin',
      handler: async (c) => {
        const clientId = await requireClientId(c, deps)
        return c.json({ revoked: await revokeTokens(deps, clientId, askerOf(c).actor) }, 200, noStore)
      },
    },
  })
}

const maxTokens = 100

const token = z.object({
  tokenId: z.string().openapi({ description: 'Its `jti`' }),
  scopes: z.array(z.string()),
  issuedAt: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
})
const tokenList = z.object({ tokens: z.array(token) })
const revoked = z.object({ revoked: z.int().min(0) })

const exampleToken: z.output<typeof token> = {
  tokenId: '5f0f2c0e-6a5d-4c1e-9d0b-2f1d5a6b7c8d',
  scopes: ['system/*.rs'],
  issuedAt: '2026-11-20T10:26:46.123Z',
  expiresAt: '2026-11-20T10:31:46.123Z',
}

const answerTokens = async (c: Context, deps: Deps): Promise<Response> => {
  const clientId = await requireClientId(c, deps)
  const tokens = await readTokens(deps.db, { clientId, now: deps.clock.now(), limit: maxTokens })
  return c.json({ tokens: tokens.map(showToken) }, 200, noStore)
}

const showToken = ({ tokenId, scopes, issuedAt, expiresAt }: AccessToken): z.output<typeof token> => ({
  tokenId,
  scopes: [...scopes],
  issuedAt: new Date(issuedAt).toISOString(),
  expiresAt: new Date(expiresAt).toISOString(),
})

const requireClientId = async (c: Context, { db }: Deps): Promise<string> => {
  const clientId = c.req.param('clientId') ?? ''
  if ((await readClient(db, clientId)) !== undefined) return clientId
  throw new SluiceError('not-found', 'Cannot find the client: there is none of this id')
}
