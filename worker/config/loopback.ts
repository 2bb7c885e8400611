/**
 * Whether a host name means this very machine: `localhost`, a name under it (RFC 6761), `127.0.0.0/8` in its canonical
 * four-number form, or `::1`, with or without brackets. Other spellings of the same addresses (`127.1`, `localhost.`,
 * `::ffff:127.0.0.1`) are not worth a guess and are refused.
 */
export const isLoopbackName = (name: string): boolean =>
  loopbackDomain.test(name) || loopbackIPv4.test(name) || name === '::1' || name === '[::1]'

const loopbackDomain = /^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)*localhost$/i
const octet = '(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])'
const loopbackIPv4 = new RegExp(`^127(?:\\.${octet}){3}$`)
