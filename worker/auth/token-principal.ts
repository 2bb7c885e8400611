import { type Deps, searchContextOf } from '../deps.ts'
import { hasCode } from '../errors.ts'
import { grantScopes } from '../fhir/scope/grants.ts'
import { parseScope, type Scope } from '../fhir/scope/scope.ts'
import type { Client } from '../store/clients.ts'
import type { ClientPrincipal } from './principal.ts'

/** A client as it asks with a token of these scopes: what is no longer registered of them counts no more, from now on. */
export const principalOfClient = (
  deps: Pick<Deps, 'config' | 'clock'>,
  client: Client,
  scopes: readonly Scope[],
): ClientPrincipal => ({
  kind: 'client',
  clientId: client.clientId,
  name: client.name,
  registeredAt: client.createdAt,
  grants: { scopes: grantScopes(scopes, readScopes(deps, client.scopes)) },
  groupIds: client.groupIds,
  destinations: client.destinations,
  requestsPerMinute: client.requestsPerMinute,
  maxRunningJobs: client.maxRunningJobs,
})

/** Those of them that can be granted here; the others are as if they had not been named (RFC 6749 section 3.3). */
export const readScopes = (
  deps: Pick<Deps, 'config' | 'clock'>,
  texts: readonly string[],
): readonly Scope[] => {
  const context = searchContextOf(deps)
  return texts.flatMap((text) => {
    try {
      return [parseScope(text, context)]
    } catch (error) {
      if (hasCode(error, 'invalid-scope')) return []
      throw error
    }
  })
}
