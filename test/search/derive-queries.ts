import { isJsonObject, type Json, type JsonObject } from '../../worker/fhir/json.ts'
import { objectsOf, textOf } from '../fhir/r4-package.ts'
import { type Definition, definitionsOf } from './oracle/definitions.ts'
import { searchedValues } from './oracle/judge.ts'
import { selectValues, type Value } from './oracle/select-values.ts'

type Random = () => number

/**
 * Queries that real values give rise to: of every parameter that some of the resources have a value of, the forms that its kind has, with
 * the value as it is, or a part of it, or something near it. At most `perParameter` of each.
 */
export const deriveQueries = (
  type: string,
  resources: readonly JsonObject[],
  random: Random,
  perParameter: number,
): readonly string[] =>
  definitionsOf(type).flatMap((definition) => {
    const found = resources.flatMap((resource) =>
      searchedValues(definition, resource).map((value) => ({ resource, value })),
    )
    const picked = shuffled(found, random).slice(0, perParameter)
    const queries = picked.flatMap(({ resource, value }) => queriesOf(definition, resource, value, random))
    const unlike = definition.kind === 'composite' ? [] : [`${definition.code}:missing=${random() < 0.5}`]
    return shuffled([...new Set([...queries, ...(found.length > 0 ? unlike : [])])], random).slice(
      0,
      perParameter,
    )
  })

const queriesOf = (
  definition: Definition,
  resource: JsonObject,
  value: Value,
  random: Random,
): readonly string[] => {
  const { code, kind, components } = definition
  if (kind !== 'composite')
    return formsOf(kind, value, random).map(([modifier, text]) => queryOf(code, modifier, text))
  const parts = components.map(({ kind: part, expression }) => {
    const [first] = selectValues(expression, resource, value)
    const plain = first === undefined ? [] : formsOf(part, first, random).filter(isForComponent)
    return pick(plain, random)?.[1]
  })
  return parts.includes(undefined) ? [] : [queryOf(code, '', parts.join('$'))]
}

/** A comma would end the composite. */
const isForComponent = ([modifier, text]: Form): boolean => modifier === '' && !/(?<!\\),/.test(text)

const queryOf = (code: string, modifier: string, text: string): string =>
  new URLSearchParams([[modifier === '' ? code : `${code}:${modifier}`, text]]).toString()

type Form = readonly [modifier: string, text: string]

const formsOf = (kind: string, value: Value, random: Random): readonly Form[] => {
  switch (kind) {
    case 'token':
      return tokenForms(value)
    case 'string':
      return stringForms(value, random)
    case 'date':
      return dateForms(value.json, random)
    case 'reference':
      return referenceForms(value)
    case 'uri':
      return uriForms(textOf(value.json))
    default:
      return numberForms(value, random)
  }
}

/** What stands for itself, though it looks like a separator. */
export const escapeValue = (text: string): string => text.replaceAll(/[,|$\\]/g, '\\$&')

const tokenForms = ({ json, type }: Value): readonly Form[] => {
  if (!isJsonObject(json)) return codeForms(undefined, String(json), type !== 'boolean' && type !== 'Boolean')
  const identified: readonly Form[] = objectsOf(
    isJsonObject(json.type) ? json.type.coding : undefined,
  ).flatMap(({ system, code }): readonly Form[] =>
    textOf(system) === '' || textOf(json.value) === ''
      ? []
      : [['of-type', [system, code, json.value].map(textOf).map(escapeValue).join('|')]],
  )
  const texts = [json.text, json.display].map(textOf).filter((text) => /\w/.test(text))
  const textual = type === 'CodeableConcept' || type === 'Coding' ? texts : []
  return [
    ...(type === 'CodeableConcept' ? objectsOf(json.coding) : [json]).flatMap(({ system, code, value }) =>
      codeForms(textOf(system), textOf(code ?? value), type !== 'ContactPoint'),
    ),
    ...identified,
    ...textual.map((text): Form => ['text', escapeValue(text.slice(0, 8))]),
  ]
}

const codeForms = (system: string | undefined, code: string, mayHaveSystem: boolean): readonly Form[] => {
  if (code === '') return []
  const [a, b] = [escapeValue(system ?? ''), escapeValue(code)]
  const forms: readonly Form[] = [
    ['', b],
    ['not', b],
    ['', b.toUpperCase()],
    ['', `${b.toLowerCase()},nothing-like-it`],
    ['not', `${b},nothing-like-it`],
  ]
  if (!mayHaveSystem) return forms.slice(0, 2)
  const withSystem: readonly Form[] =
    a === ''
      ? []
      : [
          ['', `${a}|${b}`],
          ['', `${a}|`],
          ['not', `${a}|`],
          ['', `${a}/x|${b}`],
        ]
  return [...forms, ['', `|${b}`], ...withSystem]
}

const stringForms = ({ json }: Value, random: Random): readonly Form[] => {
  const texts = leavesOf(json).filter((text) => /[\p{L}\p{N}]/u.test(text.slice(0, 3)))
  const text = pick(texts, random)
  if (text === undefined) return []
  const middle = text.slice(Math.floor(text.length / 3)).slice(0, 6)
  const word = text.split(/[\s-]+/).at(-1) ?? ''
  return [
    ['', text.slice(0, 60)],
    ['', text.slice(0, 3).toUpperCase()],
    ['', text.slice(0, 4).replaceAll(/[aeou]/g, '$&\u0301')],
    ['exact', text],
    ['exact', text.toUpperCase()],
    ['', word],
    ['contains', middle],
    ['contains', word.toLowerCase()],
  ]
    .map(([modifier = '', form = '']): Form => [modifier, escapeValue(form)])
    .filter(([, form]) => /[\p{L}\p{N}]/u.test(form))
}

const leavesOf = (json: Json): readonly string[] => {
  if (typeof json === 'string') return [json]
  if (!isJsonObject(json)) return []
  return Object.entries(json)
    .filter(([name]) => !['use', 'period', 'extension', 'id', 'type', 'system', 'code'].includes(name))
    .flatMap(([, member]) => (Array.isArray(member) ? member.flatMap(leavesOf) : leavesOf(member)))
}

const prefixes = ['eq', 'ne', 'gt', 'lt', 'ge', 'le', 'sa', 'eb', 'ap', '']

const dateForms = (json: Json, random: Random): readonly Form[] => {
  const texts = datesOf(json)
  return texts.flatMap((text) =>
    [
      text,
      text.slice(0, 4),
      text.slice(0, 7),
      text.slice(0, 10),
      dayAfter(text),
      `${text.slice(0, 10)}T12:00Z`,
    ]
      .filter((form) => /^\d{4}(-\d\d(-\d\d)?)?$|T/.test(form) && (!form.includes('T') || text.length >= 10))
      .map((form): Form => ['', `${pick(prefixes, random)}${form}`]),
  )
}

const datesOf = (json: Json): readonly string[] => {
  if (typeof json === 'string') return [json]
  if (!isJsonObject(json)) return []
  const bounds = isJsonObject(json.repeat) ? datesOf(json.repeat.boundsPeriod ?? null) : []
  const events = Array.isArray(json.event) ? json.event.flatMap(datesOf) : []
  return [...[json.start, json.end].map(textOf).filter((text) => text !== ''), ...bounds, ...events]
}

const dayAfter = (text: string): string =>
  text.length < 10 ? text : new Date(Date.parse(text.slice(0, 10)) + 86_400_000).toISOString().slice(0, 10)

const numberForms = ({ json, type }: Value, random: Random): readonly Form[] => {
  const quantity = isJsonObject(json) ? quantityIn(json, type) : { value: json }
  const { value, system, code, unit } = quantity
  if (typeof value !== 'number') return []
  const [a, b, c] = [system, code, unit].map(textOf).map(escapeValue)
  const numbers = [
    String(value),
    value.toPrecision(2),
    `${value.toFixed(2)}`,
    value.toExponential(1),
    String(value + 1),
    value.toPrecision(1),
  ].map((text) => text.replace('e+', 'e'))
  const units = ['']
  if (b !== '') units.push(`||${b}`, `|${a}|${b}`)
  if (c !== '' && type !== 'Money') units.push(`||${c}`)
  return numbers.flatMap((number) => {
    const bare: Form = ['', `${pick(prefixes, random)}${number}`]
    return isJsonObject(json) && type !== 'Range'
      ? [bare, ['', `${pick(prefixes, random)}${number}${pick(units, random)}`] satisfies Form]
      : [bare]
  })
}

const quantityIn = (json: JsonObject, type: string): JsonObject => {
  if (type === 'Money') return { ...json, system: 'urn:iso:std:iso:4217', code: json.currency ?? '' }
  const inner = type === 'Range' ? (json.low ?? json.high) : type === 'SampledData' ? json.origin : json
  return isJsonObject(inner) ? inner : {}
}

const referenceForms = ({ json }: Value): readonly Form[] => {
  const text = isJsonObject(json) ? textOf(json.reference) : textOf(json)
  const identifier = isJsonObject(json) && isJsonObject(json.identifier) ? json.identifier : {}
  const { system, value } = identifier
  const identified: readonly Form[] =
    textOf(value) === ''
      ? []
      : [
          ['identifier', escapeValue(textOf(value))],
          ['identifier', `${escapeValue(textOf(system))}|${escapeValue(textOf(value))}`],
        ]
  if (text === '' || text.startsWith('#')) return identified
  const [, type, id] = /^([A-Z]\w+)\/([A-Za-z0-9.-]+)/.exec(text) ?? []
  if (type === undefined || id === undefined) return [...identified, ['', escapeValue(text)]]
  return [
    ...identified,
    ['', escapeValue(text)],
    ['', id],
    [type, id],
    ['', `${type}/${id}`],
    ['', `http://example.org/fhir/${type}/${id}`],
    ['', `http://elsewhere.org/fhir/${type}/${id}`],
    ['', `Group/${id}`],
  ]
}

const uriForms = (text: string): readonly Form[] => {
  const folder = text.replace(/\/[^/]*$/, '')
  const forms: readonly Form[] = [
    ['', escapeValue(text)],
    ['', escapeValue(text.toUpperCase())],
    ['', `${escapeValue(text)},http://example.org/other`],
  ]
  if (!/^https?:/.test(text)) return forms
  return [
    ...forms,
    ['below', escapeValue(folder)],
    ['below', escapeValue(text)],
    ['above', escapeValue(`${text}/more`)],
    ['above', escapeValue(text)],
  ]
}

const pick = <T>(items: readonly T[], random: Random): T | undefined =>
  items[Math.floor(random() * items.length)]

const shuffled = <T>(items: readonly T[], random: Random): readonly T[] =>
  items
    .map((item) => ({ item, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item)
