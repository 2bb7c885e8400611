import type { Context } from 'hono'
import { authorityUrls } from '../auth/authority-urls.ts'
import { introspectToken } from '../auth/introspect-token.ts'
import type { Refuse } from '../auth/refusals.ts'
import { spendAssertion } from '../auth/spend-assertion.ts'
import type { Deps } from '../deps.ts'
import { SluiceError } from '../errors.ts'
import { asProvenClient, proofParameters } from './client-proof.ts'
import { answerOAuth, notStored } from './oauth-error.ts'
import { type OAuthForm, readOAuthForm } from './oauth-form.ts'
import { formBody, oauthOutcomes, proofExample, storedHeaders } from './oauth-parts.ts'
import { schemaRef } from './openapi-schemas.ts'
import { type App, route, serviceRoot } from './route.ts'

/** `POST /auth/introspect` (RFC 7662). */
export const registerIntrospection = (app: App, deps: Deps, refuse: Refuse): void => {
  route(app, serviceRoot(deps.config), '/auth/introspect', {
    post: {
      operationId: 'introspectToken',
      summary: 'What an access token is good for',
      description:
        'A client authenticates by an assertion, as for a token, and is told of its own tokens; all others are inactive to it. An administrator sends his access key instead, and is told of all. `scope` is what is still registered for the client.',
      tags: ['Authorization'],
      requestBody: formBody('IntrospectionRequest', { token: exampleToken, ...proofExample }),
      responses: {
        200: {
          description: 'What it is good for; a token that is unknown, has ended or was revoked is not active',
          headers: storedHeaders,
          content: { 'application/json': { schema: schemaRef('Introspection'), example: { active: false } } },
        },
        ...oauthOutcomes(400, 401, 413, 429, 503),
      },
      access: 'public',
      handler: answerOAuth(deps, (c) => answerIntrospection(c, deps, refuse)),
    },
  })
}

const exampleToken = 'eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCJ9…'

const answerIntrospection = async (c: Context, deps: Deps, refuse: Refuse): Promise<Response> => {
  const form = await readOAuthForm(c.req.raw, ['token', ...proofParameters])
  const token = form.demand('token')
  const onlyOf = await findAsker(c, deps, form, refuse)
  return c.json(await introspectToken(deps, token, onlyOf), 200, notStored)
}

/** The client whose tokens may be told of; `undefined` is an administrator, who may know of all. */
const findAsker = async (
  c: Context,
  deps: Deps,
  form: OAuthForm,
  refuse: Refuse,
): Promise<string | undefined> => {
  if (c.req.header('authorization') !== undefined) return assertAdministrator(c)
  const { introspection: url } = authorityUrls(deps.config)
  return asProvenClient(c, deps, { form, url, refuse, action: 'access.refused' }, async (proven) => {
    await spendAssertion(deps, proven, deps.newId(), () => [])
    return proven.client.clientId
  })
}

/** By his key only: a cookie comes along with requests that he did not make. */
const assertAdministrator = async (c: Context): Promise<undefined> => {
  const principal = await c.get('identify')()
  if (principal?.kind === 'administrator' && principal.session === undefined) return
  throw new SluiceError(
    'forbidden',
    'Cannot introspect the token: Authorization must be the access key of an administrator; clients send an assertion',
  )
}
