import { SluiceError } from '../errors.ts'
import { readBinary } from '../fhir/binary.ts'
import type { StoredVersion } from '../store/read-resource.ts'
import { type Body, jsonBody } from './resource-response.ts'

/** The content of a Binary under its own type (FHIR R4 binary.html#rest). */
export const rawBody = (version: StoredVersion): Body => {
  const binary = readBinary(version.line)
  if (binary === undefined)
    throw new SluiceError(
      'not-acceptable',
      'Cannot send the content of this Binary: its data is not base64; ask for application/fhir+json instead',
    )
  const { contentType, securityContext, bytes } = binary
  const context = securityContext === undefined ? {} : { 'X-Security-Context': securityContext }
  return { headers: { ...context, ...harmless, 'Content-Type': contentType }, content: bytes }
}

/** The resource, of which there is another form too. */
export const binaryJsonBody = (version: StoredVersion): Body => {
  const { headers, content } = jsonBody(version)
  return { headers: { ...headers, ...varying }, content }
}

const varying = { Vary: 'Accept' }

/** Whoever may write chose these bytes and their type: a browser must neither show them in our origin nor guess another type. */
const harmless = {
  ...varying,
  'X-Content-Type-Options': 'nosniff',
  'Content-Disposition': 'attachment',
  'Content-Security-Policy': "default-src 'none'; sandbox",
  'Cross-Origin-Resource-Policy': 'same-origin',
}
