/** A content coding (RFC 9110 §8.4.1); `identity` means none. */
export type Coding = 'identity' | 'gzip'

/**
 * The coding in which to send a file, by the request's `Accept-Encoding` (RFC 9110 §12.5.3): gzip when it is accepted and nothing
 * says that it is liked less; `prefersIdentity` takes identity when it is accepted at all. A client that sends no such header
 * accepts anything by the RFC, but gets what it can surely read (SPEC F-07). `undefined` when neither is accepted.
 */
export const chooseCoding = (header: string | null, prefersIdentity: boolean): Coding | undefined => {
  const weights = weightsOf(header ?? '')
  const gzip = weights.get('gzip') ?? weights.get('*') ?? 0
  const identity = weights.get('identity') ?? weights.get('*')
  const isIdentityAccepted = identity !== 0 // unless it is excluded, which takes a mention
  if (isIdentityAccepted && prefersIdentity) return 'identity'
  if (gzip > 0 && gzip >= (identity ?? 0)) return 'gzip'
  return isIdentityAccepted ? 'identity' : undefined
}

/** By coding, in lower case; members that are malformed do not count. */
const weightsOf = (header: string): ReadonlyMap<string, number> => {
  const weights = new Map<string, number>()
  for (const member of header.toLowerCase().split(',')) {
    const [coding = '', weight = 'q=1', ...rest] = member.split(';').map((piece) => piece.trim())
    if (rest.length > 0 || !/^q=(0(\.\d{0,3})?|1(\.0{0,3})?)$/.test(weight)) continue
    weights.set(coding === 'x-gzip' ? 'gzip' : coding, Number(weight.slice(2))) // §8.4.1.3: they are the same
  }
  return weights
}
