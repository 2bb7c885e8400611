/** Whether a value of `_outputFormat` asks for NDJSON by one of the three names of the IG. */
export const isNdjsonFormat = (value: string): boolean => ndjsonFormats.has(formatOf(value))

/** Whether a value of `_format` asks for JSON (R4 "RESTful API", Content Types and encodings). */
export const isJsonFormat = (value: string): boolean => jsonFormats.has(formatOf(value))

/** In lower case, a `+` that was decoded as a space put right, `fhirVersion=4.0` taken off; with any other parameter, all of it. */
const formatOf = (value: string): string => {
  const [format = '', ...parameters] = value.split(';')
  const isAsked = parameters.every((parameter) => /^(?:fhirVersion=("?)4\.0\1)?$/i.test(parameter.trim()))
  return isAsked ? format.trim().replace(' ', '+').toLowerCase() : value
}

const ndjsonFormats: ReadonlySet<string> = new Set([
  'application/fhir+ndjson',
  'application/ndjson',
  'ndjson',
])
const jsonFormats: ReadonlySet<string> = new Set(['application/fhir+json', 'application/json', 'json'])
