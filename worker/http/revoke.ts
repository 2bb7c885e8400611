import type { Context } from 'hono'
import { authorityUrls } from '../auth/authority-urls.ts'
import type { Refuse } from '../auth/refusals.ts'
import { revokeToken } from '../auth/revoke-token.ts'
import type { Deps } from '../deps.ts'
import { asProvenClient, proofParameters } from './client-proof.ts'
import { answerOAuth, notStored } from './oauth-error.ts'
import { readOAuthForm } from './oauth-form.ts'
import { formBody, oauthOutcomes, proofExample, storedHeaders } from './oauth-parts.ts'
import { type App, route, serviceRoot } from './route.ts'

/** `POST /auth/revoke` (RFC 7009). */
export const registerRevocation = (app: App, deps: Deps, refuse: Refuse): void => {
  route(app, serviceRoot(deps.config), '/auth/revoke', {
    post: {
      operationId: 'revokeToken',
      summary: 'End an access token',
      description:
        'A client authenticates by an assertion, as for a token, and ends one of its own. A token that is unknown or has ended already is no error.',
      tags: ['Authorization'],
      requestBody: formBody('RevocationRequest', {
        token: 'eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCJ9…',
        ...proofExample,
      }),
      responses: {
        200: { description: 'It is good for nothing any more', headers: storedHeaders },
        ...oauthOutcomes(400, 401, 413, 429, 503),
      },
      access: 'public',
      handler: answerOAuth(deps, (c) => answerRevocation(c, deps, refuse)),
    },
  })
}

const answerRevocation = async (c: Context, deps: Deps, refuse: Refuse): Promise<Response> => {
  const form = await readOAuthForm(c.req.raw, ['token', ...proofParameters])
  const token = form.demand('token')
  const { revocation: url } = authorityUrls(deps.config)
  await asProvenClient(c, deps, { form, url, refuse, action: 'access.refused' }, (proven) =>
    revokeToken(deps, proven, { token, source: c.get('source') }),
  )
  return c.body(null, 200, notStored)
}
