import { type Deps, searchContextOf } from '../deps.ts'
import { hasCode, SluiceError } from '../errors.ts'
import { echoText } from '../fhir/echo-text.ts'
import { isResourceId } from '../fhir/reference.ts'
import { parseScope } from '../fhir/scope/scope.ts'
import { parsePublicKeySet } from '../platform/jwk-set.ts'
import { checkRemoteUrl } from '../platform/remote-address.ts'
import type { Client } from '../store/clients.ts'

/** What an administrator says of a client. */
export type Registration = Pick<
  Client,
  'name' | 'jwksUrl' | 'scopes' | 'groupIds' | 'destinations' | 'requestsPerMinute' | 'maxRunningJobs'
> & {
  /** A JWK Set as it was given. */
  readonly jwks: unknown
}

/** The registration as it is stored; throws `invalid` for keys, scopes and ids that nobody could use (SMART, "Registering a Client"). */
export const checkRegistration = (
  deps: Deps,
  { jwks, ...given }: Registration,
): Omit<Client, 'clientId' | 'suspendedAt' | 'createdAt' | 'changedAt'> => {
  if ((given.jwksUrl === undefined) === (jwks === undefined))
    throw refused('it needs either jwksUrl, where its public keys are, or jwks, the keys themselves')
  if (given.jwksUrl !== undefined) assertAskable(given.jwksUrl, deps.config.privateHosts)
  if (given.scopes.length === 0) throw refused('it has no scopes, so it could not do anything')
  for (const scope of given.scopes) parseScope(scope, searchContextOf(deps))
  const strange = given.groupIds?.find((id) => !isResourceId(id))
  if (strange !== undefined) throw refused(`"${echoText(strange)}" is no id of a Group`)
  return {
    ...given,
    scopes: [...new Set(given.scopes)],
    jwks: jwks === undefined ? undefined : parsePublicKeySet(jwks),
  }
}

/** Said to an administrator, who may see to it; `forbidden` would say that he may not register clients. */
const assertAskable = (jwksUrl: string, privateHosts: readonly string[]): void => {
  try {
    checkRemoteUrl(jwksUrl, privateHosts)
  } catch (error) {
    if (!hasCode(error, 'forbidden')) throw error
    throw refused(`its keys cannot be had there unless PRIVATE_HOSTS names the host. ${error.message}`)
  }
}

const refused = (reason: string): SluiceError =>
  new SluiceError('invalid', `Cannot register the client: ${reason}`)
