import { SluiceError } from '../errors.ts'

/** What a key derived from `SECRET_KEY` is for; no two purposes share one. */
export type Purpose = 'signing keys' | 'file URLs' | 'stored secrets'

/** Seals a text (AES-256-GCM, a fresh nonce each time); `context` must be given again to open it, so that no sealed text can take the place of another. */
export const sealSecret = async (
  secretKey: string,
  purpose: Purpose,
  context: string,
  text: string,
): Promise<string> => {
  const iv = crypto.getRandomValues(new Uint8Array(ivBytes))
  const key = await derive(secretKey, purpose, { name: 'AES-GCM', length: 256 }, ['encrypt'])
  const sealed = await crypto.subtle.encrypt(algorithm(iv, context), key, encoder.encode(text))
  return new Uint8Array([...iv, ...new Uint8Array(sealed)]).reduce((hex, byte) => hex + toHex(byte), '')
}

/** Throws `internal` for what was sealed under another key, purpose or context, or changed since. */
export const openSecret = async (
  secretKey: string,
  purpose: Purpose,
  context: string,
  sealed: string,
): Promise<string> => {
  const bytes = fromHex(sealed)
  const key = await derive(secretKey, purpose, { name: 'AES-GCM', length: 256 }, ['decrypt'])
  try {
    const iv = bytes.slice(0, ivBytes)
    return decoder.decode(await crypto.subtle.decrypt(algorithm(iv, context), key, bytes.slice(ivBytes)))
  } catch (error) {
    throw new SluiceError(
      'internal',
      `Cannot open a sealed text of "${context}": SECRET_KEY is another one, or it was changed`,
      {
        cause: error,
      },
    )
  }
}

/** HMAC-SHA-256 (RFC 2104) of a text, in Base64url: 256 bits that nobody without the key can make. */
export const signText = async (secretKey: string, purpose: Purpose, text: string): Promise<string> => {
  const key = await derive(secretKey, purpose, hmac, ['sign'])
  return toBase64Url(new Uint8Array(await crypto.subtle.sign('HMAC', key, encoder.encode(text))))
}

/** Whether a signature is that of the text, compared in constant time. */
export const verifyText = async (
  secretKey: string,
  purpose: Purpose,
  text: string,
  signature: string,
): Promise<boolean> => {
  const bytes = fromBase64Url(signature)
  if (bytes === undefined) return false
  const key = await derive(secretKey, purpose, hmac, ['verify'])
  return crypto.subtle.verify('HMAC', key, bytes, encoder.encode(text))
}

const ivBytes = 12
const hmac = { name: 'HMAC', hash: 'SHA-256', length: 256 }

const algorithm = (iv: Uint8Array<ArrayBuffer>, context: string) => ({
  name: 'AES-GCM',
  iv,
  additionalData: encoder.encode(context),
})

/** HKDF (RFC 5869): `SECRET_KEY` has its entropy already, so no slow derivation is needed. */
const derive = async (
  secretKey: string,
  purpose: Purpose,
  algorithmOfKey: { readonly name: string; readonly length: number; readonly hash?: string },
  uses: readonly ('encrypt' | 'decrypt' | 'sign' | 'verify')[],
): Promise<CryptoKey> => {
  const base = await crypto.subtle.importKey('raw', encoder.encode(secretKey), 'HKDF', false, ['deriveKey'])
  const parameters = { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info: encoder.encode(purpose) }
  return crypto.subtle.deriveKey(parameters, base, algorithmOfKey, false, [...uses])
}

const encoder = new TextEncoder()
const decoder = new TextDecoder()
const toHex = (byte: number): string => byte.toString(16).padStart(2, '0')
const fromHex = (hex: string): Uint8Array<ArrayBuffer> =>
  new Uint8Array((hex.match(/../g) ?? []).map((pair) => Number.parseInt(pair, 16)))

const toBase64Url = (bytes: Uint8Array): string =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')

const fromBase64Url = (text: string): Uint8Array<ArrayBuffer> | undefined => {
  if (!/^[\w-]{1,128}$/.test(text)) return undefined
  try {
    const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'))
    return Uint8Array.from(binary, (char) => char.charCodeAt(0))
  } catch {
    return undefined
  }
}
