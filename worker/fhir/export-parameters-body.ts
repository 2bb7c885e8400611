import { SluiceError } from '../errors.ts'
import { echoText } from './echo-text.ts'
import { isExportParameterName } from './export-parameter-names.ts'
import { isJsonObject, type Json, type JsonObject } from './json.ts'

/**
 * Reads the body of a POST kick-off, a FHIR Parameters resource, into the pairs that a query would have brought. Without
 * `parameter`, or with an empty one, it asks for everything. Any value[x] that is a JSON string or a boolean will
 * do: clients write `valueString` for instants, codes and booleans alike.
 */
export const readParametersBody = (body: unknown): readonly (readonly [name: string, value: string])[] => {
  if (!isJsonObject(body) || body.resourceType !== 'Parameters') {
    throw refusal('it is not a FHIR Parameters resource')
  }
  const { parameter = [] } = body
  if (!Array.isArray(parameter)) throw refusal('its "parameter" is not an array')
  return parameter.map(readEntry)
}

const readEntry = (entry: unknown): readonly [string, string] => {
  if (!isJsonObject(entry)) throw refusal('an entry of its "parameter" is not an object')
  const { name } = entry
  if (typeof name !== 'string') throw refusal('an entry of its "parameter" has no name')
  // Other parameters are refused, ignored or passed over by their name; what they hold may be anything.
  return [name, isExportParameterName(name) ? readValue(name, entry) : '']
}

const readValue = (name: string, entry: JsonObject): string => {
  const refuse = (reason: string) => refusal(`its parameter "${echoText(name)}" ${reason}`)
  if ('part' in entry || 'resource' in entry) throw refuse('must have a value, not a part or a resource')
  const [first, second] = Object.keys(entry).filter((member) => /^value[A-Z]/.test(member))
  if (first === undefined) throw refuse('has no value')
  if (second !== undefined) throw refuse('has more than one value[x]')
  const value = name === 'patient' ? referenceOf(entry[first]) : entry[first]
  if (typeof value === 'boolean') return String(value)
  if (typeof value !== 'string') throw refuse('has a value that is not a string')
  return value
}

/** A patient is given by `valueReference` (IG, "Query Parameters"), or by a string. */
const referenceOf = (value: Json | undefined): Json | undefined =>
  isJsonObject(value) ? value.reference : value

const refusal = (reason: string): SluiceError =>
  new SluiceError('invalid', `Cannot read the request body: ${reason}`)
