import { isJsonObject, type Json, type JsonObject } from '../../worker/fhir/json.ts'
import { objectsOf, readPackageFile, textOf, textsOf } from '../fhir/r4-package.ts'

/**
 * What of a resource is not as HL7's StructureDefinitions of R4 have it: elements that are unknown, missing, or single where there may be
 * many; values that are not of their type; references to types that may not stand there; codes that a required binding does not know.
 * Invariants and terminology beyond that are not looked at.
 */
export const problemsOf = (resource: JsonObject): readonly string[] => {
  const type = textOf(resource.resourceType)
  const { resourceType: _, ...content } = resource
  return checkElements(content, type, type, `${type}/${textOf(resource.id)}`)
}

type Element = {
  /** Without the `[x]` of a choice. */
  readonly name: string
  readonly path: string
  readonly isChoice: boolean
  readonly isRequired: boolean
  readonly isList: boolean
  readonly types: readonly JsonObject[]
  readonly contentReference: string
  readonly requiredValueSet: string
}

/** Checks an object against the elements directly below `path` in the definition of `type`. */
const checkElements = (value: JsonObject, type: string, path: string, where: string): readonly string[] => {
  const elements = childrenOf(type, path)
  const known = new Set(elements.flatMap(namesOf))
  const unknown = Object.keys(value).filter((name) => !known.has(name))
  return [
    ...(Object.keys(value).length === 0 ? [`${where}: is empty`] : []),
    ...unknown.map((name) => `${where}.${name}: is unknown`),
    ...elements.flatMap((element) => checkElement(value, type, element, where)),
  ]
}

const namesOf = ({ name, isChoice, types }: Element): readonly string[] =>
  isChoice ? types.map(({ code }) => name + capitalized(textOf(code))) : [name]

const capitalized = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

const checkElement = (
  parent: JsonObject,
  type: string,
  element: Element,
  where: string,
): readonly string[] => {
  const present = namesOf(element).filter((name) => parent[name] !== undefined)
  if (present.length === 0) return element.isRequired ? [`${where}.${element.name}: is missing`] : []
  if (present.length > 1) return [`${where}.${element.name}: is there ${present.length} times`]
  const name = present[0] ?? ''
  const value = parent[name] ?? null
  if (Array.isArray(value) !== element.isList)
    return [`${where}.${name}: ${element.isList ? 'is no list' : 'is a list'}`]
  const values: readonly Json[] = Array.isArray(value) ? value : [value]
  const chosen = element.isChoice
    ? element.types.find(({ code }) => name === element.name + capitalized(textOf(code)))
    : element.types[0]
  return [
    ...(values.length === 0 ? [`${where}.${name}: is an empty list`] : []),
    ...values.flatMap((each) => checkValue(each, type, element, chosen, `${where}.${name}`)),
  ]
}

const checkValue = (
  value: Json,
  type: string,
  element: Element,
  chosen: JsonObject | undefined,
  where: string,
): readonly string[] => {
  const code = textOf(chosen?.code)
  if (isPrimitive(code)) return checkPrimitive(value, code, element, where)
  if (!isJsonObject(value)) return [`${where}: is no object`]
  if (element.contentReference !== '') return checkElements(value, type, element.contentReference, where)
  if (code === 'BackboneElement' || code === 'Element') return checkElements(value, type, element.path, where)
  if (code === 'Resource') return problemsOf(value)
  return [
    ...checkElements(value, code, code, where),
    ...(code === 'Reference' ? checkTarget(value, textsOf(chosen?.targetProfile), where) : []),
  ]
}

const isPrimitive = (code: string): boolean => /^[a-z]/.test(code)

const checkPrimitive = (value: Json, code: string, element: Element, where: string): readonly string[] => {
  const form = forms[code.replace(/.*\./, '')] ?? /^[^\s][\s\S]*$/
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  const isOfKind = numbers.has(code)
    ? typeof value === 'number'
    : typeof value === (code === 'boolean' ? 'boolean' : 'string')
  if (!isOfKind || !form.test(text)) return [`${where}: is no ${code}: ${text}`]
  const codes = element.requiredValueSet === '' ? undefined : codesOf(element.requiredValueSet)
  return codes === undefined || codes.has(text)
    ? []
    : [`${where}: "${text}" is not in ${element.requiredValueSet}`]
}

const numbers: ReadonlySet<string> = new Set(['integer', 'positiveInt', 'unsignedInt', 'decimal'])

/** As the page "Data Types" gives them. */
const forms: Readonly<Record<string, RegExp>> = {
  boolean: /^(true|false)$/,
  integer: /^(0|-?[1-9]\d*)$/,
  positiveInt: /^[1-9]\d*$/,
  unsignedInt: /^(0|[1-9]\d*)$/,
  decimal: /^-?\d+(\.\d+)?([eE][-+]?\d+)?$/,
  date: /^\d{4}(-\d{2}(-\d{2})?)?$/,
  dateTime: /^\d{4}(-\d{2}(-\d{2}(T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2}))?)?)?$/,
  instant: /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/,
  time: /^\d{2}:\d{2}:\d{2}(\.\d+)?$/,
  id: /^[A-Za-z0-9\-.]{1,64}$/,
  code: /^[^\s]+( [^\s]+)*$/,
  uri: /^\S+$/,
  url: /^\S+$/,
  canonical: /^\S+$/,
  base64Binary: /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/,
  xhtml: /^<div xmlns="http:\/\/www.w3.org\/1999\/xhtml">[\s\S]*<\/div>$/,
}

const checkTarget = (
  { reference }: JsonObject,
  profiles: readonly string[],
  where: string,
): readonly string[] => {
  const target = /^([A-Za-z]+)\//.exec(textOf(reference))?.[1]
  const allowed = profiles.map((profile) => profile.slice(profile.lastIndexOf('/') + 1))
  const isAllowed =
    target === undefined || allowed.length === 0 || allowed.includes('Resource') || allowed.includes(target)
  return isAllowed ? [] : [`${where}: may not refer to ${target}`]
}

const childrenByPath = new Map<string, readonly Element[]>()

const childrenOf = (type: string, path: string): readonly Element[] => {
  const known = childrenByPath.get(path)
  if (known !== undefined) return known
  const { snapshot } = readPackageFile(`StructureDefinition-${type}.json`)
  const elements = objectsOf(isJsonObject(snapshot) ? snapshot.element : undefined)
  const isChild = (each: JsonObject) =>
    textOf(each.path).startsWith(`${path}.`) &&
    !textOf(each.path)
      .slice(path.length + 1)
      .includes('.')
  const children = elements.filter(isChild).map(elementOf)
  childrenByPath.set(path, children)
  return children
}

const elementOf = (definition: JsonObject): Element => {
  const path = textOf(definition.path)
  const { base, binding } = definition
  const lastName = path.slice(path.lastIndexOf('.') + 1)
  const isRequired = isJsonObject(binding) && binding.strength === 'required'
  return {
    name: lastName.replace('[x]', ''),
    path,
    isChoice: lastName.endsWith('[x]'),
    isRequired: definition.min !== 0,
    isList: textOf(isJsonObject(base) ? base.max : definition.max) !== '1',
    types: objectsOf(definition.type),
    contentReference: textOf(definition.contentReference).replace('#', ''),
    requiredValueSet: isRequired ? textOf(binding.valueSet) : '',
  }
}

const codesByValueSet = new Map<string, ReadonlySet<string> | undefined>()

/** The codes of a value set that the package spells out, or `undefined` (as of media types, which no list has). */
const codesOf = (valueSet: string): ReadonlySet<string> | undefined => {
  if (!codesByValueSet.has(valueSet)) codesByValueSet.set(valueSet, readCodes(valueSet))
  return codesByValueSet.get(valueSet)
}

const readCodes = (valueSet: string): ReadonlySet<string> | undefined => {
  const { compose } = readPackageFile(`ValueSet-${lastPart(valueSet)}.json`)
  const codes = new Set<string>()
  for (const include of objectsOf(isJsonObject(compose) ? compose.include : undefined)) {
    const listed = objectsOf(include.concept)
    const system = textOf(include.system)
    if (listed.length === 0 && !system.startsWith('http://hl7.org/fhir/')) return undefined
    const concepts = listed.length > 0 ? listed : conceptsOf(system)
    for (const { code } of concepts) codes.add(textOf(code))
  }
  return codes
}

const conceptsOf = (system: string): readonly JsonObject[] => {
  const withChildren = (concepts: readonly JsonObject[]): readonly JsonObject[] =>
    concepts.flatMap((concept) => [concept, ...withChildren(objectsOf(concept.concept))])
  return withChildren(objectsOf(readPackageFile(`CodeSystem-${lastPart(system)}.json`).concept))
}

const lastPart = (url: string): string => url.replace(/\|.*$/, '').replace(/^.*\//, '')
