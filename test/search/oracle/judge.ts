import { isJsonObject, type Json, type JsonObject } from '../../../worker/fhir/json.ts'
import { type Asked, askedOf, plain, split } from './asked.ts'
import { type Definition, definitionsOf } from './definitions.ts'
import { judgeDate } from './judge-date.ts'
import { judgeNumber } from './judge-number.ts'
import { judgeQuantity, numbersOf } from './judge-quantity.ts'
import { judgeReference } from './judge-reference.ts'
import { judgeString } from './judge-string.ts'
import { judgeToken } from './judge-token.ts'
import { judgeUri } from './judge-uri.ts'
import { selectValues, type Value } from './select-values.ts'

export type Server = { readonly base: string; readonly nowMs: number }

/**
 * Whether a resource is what a query asks for, by the text of FHIR R4's page on search and HL7's SearchParameters: slow, and made to be
 * seen to be right. It knows nothing of `worker/fhir/search`, takes for granted that the query is well formed, and refuses nothing.
 */
export const judge = (resource: JsonObject, query: string, server: Server): boolean =>
  [...new URLSearchParams(query)].every(([name, value]) => judgeParameter(resource, name, value, server))

const judgeParameter = (resource: JsonObject, name: string, value: string, server: Server): boolean => {
  const [code = '', modifier = ''] = name.split(':')
  const definition = definitionsOf(String(resource.resourceType)).find((one) => one.code === code)
  if (definition === undefined) throw new Error(`${code} is not defined`)
  const values = searchedValues(definition, resource)
  if (modifier === 'missing') return (values.length === 0) === (value === 'true')
  const alternatives = split(askedOf(value), ',')
  const isFound = values.some((one) =>
    alternatives.some((asked) => judgeValue(definition, one, asked, modifier, resource, server)),
  )
  return modifier === 'not' ? !isFound : isFound
}

/** The values of a parameter, found once: queries come in numbers, and resources do not change. */
export const searchedValues = (
  { kind, code, expression }: Definition,
  resource: JsonObject,
): readonly Value[] => {
  const known = found.get(resource) ?? new Map<string, readonly Value[]>()
  found.set(resource, known)
  const values = known.get(code) ?? searchable(kind, selectValues(expression, resource))
  known.set(code, values)
  return values
}
const found = new WeakMap<JsonObject, Map<string, readonly Value[]>>()

const judgeValue = (
  { kind, code, components }: Definition,
  value: Value,
  asked: Asked,
  modifier: string,
  resource: JsonObject,
  server: Server,
): boolean => {
  switch (kind) {
    case 'token':
      return judgeToken(value, asked, modifier)
    case 'string':
      return judgeString(value, asked, modifier, code)
    case 'date':
      return judgeDate(value, asked, server.nowMs)
    case 'number': {
      const numbers = numbersOf(value.json, value.type)
      return numbers !== undefined && judgeNumber(numbers, plain(asked))
    }
    case 'quantity':
      return judgeQuantity(value, asked)
    case 'reference':
      return judgeReference(value, asked, modifier, code, server.base)
    case 'uri':
      return judgeUri(value, asked, modifier, resource)
    case 'composite':
      return split(asked, '$').every((part, i) => {
        const { kind = '', expression = '' } = components[i] ?? {}
        const definition: Definition = { code: '', kind, expression, components: [] }
        return searchable(kind, selectValues(expression, resource, value)).some((one) =>
          judgeValue(definition, one, part, '', resource, server),
        )
      })
    default:
      throw new Error(`${kind} is no kind of parameter`)
  }
}

/** What a parameter can look into (R4 search, "Cross-map between search parameter types and Data types"), and what HL7's expressions add. */
const searchable = (kind: string, values: readonly Value[]): readonly Value[] =>
  kind === 'composite' ? values : values.filter(({ type, json }) => isSearched(kind, type, json))

const isSearched = (kind: string, type: string, json: Json): boolean =>
  searchedIn[kind]?.includes(type) === true ||
  (kind === 'reference' && isJsonObject(json) && json.resourceType !== undefined)

const searchedIn: Readonly<Record<string, readonly string[]>> = {
  number: ['integer', 'decimal', 'positiveInt', 'unsignedInt', 'Range'],
  date: ['date', 'dateTime', 'instant', 'Period', 'Timing'],
  quantity: ['Quantity', 'Age', 'Duration', 'Count', 'Distance', 'Money', 'Range', 'SampledData'],
  string: ['string', 'markdown', 'code', 'HumanName', 'Address', 'CodeableConcept', 'Annotation'],
  uri: ['uri', 'url', 'canonical', 'oid', 'uuid'],
  reference: ['Reference', 'canonical', 'uri', 'url'],
  token: [
    ...['Coding', 'CodeableConcept', 'Identifier', 'ContactPoint', 'Quantity'],
    ...['boolean', 'code', 'id', 'string', 'markdown', 'uri', 'canonical', 'integer'],
    ...['Boolean', 'String'], // what an engine says of a condition, and of the id of a resource
  ],
}
