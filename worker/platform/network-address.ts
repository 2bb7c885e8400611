import ipaddr from 'ipaddr.js'

/**
 * The one address that a text holds, in the one way it is written (RFC 5952): without a port, brackets and the zone of an interface, and an
 * IPv4 address as such, however it was wrapped. `undefined` for whatever is no address, so that nothing else gets into the audit.
 */
export const readAddress = (text: string | undefined): string | undefined => {
  const bare = text === undefined || text.length > maxLength ? undefined : bareAddress(text.trim())
  if (bare === undefined) return undefined
  if (ipaddr.IPv4.isValidFourPartDecimal(bare)) return bare
  return ipaddr.IPv6.isValid(bare) ? ipaddr.process(bare).toString() : undefined
}

/** An IPv6 address with a zone and a port, and some blanks around. */
const maxLength = 128

const bareAddress = (text: string): string | undefined =>
  /^\[([\da-f:.]+)(?:%[^\]]*)?\](?::\d{1,5})?$/i.exec(text)?.[1] ??
  /^([\da-f:.]*:[\da-f:.]*:[\da-f:.]*)(?:%.*)?$/i.exec(text)?.[1] ??
  /^([\d.]+)(?::\d{1,5})?$/.exec(text)?.[1]

/** Whose address it is, as far as that can be told: of IPv6 the network of 64 bits, of which anybody has all addresses. As `readAddress` writes them. */
export const networkOf = (address: string): string =>
  ipaddr.IPv6.isValid(address) ? ipaddr.IPv6.parse(address).parts.slice(0, 4).join(':') : address
