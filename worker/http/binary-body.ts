import { type Deps, fhirBase } from '../deps.ts'
import { SluiceError } from '../errors.ts'
import { type BinaryLabel, binaryText, isMediaType, maxBytesOfBinary } from '../fhir/binary.ts'
import { isJsonObject } from '../fhir/json.ts'
import { parseReference } from '../fhir/reference.ts'
import { decodeUtf8, mediaTypeOf, readBytes } from './request-body.ts'

/**
 * The JSON text of the Binary that a POST or PUT sends: "the data is accepted as is and treated as the content of a Binary, including
 * when the content type is FHIR, except when the content is actually a Binary resource" (FHIR R4 binary.html#rest). `undefined` when
 * there is no body.
 */
export const readBinaryText = async (
  request: Request,
  deps: Deps,
  id: string | undefined,
): Promise<string | undefined> => {
  const { maxResourceBytes } = deps.config.limits
  const isJson = ['application/fhir+json', 'application/json'].includes(mediaTypeOf(request))
  const label = isJson ? undefined : labelOf(request, deps, id)
  const maxBytes = label === undefined ? maxResourceBytes : maxBytesOfBinary(label, maxResourceBytes)
  const bytes = await readBytes(request, maxBytes)
  if (bytes.length === 0) return undefined
  if (label === undefined) return readJsonBinary(request, deps, id, bytes)
  if (/^application\/(fhir\+)?xml$/.test(mediaTypeOf(request)) && isBinaryInXml(bytes)) throw noXml()
  return binaryText(label, bytes)
}

const readJsonBinary = (request: Request, deps: Deps, id: string | undefined, bytes: Uint8Array): string => {
  const text = decodeUtf8(bytes)
  if (isBinaryResource(text)) return text
  const label = labelOf(request, deps, id)
  const maxBytes = maxBytesOfBinary(label, deps.config.limits.maxResourceBytes)
  if (bytes.length > maxBytes)
    throw new SluiceError('too-large', `Cannot read body: it has more than ${maxBytes} bytes`)
  return binaryText(label, bytes)
}

/** Text that is no JSON at all was meant to be some: storing it as content would hide the mistake. */
const isBinaryResource = (text: string): boolean => {
  try {
    const parsed: unknown = JSON.parse(text)
    return isJsonObject(parsed) && parsed.resourceType === 'Binary'
  } catch {
    throw new SluiceError('invalid', 'Cannot read body: it is not valid JSON')
  }
}

const labelOf = (request: Request, { config }: Deps, id: string | undefined): BinaryLabel => {
  const contentType = (request.headers.get('content-type') ?? '').trim()
  if (!isMediaType(contentType))
    throw new SluiceError(
      'unsupported-media-type',
      `Cannot read body: it has ${contentType === '' ? 'no Content-Type' : 'a Content-Type that is no media type'}`,
    )
  return { id, contentType, securityContext: securityContextOf(request, fhirBase(config)) }
}

/** `X-Security-Context: Patient/123`, which says of raw content what `securityContext` says of a resource. */
const securityContextOf = (request: Request, serverBase: string): string | undefined => {
  const reference = request.headers.get('x-security-context')?.trim()
  if (reference === undefined) return undefined
  if (parseReference(reference, serverBase) !== undefined || /^https?:\/\/[!-~]+$/.test(reference))
    return reference
  throw new SluiceError(
    'invalid',
    'Cannot read X-Security-Context: it must be a reference such as Patient/123, or an absolute URL',
  )
}

/** Whether the root element is a FHIR Binary. Whoever sends one means the resource, which cannot be read here. */
const isBinaryInXml = (bytes: Uint8Array): boolean => {
  const start = new TextDecoder().decode(bytes.subarray(0, 4096))
  const root = /<(?![?!])(?:[\w.-]+:)?([\w.-]+)([^>]*)/.exec(start.replace(/<!--[\s\S]*?-->/g, ''))
  return root?.[1] === 'Binary' && (root[2] ?? '').includes('http://hl7.org/fhir')
}

const noXml = (): SluiceError =>
  new SluiceError('unsupported-media-type', 'Cannot read body: a Binary resource must be sent as JSON here')
