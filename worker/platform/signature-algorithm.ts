/** What signatures may be made by, and the kind of key that it takes (RFC 7518 section 3.1, RFC 8037, RFC 9864); nothing symmetric, and never `none`. */
export const kindOfAlgorithm = {
  RS256: 'RSA',
  RS384: 'RSA',
  RS512: 'RSA',
  PS256: 'RSA',
  PS384: 'RSA',
  PS512: 'RSA',
  ES256: 'EC P-256',
  ES384: 'EC P-384',
  ES512: 'EC P-521',
  EdDSA: 'OKP Ed25519',
  Ed25519: 'OKP Ed25519',
} as const

/** A key type, and its curve if it has one. */
export type KeyKind = (typeof kindOfAlgorithm)[keyof typeof kindOfAlgorithm]

export const signatureAlgorithms: readonly string[] = Object.keys(kindOfAlgorithm)

/** The kind of key for an algorithm that a stranger has named. */
export const kindFor = (alg: string): KeyKind | undefined => kinds.get(alg)

const kinds: ReadonlyMap<string, KeyKind> = new Map(Object.entries(kindOfAlgorithm))
