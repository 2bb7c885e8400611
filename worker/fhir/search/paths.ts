import { isJsonObject, type Json, type JsonObject } from '../json.ts'

/** A value that a path selects, and the data type that it has by HL7's definitions. */
export type Selected = { readonly value: Json; readonly type: string }

/** The values of a search parameter in a resource, or in an element of it. */
export type Walker = (start: JsonObject, resource: JsonObject) => readonly Selected[]

/**
 * Compiles the text of a path, as `worker/fhir/r4/compile-search.ts` writes it: steps joined by dots, `:` and the data type. A step is a
 * member of an object, or of each object of an array; behind it conditions in brackets: `[0]` that item alone, `[name=text]` a member that
 * says so, `[ext=url]` an extension, `[->Type]` references to that type, `[!]` whether there is anything but `false`. A path that begins
 * with `/` starts at the resource, wherever it stands.
 */
export const compilePath = (text: string): { readonly walk: Walker; readonly fromRoot: boolean } => {
  const colon = text.search(/:[A-Za-z]+(?:=.*)?$/)
  const type = colon === -1 ? '' : text.slice(colon + 1)
  const fromRoot = text.startsWith('/')
  const steps = splitSteps(text.slice(fromRoot ? 1 : 0, colon === -1 ? undefined : colon)).map(compileStep)
  const walk: Walker = (start, resource) => {
    let values: readonly Json[] = [start]
    for (const step of steps) values = step(values, resource)
    return values.map((value) => ({ value, type }))
  }
  return { walk, fromRoot }
}

type Step = (values: readonly Json[], resource: JsonObject) => readonly Json[]

/** Dots inside brackets belong to an extension's URL. */
const splitSteps = (text: string): readonly string[] => (text === '' ? [] : text.split(/\.(?![^[]*\])/))

const compileStep = (text: string): Step => {
  const bracket = text.indexOf('[') === -1 ? text.length : text.indexOf('[')
  if (text.endsWith('!')) return compileExists(text.slice(0, -1).split(','))
  const name = text.slice(0, bracket)
  const conditions = [...text.slice(bracket).matchAll(/\[([^\]]*)\]/g)].map(([, condition = '']) =>
    compileCondition(condition),
  )
  return (values, resource) => {
    let found = values.flatMap((value) => membersOf(value, name))
    for (const condition of conditions) found = condition(found, resource)
    return found
  }
}

const compileExists =
  (names: readonly string[]): Step =>
  (values) =>
    values.map((value) => names.flatMap((name) => membersOf(value, name)).some((found) => found !== false))

const membersOf = (value: Json, name: string): Json[] => {
  if (!isJsonObject(value)) return []
  const member = value[name]
  if (member === undefined || member === null) return []
  return Array.isArray(member) ? member.filter((item) => item !== null) : [member]
}

type Condition = (values: Json[], resource: JsonObject) => Json[]

const compileCondition = (text: string): Condition => {
  if (/^\d+$/.test(text)) return (values) => values.slice(Number(text), Number(text) + 1)
  if (text.startsWith('->'))
    return (values, resource) => values.filter((value) => pointsTo(value, text.slice(2), resource))
  const equals = text.indexOf('=')
  const [name, expected] = [text.slice(0, equals), text.slice(equals + 1)]
  if (name === 'ext')
    return (values) =>
      values.filter((value) => membersOf(value, 'extension').some((e) => urlOf(e) === expected))
  return (values) => values.filter((value) => isJsonObject(value) && value[name] === expected)
}

const urlOf = (extension: Json): Json | undefined => (isJsonObject(extension) ? extension.url : undefined)

/** By what it contains, or by its text, wherever it leads, or by `Reference.type` where there is none. */
const pointsTo = (value: Json, type: string, resource: JsonObject): boolean => {
  if (!isJsonObject(value)) return false
  const { reference, type: said } = value
  if (typeof reference !== 'string') return said === type
  if (reference.startsWith('#')) {
    const inside = containedOf(resource).get(reference)
    return (inside === undefined ? said : inside.resourceType) === type
  }
  const [name = ''] = reference.split('#', 1)
  return (typedReference.exec(name)?.[1] ?? said) === type
}

/** A type and an id at the end of a URL, perhaps with a version. */
const typedReference = /(?:^|\/)([A-Z][A-Za-z]+)\/[A-Za-z0-9\-.]{1,64}(?:\/_history\/[A-Za-z0-9\-.]{1,64})?$/

/** What a resource contains, by the text that refers to it: there may be as many references as there are resources inside. */
const containedOf = (resource: JsonObject): ReadonlyMap<string, JsonObject> => {
  const known = contained.get(resource)
  if (known !== undefined) return known
  const found = new Map<string, JsonObject>()
  for (const one of membersOf(resource, 'contained'))
    if (isJsonObject(one) && !found.has(`#${one.id}`)) found.set(`#${one.id}`, one)
  contained.set(resource, found)
  return found
}
const contained = new WeakMap<JsonObject, ReadonlyMap<string, JsonObject>>()
