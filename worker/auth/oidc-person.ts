import type { OidcProvider } from '../config.ts'
import { echoText } from '../fhir/echo-text.ts'
import type { AdministratorPrincipal } from './principal.ts'

/** What an ID token says, once it has been verified. */
export type Claims = Readonly<Record<string, unknown>> & { readonly iss: string; readonly sub: string }

/**
 * What the configured claim makes of its bearer; nothing unless it says so. An address that its bearer has only typed in somewhere is
 * nobody's yet: where roles go by e-mail, the provider must have verified it.
 */
export const roleOf = (
  { roleClaim, admins, viewers }: OidcProvider,
  claims: Claims,
): AdministratorPrincipal['role'] | undefined => {
  if (roleClaim === 'email' && claims.email_verified !== true) return undefined
  const value = Object.hasOwn(claims, roleClaim) ? claims[roleClaim] : undefined
  const given: readonly unknown[] = Array.isArray(value) ? value : [value]
  const isAmong = (wanted: readonly string[]): boolean => wanted.some((each) => given.includes(each))
  if (isAmong(admins)) return 'admin'
  return isAmong(viewers) ? 'viewer' : undefined
}

/** For people to read, and for nothing else: whoever it is can often choose it. */
export const nameOf = (claims: Claims): string => {
  const names = [claims.name, claims.preferred_username, claims.email, claims.sub]
  const name = names.map((each) => (typeof each === 'string' ? echoText(each).trim() : ''))
  return name.find((each) => each !== '') ?? 'unnamed'
}
