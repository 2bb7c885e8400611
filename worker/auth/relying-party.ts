import { isLoopbackName } from '../config/loopback.ts'
import type { Config } from '../config.ts'

/** Whom passkeys are made for: the host and the origin of `BASE_URL`. */
export type RelyingParty = { readonly id: string; readonly origin: string }

/**
 * `undefined` where there can be no passkeys: browsers bind them to a domain, never to an address (WebAuthn section 5.1.2), and only on
 * https or `localhost`.
 */
export const relyingPartyOf = ({ baseUrl }: Pick<Config, 'baseUrl'>): RelyingParty | undefined => {
  const { hostname, origin, protocol } = new URL(baseUrl)
  const isAddress = hostname.startsWith('[') || /^[\d.]+$/.test(hostname)
  const isSecure = protocol === 'https:' || isLoopbackName(hostname)
  return isAddress || !isSecure ? undefined : { id: hostname, origin }
}
