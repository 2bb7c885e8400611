import ipaddr from 'ipaddr.js'
import { SluiceError } from '../errors.ts'

/** Where a server of others may be asked. `isPrivate`: the configuration names its host, so its address is nobody's business. */
export type RemotePlace = { readonly url: URL; readonly isPrivate: boolean }

/**
 * Judges a URL by what it says. The parser has brought every notation of an IPv4 address (decimal, octal, hex, with few numbers, in
 * full-width digits) to the usual one, so that it cannot hide. Throws `forbidden`.
 */
export const checkRemoteUrl = (text: string, privateHosts: readonly string[]): RemotePlace => {
  if (!URL.canParse(text)) throw refusedAddress('a server', 'its URL is none')
  const url = new URL(text)
  const shown = url.host
  if (url.username !== '' || url.password !== '') throw refusedAddress(shown, 'its URL names a user')
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    throw refusedAddress(shown, 'its URL is not https')
  if (isNamed(url, privateHosts)) return { url, isPrivate: true }
  if (url.protocol !== 'https:') throw refusedAddress(shown, 'its URL is not https')
  const problem = problemOfName(url.hostname)
  if (problem !== undefined) throw refusedAddress(shown, problem)
  return { url, isPrivate: false }
}

export const refusedAddress = (host: string, reason: string): SluiceError =>
  new SluiceError('forbidden', `Cannot ask "${host}": ${reason}`)

const isNamed = ({ hostname, port, protocol }: URL, privateHosts: readonly string[]): boolean => {
  const portInUse = port !== '' ? port : protocol === 'https:' ? '443' : '80'
  return privateHosts.includes(hostname) || privateHosts.includes(`${hostname}:${portInUse}`)
}

const problemOfName = (hostname: string): string | undefined => {
  if (ipaddr.isValid(hostname.replace(/^\[|\]$/g, ''))) return 'its host is an address, not a name'
  if (hostname.endsWith('.')) return 'its host name ends in a dot'
  if (!hostname.includes('.') || privateDomain.test(hostname))
    return 'its host name is one of a private network'
  return undefined
}

/** RFC 6761 and 6762, RFC 8375, `.internal` as ICANN has reserved it, and what routers are known to make up. */
const privateDomain =
  /\.(?:localhost|local|internal|localdomain|home\.arpa|home|lan|corp|intranet|private|onion|test|invalid)$/

/**
 * Whether an address is one host's of the public internet. IPv6 that stands for IPv4 (mapped, compatible, NAT64, 6to4, Teredo) is not:
 * where it ends cannot be told from here. All of public IPv6 is in 2000::/3 so far.
 */
export const isPublicAddress = (address: string): boolean => {
  if (!ipaddr.isValid(address)) return false
  const parsed = ipaddr.parse(address)
  return parsed.range() === 'unicast' && (parsed.kind() === 'ipv4' || parsed.match(globalUnicast))
}

const globalUnicast = ipaddr.parseCIDR('2000::/3')
