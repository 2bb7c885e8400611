import { isoCBOR } from '@simplewebauthn/server/helpers'
import { base64url } from 'jose'

/** An authenticator made of software: ES256, attestation `none`. What it says can be made wrong, piece by piece. */
export type Authenticator = {
  /** `navigator.credentials.create`, as JSON. */
  create(options: CreationOptions | undefined, wrong?: Wrong): Promise<object>
  /** `navigator.credentials.get`, as JSON. */
  get(options: { challenge: string } | undefined, wrong?: Wrong): Promise<object>
}
type CreationOptions = { challenge: string; user: { id: string } }

export type Wrong = {
  readonly origin?: string
  readonly rpId?: string
  readonly type?: string
  readonly challenge?: string
  readonly userHandle?: string
  readonly isUserVerified?: boolean
  readonly signature?: Uint8Array
  readonly counter?: number
}

export const createAuthenticator = async (baseUrl: string): Promise<Authenticator> => {
  const { origin, hostname } = new URL(baseUrl)
  const keys = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, [
    'sign',
    'verify',
  ])
  const id = base64url.encode(crypto.getRandomValues(new Uint8Array(16)))
  let counter = 0
  let userHandle = ''

  const clientData = (type: string, challenge: string, wrong: Wrong): Uint8Array =>
    new TextEncoder().encode(
      JSON.stringify({
        type: wrong.type ?? type,
        challenge: wrong.challenge ?? challenge,
        origin: wrong.origin ?? origin,
        crossOrigin: false,
      }),
    )
  const authenticatorData = async (wrong: Wrong, attested: Uint8Array): Promise<Uint8Array> => {
    counter = wrong.counter ?? counter + 1
    const flags = 0x01 | (wrong.isUserVerified === false ? 0 : 0x04) | (attested.length > 0 ? 0x40 : 0)
    const count = new DataView(new ArrayBuffer(4))
    count.setUint32(0, counter)
    return joined(await sha256(new TextEncoder().encode(wrong.rpId ?? hostname)), [flags], count, attested)
  }

  return {
    create: async ({ challenge, user } = { challenge: '', user: { id: '' } }, wrong = {}) => {
      userHandle = user.id
      const raw = new Uint8Array(await crypto.subtle.exportKey('raw', keys.publicKey))
      const cose = isoCBOR.encode(
        new Map<number, number | Uint8Array>([
          [1, 2],
          [3, -7],
          [-1, 1],
          [-2, raw.slice(1, 33)],
          [-3, raw.slice(33)],
        ]),
      )
      const credentialId = base64url.decode(id)
      const attested = joined(new Uint8Array(16), [0, credentialId.length], credentialId, cose)
      const authData = await authenticatorData(wrong, attested)
      const attestationObject = isoCBOR.encode(
        new Map<string, string | Uint8Array | Map<string, string>>([
          ['fmt', 'none'],
          ['attStmt', new Map()],
          ['authData', authData],
        ]),
      )
      return {
        id,
        rawId: id,
        type: 'public-key',
        response: {
          clientDataJSON: base64url.encode(clientData('webauthn.create', challenge, wrong)),
          attestationObject: base64url.encode(attestationObject),
          transports: ['internal'],
        },
        clientExtensionResults: {},
      }
    },
    get: async ({ challenge } = { challenge: '' }, wrong = {}) => {
      const data = clientData('webauthn.get', challenge, wrong)
      const authData = await authenticatorData(wrong, new Uint8Array())
      const signed = joined(authData, await sha256(data))
      const algorithm = { name: 'ECDSA', hash: 'SHA-256' }
      const signature = new Uint8Array(await crypto.subtle.sign(algorithm, keys.privateKey, signed))
      return {
        id,
        rawId: id,
        type: 'public-key',
        response: {
          clientDataJSON: base64url.encode(data),
          authenticatorData: base64url.encode(authData),
          signature: base64url.encode(wrong.signature ?? toDer(signature)),
          userHandle: wrong.userHandle ?? userHandle,
        },
        clientExtensionResults: {},
      }
    },
  }
}

type Bytes = Uint8Array | DataView | readonly number[]

const joined = (...pieces: readonly Bytes[]): Uint8Array<ArrayBuffer> =>
  new Uint8Array(
    pieces.flatMap((piece) => (piece instanceof DataView ? [...new Uint8Array(piece.buffer)] : [...piece])),
  )

const sha256 = async (bytes: Uint8Array): Promise<Uint8Array> =>
  new Uint8Array(await crypto.subtle.digest('SHA-256', new Uint8Array(bytes)))

/** An ECDSA signature as WebAuthn has it (RFC 3279): WebCrypto makes `r` and `s` of 32 bytes each. */
const toDer = (raw: Uint8Array): Uint8Array => {
  const integer = (bytes: Uint8Array): number[] => {
    const first = bytes.findIndex((byte) => byte !== 0)
    const digits = [...bytes.slice(first)]
    const positive = (digits[0] ?? 0) > 127 ? [0, ...digits] : digits
    return [2, positive.length, ...positive]
  }
  const body = [...integer(raw.slice(0, 32)), ...integer(raw.slice(32))]
  return new Uint8Array([0x30, body.length, ...body])
}
