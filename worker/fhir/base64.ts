/** Padded base64 (RFC 4648 section 4). By table: `btoa` wants a string first, and making that takes several times as long. */
export const encodeBase64 = (bytes: Uint8Array): string => {
  const out = new Uint8Array(Math.ceil(bytes.length / 3) * 4)
  let to = 0
  for (let at = 0; at < bytes.length; at += 3) {
    const word = ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0)
    for (let shift = 18; shift >= 0; shift -= 6) out[to++] = alphabet[(word >> shift) & 63] ?? 0
  }
  const missing = (3 - (bytes.length % 3)) % 3
  out.fill(padding, out.length - missing)
  return new TextDecoder().decode(out)
}

const ascii = new TextEncoder()
const alphabet = ascii.encode('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/')
const padding = 0x3d

/** The bytes of a base64Binary, blanks in it left aside (FHIR R4 datatypes); `undefined` when it is none. */
export const decodeBase64 = (text: string): Uint8Array<ArrayBuffer> | undefined => {
  let decoded: string
  try {
    decoded = atob(text)
  } catch {
    return undefined
  }
  const bytes = new Uint8Array(decoded.length)
  for (let at = 0; at < decoded.length; at++) bytes[at] = decoded.charCodeAt(at)
  return bytes
}

/** How many bytes may be encoded so that the text has at most `length` characters. */
export const bytesOfBase64 = (length: number): number => Math.max(0, Math.floor(length / 4) * 3)
