import { SluiceError } from '../errors.ts'
import { isJsonObject, type JsonObject } from './json.ts'
import { isResourceType, type ResourceType } from './resource-type.ts'

/** A resource of this server that a reference points to. A version that the reference names is left out. */
export type LocalReference = { readonly type: ResourceType; readonly id: string }

/** A local reference and the element that holds it: names joined by dots, without array indexes. */
export type ReferenceAtPath = LocalReference & { readonly path: string }

/** Nesting that no real resource comes near; it keeps the recursion within every runtime's stack. */
const maxNesting = 200

/** Longer than any path of real elements: each reference is kept with its path, so one long name would be kept as often as it has references. */
const maxPathLength = 500

/**
 * The resource of this server that `Reference.reference` names (http://hl7.org/fhir/R4/references.html#literal):
 * `Type/id`, relative or below `serverBase` (which has no slash at its end), with or without `/_history/version`
 * and a fragment. Whatever points elsewhere is undefined: contained resources, URNs, other servers, and searches
 * (`Patient?identifier=…`).
 */
export const parseReference = (text: string, serverBase: string): LocalReference | undefined => {
  const typeStart = isBelow(text, serverBase) ? serverBase.length + 1 : 0
  const typeEnd = text.indexOf('/', typeStart)
  if (typeEnd < 0) return undefined
  const type = text.slice(typeStart, typeEnd)
  if (!isResourceType(type)) return undefined

  const fragment = text.indexOf('#', typeEnd)
  const end = fragment < 0 ? text.length : fragment
  const slash = text.indexOf('/', typeEnd + 1)
  const idEnd = slash < 0 || slash > end ? end : slash
  const id = text.slice(typeEnd + 1, idEnd)
  return isResourceId(id) && isEmptyOrVersion(text.slice(idEnd, end)) ? { type, id } : undefined
}

/** The `id` type of FHIR (http://hl7.org/fhir/R4/datatypes.html#id). */
export const isResourceId = (text: string): boolean => /^[A-Za-z0-9\-.]{1,64}$/.test(text)

/**
 * Every local reference anywhere in a resource, in contained resources and extensions too, in order of appearance
 * and each pair of path and target once. In R4 a string member called `reference` makes an element a Reference
 * but for the few that `isReference` knows.
 */
export const readReferences = (resource: JsonObject, serverBase: string): readonly ReferenceAtPath[] => {
  const found = new Map<string, ReferenceAtPath>()
  visitElement(resource, '', 1, (path, text) => {
    const target = parseReference(text, serverBase)
    if (target === undefined) return
    if (path.length > maxPathLength)
      throw new SluiceError(
        'invalid',
        `Cannot read references of a resource: the names of the elements around one are longer than ${maxPathLength} characters together`,
      )
    const key = `${path} ${target.type}/${target.id}`
    if (!found.has(key)) found.set(key, { path, type: target.type, id: target.id })
  })
  return [...found.values()]
}

const isBelow = (url: string, base: string): boolean => url[base.length] === '/' && url.startsWith(base)

const historyStep = '/_history/'

const isEmptyOrVersion = (text: string): boolean =>
  text === '' || (text.startsWith(historyStep) && isResourceId(text.slice(historyStep.length)))

type Found = (path: string, text: string) => void

const visitElement = (element: JsonObject, path: string, nesting: number, found: Found): void => {
  for (const name in element) {
    const value = element[name]
    if (typeof value === 'object' && value !== null) {
      visitValue(value, path === '' ? name : `${path}.${name}`, nesting + 1, found)
    } else if (name === 'reference' && typeof value === 'string' && isReference(element, path)) {
      found(path, value)
    }
  }
}

const visitValue = (value: unknown, path: string, nesting: number, found: Found): void => {
  if (nesting > maxNesting) {
    throw new SluiceError(
      'invalid',
      `Cannot read references of a resource: it is nested deeper than ${maxNesting} levels`,
    )
  }
  if (Array.isArray(value)) {
    for (const item of value) visitValue(item, path, nesting + 1, found)
  } else if (isJsonObject(value)) {
    visitElement(value, path, nesting, found)
  }
}

/**
 * Three elements of R4 have a `reference` of type `uri`: DetectedIssue (known by `resourceType`, as it may be
 * contained), Expression (by `language`, which it must have and a Reference cannot), and Immunization.education.
 */
const isReference = (element: JsonObject, path: string): boolean =>
  element.resourceType === undefined &&
  element.language === undefined &&
  path !== 'education' &&
  !path.endsWith('.education')
