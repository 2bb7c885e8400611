import { SluiceError } from '../errors.ts'
import { isJsonObject, type JsonObject } from './json.ts'
import { isResourceId } from './reference.ts'
import type { TargetOf } from './replace-links.ts'
import { isResourceType, type ResourceType } from './resource-type.ts'

/** A resource that a transaction stores: what the Bundle may call it, and what it will be called. */
export type LinkedEntry = {
  /** Its place in the Bundle. */
  readonly index: number
  readonly fullUrl: string | undefined
  readonly type: ResourceType
  /** The server chooses the id: `resource.id` is one that only the Bundle may use. */
  readonly isCreated: boolean
  readonly id: string
  readonly resource: JsonObject
}

/**
 * How the links of a transaction are to be read (http://hl7.org/fhir/R4/bundle.html#references): a function that makes, for an entry, the
 * one that knows the targets of its links. `fullUrl`s of any kind are known; a relative `Type/id` is taken to be below the base of
 * the `fullUrl` of the entry that says it, and where that has none, is also what a created entry was called where it came from. A
 * fragment stays. A link of another kind, or to a version, is left as it is.
 */
export const linksOf = (
  entries: readonly LinkedEntry[],
  serverBase: string,
): ((entry: LinkedEntry) => TargetOf) => {
  const byUrl = fullUrlsOf(entries, serverBase)
  const byFormerName = formerNamesOf(entries)
  const byIdentifier = identifierIndex(entries)
  return (entry) => {
    const base = baseOf(entry)
    return (link, isReference) => {
      const search = isReference ? /^([A-Za-z]+)\?(.*)$/s.exec(link) : null
      const type = search?.[1] ?? ''
      if (search !== null && isResourceType(type)) return byIdentifier(type, search[2] ?? '')
      const hash = link.indexOf('#')
      const name = hash < 0 ? link : link.slice(0, hash)
      const target =
        byUrl.get(name) ??
        byUrl.get(`${base ?? serverBase}/${name}`) ??
        (base === undefined ? byFormerName.get(name) : undefined)
      if (target === ambiguous)
        throw invalid('a relative reference of it may mean two entries; give them a fullUrl and use that')
      return target === undefined ? undefined : target + link.slice(name.length)
    }
  }
}

const ambiguous = ''

const nameOf = ({ type, id }: LinkedEntry): string => `${type}/${id}`

/** What stands there already is left as it is: an absolute URL below our own base stays absolute. */
const fullUrlsOf = (entries: readonly LinkedEntry[], serverBase: string): ReadonlyMap<string, string> => {
  const targets = new Map<string, string>()
  const seen = new Map<string, number>()
  for (const entry of entries) {
    const { fullUrl, index } = entry
    if (fullUrl === undefined) continue
    const first = seen.get(fullUrl)
    if (first !== undefined)
      throw new SluiceError(
        'invalid',
        `Cannot process Bundle.entry[${index}]: Bundle.entry[${first}] has the same fullUrl`,
      )
    seen.set(fullUrl, index)
    if (fullUrl !== `${serverBase}/${nameOf(entry)}`) targets.set(fullUrl, nameOf(entry))
  }
  return targets
}

const formerNamesOf = (entries: readonly LinkedEntry[]): ReadonlyMap<string, string> => {
  const targets = new Map<string, string>()
  for (const entry of entries.filter(({ isCreated }) => isCreated)) {
    const base = baseOf(entry)
    const id =
      base === undefined ? entry.resource.id : entry.fullUrl?.slice(base.length + entry.type.length + 2)
    if (typeof id !== 'string') continue
    const former = `${entry.type}/${id}`
    targets.set(former, targets.has(former) ? ambiguous : nameOf(entry))
  }
  return targets
}

/** The base of a `fullUrl` that is one of a RESTful server: `http://example.org/fhir` of `http://example.org/fhir/Patient/1`. */
const baseOf = ({ fullUrl, type }: LinkedEntry): string | undefined => {
  if (fullUrl === undefined || !/^https?:/i.test(fullUrl)) return undefined
  const slash = fullUrl.lastIndexOf('/')
  const base = fullUrl.slice(0, slash)
  return base.endsWith(`/${type}`) && isResourceId(fullUrl.slice(slash + 1))
    ? base.slice(0, -type.length - 1)
    : undefined
}

/**
 * A conditional reference, `Type?identifier=system|value`, is answered from the Bundle where exactly one entry has that identifier; the
 * store has no index of them yet. Made when first needed.
 */
const identifierIndex = (
  entries: readonly LinkedEntry[],
): ((type: ResourceType, query: string) => string) => {
  let index: ReadonlyMap<string, readonly string[]> | undefined
  return (type, query) => {
    const identifier = identifierOf(query)
    if (identifier === undefined)
      throw unsupported(
        `of references that search, only ${type}?identifier=system|value is known in this version`,
      )
    index ??= indexIdentifiers(entries)
    const [found, ...others] = index.get(`${type} ${identifier}`) ?? []
    if (found === undefined)
      throw unsupported(
        `no entry of the Bundle has the identifier of a reference ${type}?identifier=…, and searching stored resources comes in a later version`,
      )
    if (others.length > 0)
      throw new SluiceError(
        'precondition-failed',
        `Cannot resolve the references: several entries of the Bundle have the identifier of a reference ${type}?identifier=…`,
      )
    return found
  }
}

/** `system|value` of a query that says nothing else. A comma would mean "or", a backslash escapes, a plus may be a space: not known here. */
const identifierOf = (query: string): string | undefined => {
  if (query.includes('+')) return undefined
  const [pair, ...others] = [...new URLSearchParams(query)]
  if (pair === undefined || others.length > 0 || pair[0] !== 'identifier') return undefined
  return /^[^|,\\]+\|[^|,\\]+$/.test(pair[1]) ? pair[1] : undefined
}

const indexIdentifiers = (entries: readonly LinkedEntry[]): ReadonlyMap<string, readonly string[]> => {
  const index = new Map<string, string[]>()
  for (const entry of entries) {
    const { identifier } = entry.resource
    const keys = new Set<string>()
    for (const each of Array.isArray(identifier) ? identifier : [identifier]) {
      if (isJsonObject(each) && typeof each.system === 'string' && typeof each.value === 'string')
        keys.add(`${entry.type} ${each.system}|${each.value}`)
    }
    for (const key of keys) {
      const names = index.get(key)
      if (names === undefined) index.set(key, [nameOf(entry)])
      else names.push(nameOf(entry))
    }
  }
  return index
}

const invalid = (reason: string): SluiceError =>
  new SluiceError('invalid', `Cannot resolve the references: ${reason}`)

const unsupported = (reason: string): SluiceError =>
  new SluiceError('not-supported', `Cannot resolve the references: ${reason}`)
