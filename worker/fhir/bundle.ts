import { SluiceError } from '../errors.ts'
import { echoText } from './echo-text.ts'
import { isJsonObject, type Json, type JsonObject } from './json.ts'
import { elementsOf, type JsonMember, membersOf, minifyJson } from './json-text.ts'

/** A Bundle that asks for interactions (http://hl7.org/fhir/R4/http.html#transaction). */
export type Bundle = { readonly type: 'batch' | 'transaction'; readonly entries: readonly EntryText[] }

/** An entry as a parser reads it, and its minified text, from which the resource is taken (I2). */
export type EntryText = { readonly value: Json; readonly text: string }

/** Reads the JSON text of a batch or transaction Bundle as far as its entries, of which nothing is judged yet. */
export const readBundle = (text: string, maxEntries: number): Bundle => {
  const json = text.startsWith('\ufeff') ? text.slice(1) : text
  const bundle = parseBundle(json)
  const type = typeOf(bundle)
  const { text: minified } = minifyJson(json)
  const members = memberMap(membersOf(minified, 0), 'the Bundle')
  return { type, entries: entriesOf(bundle, minified, members.get('entry'), maxEntries) }
}

/** By name; two members of one name are refused, as a parser would take the one and whoever reads the text perhaps the other. */
export const memberMap = (members: readonly JsonMember[], place: string): ReadonlyMap<string, JsonMember> => {
  const byName = new Map(members.map((member) => [member.name, member]))
  if (byName.size < members.length)
    throw new SluiceError('invalid', `Cannot read ${place}: a member of it is given twice`)
  return byName
}

const parseBundle = (json: string): JsonObject => {
  let parsed: Json
  try {
    parsed = JSON.parse(json)
  } catch {
    throw refusal('it is not valid JSON') // the parser's message quotes content
  }
  if (!isJsonObject(parsed)) throw refusal('it is not a JSON object')
  return parsed
}

const typeOf = ({ resourceType, type }: JsonObject): Bundle['type'] => {
  if (resourceType !== 'Bundle')
    throw refusal('its resourceType is not Bundle; other resources belong to the URL of their type')
  if (type === 'batch' || type === 'transaction') return type
  const given = typeof type === 'string' ? `"${echoText(type)}"` : 'missing'
  throw refusal(
    `its type is ${given}, and this URL takes batch and transaction; others are stored as resources, below the URL of type Bundle`,
  )
}

const entriesOf = (
  { entry }: JsonObject,
  minified: string,
  member: JsonMember | undefined,
  maxEntries: number,
): readonly EntryText[] => {
  if (entry === undefined || member === undefined) return []
  if (!Array.isArray(entry)) throw refusal('its entry is not an array')
  if (entry.length > maxEntries)
    throw new SluiceError('too-large', `Cannot read the Bundle: it has more than ${maxEntries} entries`)
  const values: readonly Json[] = entry
  return elementsOf(minified, member.valueStart).map(({ start, end }, index) => ({
    value: values[index] ?? null,
    text: minified.slice(start, end),
  }))
}

const refusal = (reason: string): SluiceError =>
  new SluiceError('invalid', `Cannot read the Bundle: ${reason}`)
