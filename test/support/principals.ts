import type { AdministratorPrincipal, ClientPrincipal } from '../../worker/auth/principal.ts'
import { parseScope } from '../../worker/fhir/scope/scope.ts'

const context = { serverBase: 'http://127.0.0.1:8080/fhir', nowMs: 0 }

/** A backend service with these scopes, by blanks. */
export const clientWith = (scopes: string, more: Partial<ClientPrincipal> = {}): ClientPrincipal => ({
  kind: 'client',
  clientId: 'client-1',
  name: 'Client One',
  grants: { scopes: scopes.split(' ').map((text) => parseScope(text, context)) },
  groupIds: undefined,
  destinations: undefined,
  requestsPerMinute: undefined,
  maxRunningJobs: undefined,
  ...more,
})

export const administrator = (role: 'admin' | 'viewer' = 'admin'): AdministratorPrincipal => ({
  kind: 'administrator',
  administratorId: 'administrator-1',
  name: 'Ada',
  role,
  session: undefined,
})

/** What `AUTH=smart` needs at least. */
export const smartEnvironment = {
  AUTH: 'smart',
  BASE_URL: 'http://127.0.0.1:8080',
  SECRET_KEY: 'c2x1aWNlLXRlc3Qtc2VjcmV0LWtleS1vZi0zMi1ieXRlcw',
} as const

/** A `SETUP_TOKEN` as long as it must be. */
export const setupToken = 'a-token-of-more-than-22-characters'
