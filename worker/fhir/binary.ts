import { bytesOfBase64, decodeBase64, encodeBase64 } from './base64.ts'
import { isJsonObject } from './json.ts'

/** What of a Binary stands beside its bytes. */
export type BinaryLabel = {
  readonly id: string | undefined
  readonly contentType: string
  /** A literal reference, for `securityContext`. */
  readonly securityContext: string | undefined
}

/** The JSON text of a Binary of these bytes (FHIR R4 binary.html). */
export const binaryText = (label: BinaryLabel, bytes: Uint8Array): string =>
  opening(label) + encodeBase64(bytes) + closing

/** How many bytes a Binary may have so that its text has at most `maxLength` characters. */
export const maxBytesOfBinary = (label: BinaryLabel, maxLength: number): number =>
  bytesOfBase64(maxLength - opening(label).length - closing.length)

const opening = ({ id, contentType, securityContext }: BinaryLabel): string => {
  const reference = securityContext === undefined ? {} : { securityContext: { reference: securityContext } }
  const named = id === undefined ? {} : { id }
  return `${JSON.stringify({ resourceType: 'Binary', ...named, contentType, ...reference }).slice(0, -1)},"data":"`
}
const closing = '"}'

export type RawBinary = {
  readonly contentType: string
  readonly securityContext: string | undefined
  readonly bytes: Uint8Array<ArrayBuffer>
}

/**
 * What a stored Binary holds, as it is; `undefined` when its `data` is not base64. Nobody has validated the rest either, so a content
 * type that no header may carry counts as `application/octet-stream`, and such a security context as none.
 */
export const readBinary = (line: string): RawBinary | undefined => {
  const resource: unknown = JSON.parse(line)
  if (!isJsonObject(resource)) return undefined
  const { contentType, data = '', securityContext } = resource
  const bytes = typeof data === 'string' ? decodeBase64(data) : undefined
  if (bytes === undefined) return undefined
  const reference = isJsonObject(securityContext) ? securityContext.reference : undefined
  return {
    contentType: typeof contentType === 'string' && isMediaType(contentType) ? contentType : unknownType,
    securityContext: typeof reference === 'string' && isVisible(reference) ? reference : undefined,
    bytes,
  }
}

const unknownType = 'application/octet-stream'

/** RFC 9110 section 8.3.1, with parameters. */
export const isMediaType = (text: string): boolean => mediaType.test(text)

const token = String.raw`[\w!#$%&'*+.^\`|~-]+`
const parameter = String.raw`${token}=(?:${token}|"(?:[ !#-\[\]-~]|\\[ -~])*")`
const mediaType = new RegExp(`^${token}/${token}(?: ?; ?${parameter})*$`)

const isVisible = (text: string): boolean => /^[!-~]+$/.test(text)
