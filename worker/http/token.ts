import type { Context } from 'hono'
import { authorityUrls } from '../auth/authority-urls.ts'
import { issueToken } from '../auth/issue-token.ts'
import type { Refuse } from '../auth/refusals.ts'
import type { Deps } from '../deps.ts'
import { SluiceError } from '../errors.ts'
import { asProvenClient, proofParameters } from './client-proof.ts'
import { answerOAuth, notStored } from './oauth-error.ts'
import { readOAuthForm } from './oauth-form.ts'
import { formBody, oauthOutcomes, proofExample, storedHeaders } from './oauth-parts.ts'
import { schemaRef } from './openapi-schemas.ts'
import { type App, route, serviceRoot } from './route.ts'

/** `POST /auth/token` (SMART Backend Services, "Obtain access token"). */
export const registerToken = (app: App, deps: Deps, refuse: Refuse): void => {
  route(app, serviceRoot(deps.config), '/auth/token', {
    post: {
      operationId: 'issueToken',
      summary: 'Ask for an access token',
      description:
        'By the grant `client_credentials`, with a signed assertion (`private_key_jwt`): its `iss` and `sub` are the id of the client, its `aud` is this URL, its `exp` at most five minutes from now, its `jti` new each time. `client_id` is not needed.',
      tags: ['Authorization'],
      requestBody: formBody('TokenRequest', {
        grant_type: 'client_credentials',
        scope: 'system/Patient.rs system/Observation.rs',
        ...proofExample,
      }),
      responses: {
        200: {
          description: 'An access token; `scope` says what was granted, which may be less than was asked for',
          headers: storedHeaders,
          content: { 'application/json': { schema: schemaRef('TokenAnswer'), example: exampleAnswer } },
        },
        ...oauthOutcomes(400, 401, 413, 429, 503),
      },
      access: 'public',
      handler: answerOAuth(deps, (c) => answerToken(c, deps, refuse)),
    },
  })
}

const exampleAnswer = {
  access_token: 'eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCJ9…',
  token_type: 'bearer',
  expires_in: 300,
  scope: 'system/Patient.rs system/Observation.rs',
}

const answerToken = async (c: Context, deps: Deps, refuse: Refuse): Promise<Response> => {
  const form = await readOAuthForm(c.req.raw, ['grant_type', 'scope', ...proofParameters])
  if (form.demand('grant_type') !== 'client_credentials')
    throw new SluiceError(
      'unsupported-grant-type',
      'Cannot issue a token: grant_type must be client_credentials',
    )
  const scope = form.demand('scope')
  const { token: url } = authorityUrls(deps.config)
  const issued = await asProvenClient(c, deps, { form, url, refuse, action: 'token.issue' }, (proven) =>
    issueToken(deps, proven, { scope, source: c.get('source') }),
  )
  const { accessToken, expiresInSeconds } = issued
  return c.json(
    { access_token: accessToken, token_type: 'bearer', expires_in: expiresInSeconds, scope: issued.scope },
    200,
    notStored,
  )
}
