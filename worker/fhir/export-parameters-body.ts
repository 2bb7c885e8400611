import { SluiceError } from '../errors.ts'
import { echoText } from './echo-text.ts'
import { isExportParameterName, nameMeant } from './export-parameter-names.ts'
import { isJsonObject, type Json, type JsonObject } from './json.ts'

/**
 * Reads the body of a POST kick-off, a FHIR Parameters resource, into the pairs that a query would have brought. Without
 * `parameter`, or with an empty one, it asks for everything. Any primitive value[x] will do, as the text that it would be in a query:
 * clients write `valueString` for instants, codes and booleans alike.
 */
export const readParametersBody = (
  body: unknown,
  allowsTypeAlias: boolean,
): readonly (readonly [name: string, value: string])[] => {
  if (!isJsonObject(body) || body.resourceType !== 'Parameters') {
    throw refusal('it is not a FHIR Parameters resource')
  }
  const { parameter = [] } = body
  if (!Array.isArray(parameter)) throw refusal('its "parameter" is not an array')
  return parameter.map((entry) => readEntry(entry, allowsTypeAlias))
}

const readEntry = (entry: unknown, allowsTypeAlias: boolean): readonly [string, string] => {
  if (!isJsonObject(entry)) throw refusal('an entry of its "parameter" is not an object')
  if (typeof entry.name !== 'string') throw refusal('an entry of its "parameter" has no name')
  const name = nameMeant(entry.name, allowsTypeAlias)
  // Other parameters are refused, ignored or passed over by their name; what they hold may be anything.
  return [name, isExportParameterName(name) ? readValue(name, entry) : '']
}

const readValue = (name: string, entry: JsonObject): string => {
  const refuse = (reason: string) => refusal(`its parameter "${echoText(name)}" ${reason}`)
  if ('part' in entry || 'resource' in entry) throw refuse('must have a value, not a part or a resource')
  const [first, second] = Object.keys(entry).filter((member) => /^value[A-Z]/.test(member))
  if (first === undefined) throw refuse('has no value')
  if (second !== undefined) throw refuse('has more than one value[x]')
  const element = elements.get(`${name}.${first}`)
  const given = entry[first]
  const value = element !== undefined && isJsonObject(given) ? given[element] : given
  if (typeof value === 'string') return value
  if (isNumberOrBoolean(value) && isTextOfIt(name) && value === given) return String(value)
  throw refuse(`has a ${echoText(first)} ${describe(value, element)}; it may be ${formsOf(name)}`)
}

/** Of a structure by which the IG gives a parameter, the element that counts. */
const elements: ReadonlyMap<string, string> = new Map([
  ['patient.valueReference', 'reference'],
  ['includeAssociatedData.valueCoding', 'code'],
])

const isNumberOrBoolean = (value: Json | undefined): value is number | boolean =>
  typeof value === 'number' || typeof value === 'boolean'

/** `true` and `007` would pass for ids of patients that nobody meant. */
const isTextOfIt = (name: string): boolean => name !== 'patient'

const describe = (value: Json | undefined, element: string | undefined): string => {
  if (value === undefined) return `without ${element ?? 'a value'}`
  if (value === null) return 'that is null'
  if (typeof value === 'object') return `that is ${Array.isArray(value) ? 'a list' : 'a structure'}`
  return `that is ${echoText(String(value))}`
}

const formsOf = (name: string): string => {
  switch (name) {
    case 'patient':
      return 'a valueReference with a reference, or a valueString'
    case 'includeAssociatedData':
      return 'a valueCoding with a code, a valueCode or a valueString'
    case '_since':
    case '_until':
    case '_till':
      return 'a valueInstant, a valueDateTime, a valueDate or a valueString'
    default:
      return 'a valueString, or any other value[x] that is a string, a number or a boolean'
  }
}

const refusal = (reason: string): SluiceError =>
  new SluiceError('invalid', `Cannot read the request body: ${reason}`)
