import { SluiceError } from '../errors.ts'
import { isJsonFormat, isNdjsonFormat } from '../fhir/output-format.ts'

/**
 * Refuses a read that will not have FHIR JSON, the only format here. `_format` overrides `Accept` (FHIR R4 http.html#parameters);
 * without either anything will do.
 */
export const assertJsonAccepted = (request: Request): void => {
  if (hasJsonFormat(request)) return
  const ranges = acceptedRanges(request)
  if (ranges !== undefined && !ranges.some((range) => isWildcard(range) || isJson(range))) throw onlyJson()
}

/**
 * Whether a read of a Binary asks for the resource rather than for what is in it: only by naming FHIR JSON (FHIR R4 binary.html#rest: "unless
 * specifically requested, the FHIR XML/JSON representation is not returned"). So a wildcard, `application/json` and no `Accept` at
 * all get the content, whatever type that has. Who names nothing but FHIR XML gets neither.
 */
export const asksForBinaryResource = (request: Request): boolean => {
  if (hasJsonFormat(request)) return true
  const ranges = acceptedRanges(request)
  if (ranges?.some(isFhirJson)) return true
  if (ranges?.every(isFhirXml)) throw onlyJson()
  return false
}

/** Whether `_format` asks for JSON; any other value is refused. */
const hasJsonFormat = (request: Request): boolean => {
  const formats = new URL(request.url).searchParams.getAll('_format')
  assertJsonFormats(formats)
  return formats.length > 0
}

/** Values of `_format`, wherever they stand. */
export const assertJsonFormats = (formats: readonly string[]): void => {
  if (!formats.every(isJsonFormat)) throw onlyJson()
}

const onlyJson = (): SluiceError =>
  new SluiceError('not-acceptable', 'Cannot send another format: resources are application/fhir+json here')

/** Whether `Accept` names FHIR JSON itself, as the Bulk Data IG has a kick-off do it; a wildcard does not. */
export const namesFhirJson = (request: Request): boolean =>
  acceptedRanges(request)?.some((range) => range.startsWith('application/fhir+json') && isFhirJson(range)) ??
  false

/** Whether `Accept` names NDJSON, as the Bulk Data IG has a file request do it; a wildcard does not. */
export const namesNdjson = (request: Request): boolean => acceptedRanges(request)?.some(isNdjson) ?? false

/** The media ranges of `Accept` that are wanted at all, in lower case, without weights and charsets; `undefined` when it has none. */
const acceptedRanges = (request: Request): readonly string[] | undefined => {
  const ranges = (request.headers.get('accept') ?? '')
    .toLowerCase()
    .split(',')
    .map((range) => range.split(';').map((piece) => piece.trim()))
    .filter(([type]) => type !== '')
  if (ranges.length === 0) return undefined
  return ranges
    .filter((pieces) => !pieces.some((piece) => /^q=0(\.0*)?$/.test(piece)))
    .map((pieces) => pieces.filter((piece) => !/^(q|charset)=/.test(piece)).join(';'))
}

const isWildcard = (range: string): boolean => range === '*/*' || range === 'application/*'

const isJson = (range: string): boolean => isJsonFormat(range) || range === 'text/json' || isFhirJson(range)

/** By its name, or by the one it had before STU3. */
const isFhirJson = (range: string): boolean =>
  (range.startsWith('application/fhir+json') && isJsonFormat(range)) || range === 'application/json+fhir'

/** `ndjson` alone is a value of `_outputFormat`, and no media type. */
const isNdjson = (range: string): boolean => range.includes('/') && isNdjsonFormat(range)

const isFhirXml = (range: string): boolean => /^application\/(fhir\+xml|xml\+fhir)/.test(range)
