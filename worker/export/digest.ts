import { decodeBase64, encodeBase64 } from '../fhir/base64.ts'
import type { FileDigests } from '../store/file-digests.ts'

/** SHA-256, Base64. The bytes may change once this has returned a promise: WebCrypto works on a copy. */
export const digestOf = async (bytes: Uint8Array<ArrayBuffer>): Promise<string> =>
  encodeBase64(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)))

/**
 * The digests of a file uploaded in parts, that of the whole as S3 composes it: anybody who has the bytes and the size of the parts can
 * repeat it, and it was made without reading them twice. `undefined` when that of some part is not known.
 */
export const digestsOfParts = async (
  parts: readonly { readonly sha256: string | null }[],
): Promise<FileDigests | undefined> => {
  const partSha256 = parts.flatMap(({ sha256 }) => (sha256 === null ? [] : [sha256]))
  if (partSha256.length < parts.length) return undefined
  const joined = new Uint8Array(partSha256.flatMap((sha256) => [...(decodeBase64(sha256) ?? [])]))
  return { sha256: `${await digestOf(joined)}-${parts.length}`, partSha256 }
}
