import { assertionAlgorithms } from '../auth/assertion.ts'
import { authorityUrls } from '../auth/authority-urls.ts'
import type { Config } from '../config.ts'
import type { Deps } from '../deps.ts'
import { assertTokens } from './oauth-error.ts'
import type { AuthorizationServerShown, SmartConfigurationShown } from './oauth-schemas.ts'
import { outcomes } from './openapi-responses.ts'
import { schemaRef } from './openapi-schemas.ts'
import { type App, fhirRoot, type Operation, route, serviceRoot } from './route.ts'

/**
 * `GET [base]/.well-known/smart-configuration` (SMART App Launch, "Conformance") and the same in the words of RFC 8414. Both are JSON whatever
 * `Accept` says, and open to everybody.
 */
export const registerSmartConfiguration = (app: App, deps: Deps): void => {
  const { config } = deps
  route(app, fhirRoot(config), '/.well-known/smart-configuration', {
    get: {
      operationId: 'readSmartConfiguration',
      summary: 'How to get access, in the words of SMART',
      ...documentOf(deps, 'What clients must know', 'SmartConfiguration', smartConfiguration(config)),
    },
  })
  route(app, serviceRoot(config), '/.well-known/oauth-authorization-server', {
    get: {
      operationId: 'readAuthorizationServer',
      summary: 'How to get access, in the words of OAuth 2.0',
      ...documentOf(
        deps,
        'Metadata of the authorization server',
        'AuthorizationServer',
        authorizationServer(config),
      ),
    },
  })
}

const documentOf = (
  deps: Deps,
  description: string,
  schema: 'SmartConfiguration' | 'AuthorizationServer',
  document: SmartConfigurationShown | AuthorizationServerShown,
): Omit<Operation, 'operationId' | 'summary'> => ({
  tags: ['Authorization'],
  responses: {
    200: {
      description,
      content: { 'application/json': { schema: schemaRef(schema), example: document } },
    },
    ...outcomes(403, 404),
  },
  access: 'public',
  handler: (c) => {
    assertTokens(deps)
    return c.json(document, 200, forAWhile)
  },
})

const forAWhile = { 'Cache-Control': 'public, max-age=300' }

/** Without `issuer` and `jwks_uri`, which there would mean that users sign in here (SPEC CAP-11). */
const smartConfiguration = (config: Config): SmartConfigurationShown => ({
  ...shared(config),
  capabilities: ['client-confidential-asymmetric', 'permission-v1', 'permission-v2'],
})

const authorizationServer = (config: Config): AuthorizationServerShown => {
  const { issuer, keys } = authorityUrls(config)
  return { issuer, jwks_uri: keys, response_types_supported: [], ...shared(config) }
}

const shared = (config: Config) => {
  const { token, introspection, revocation } = authorityUrls(config)
  return {
    token_endpoint: token,
    token_endpoint_auth_methods_supported: ['private_key_jwt'],
    token_endpoint_auth_signing_alg_values_supported: [...assertionAlgorithms],
    grant_types_supported: ['client_credentials'],
    scopes_supported: ['system/*.cruds', 'system/*.rs', 'system/*.*', 'system/*.read', 'system/*.write'],
    introspection_endpoint: introspection,
    revocation_endpoint: revocation,
    // Required, though there is no authorization endpoint that anything could be sent to.
    code_challenge_methods_supported: ['S256'],
  }
}
