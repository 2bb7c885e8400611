import { isJsonObject, type Json } from '../json.ts'
import { isResourceId, type LocalReference, parseReference } from '../reference.ts'
import { isResourceType } from '../resource-type.ts'
import { rememberLast } from './remember-last.ts'
import {
  type Clause,
  type CompileTerm,
  malformed,
  needleOf,
  type SearchContext,
  text,
  unsupportedModifier,
} from './term.ts'
import { compileToken } from './token.ts'
import { type Canonical, canonicalOf } from './uri.ts'
import { unescapeValue } from './values.ts'

/**
 * `reference` (R4 search, "reference"): `id`, `Type/id`, a URL, each perhaps with a version; `:Type` says what an id is of; `:identifier` looks at
 * the identifier that a reference carries. Without a version any is meant, with one only that; of a canonical also what begins with it,
 * if `:below` says so.
 */
export const compileReference: CompileTerm = (clause, context) => {
  const { modifier } = clause
  if (modifier === 'identifier') return compileIdentifier(clause, context)
  if (modifier !== '' && modifier !== 'below' && !isResourceType(modifier))
    throw unsupportedModifier(clause, 'only the name of a type, :identifier, :below and :missing are')
  const given = unescapeValue(clause.value)
  const wanted = canonicalOf(given)
  const asked = readAsked(clause, given, context)
  const askedUrl = readAsked(clause, wanted.url, context)
  const isVersion = ({ version }: Canonical): boolean =>
    wanted.version === undefined || hasVersion(version, wanted.version, modifier === 'below')
  return {
    matches: ({ value, type }) => {
      const reference = textOf(value, type)
      if (reference === undefined) return false
      if (!canonicalTypes.has(type)) return isMeant(reference, asked, context)
      const canonical = canonicalOf(reference)
      const { url } = canonical
      return isVersion(canonical) && (url === wanted.url || isMeant(url, askedUrl, context))
    },
    needle: needleOf(askedUrl.id ?? wanted.url),
  }
}

const canonicalTypes: ReadonlySet<string> = new Set(['canonical', 'uri', 'url'])

const hasVersion = (version: string | undefined, wanted: string, isBelow: boolean): boolean =>
  version === wanted || (isBelow && version?.startsWith(`${wanted}.`) === true)

/** The resource of ours that is asked for, where its type is certain. */
export const targetOf = (clause: Clause, context: SearchContext): LocalReference | undefined => {
  const { type, id } = readAsked(clause, unescapeValue(clause.value), context)
  return type !== undefined && id !== undefined && isResourceType(type) ? { type, id } : undefined
}

type Asked = {
  /** Of what is ours. */
  readonly type?: string
  readonly id?: string
  readonly version?: string | undefined
  readonly url: string
}

const readAsked = (clause: Clause, given: string, { serverBase }: SearchContext): Asked => {
  if (given === '') throw malformed(clause, 'it is empty')
  const said = isResourceType(clause.modifier) ? clause.modifier : ''
  if (isResourceId(given)) {
    // "There is no need to specify Patient/, as this must always be true": the parameter is about patients only.
    const type = said === '' && clause.parameter === 'patient' ? 'Patient' : said
    return type === '' ? { id: given, url: given } : { type, id: given, url: given }
  }
  const local = parseReference(given, serverBase)
  if (said !== '' && local?.type !== said) throw malformed(clause, `it is no ${said}`)
  return { ...local, version: versionOf(given), url: given }
}

const versionOf = (reference: string): string | undefined => /\/_history\/([^/#]+)/.exec(reference)?.[1]

const isMeant = (reference: string, asked: Asked, { serverBase }: SearchContext): boolean => {
  const local = localOf(reference, serverBase)
  if (local !== undefined && asked.id !== undefined) {
    if (local.id !== asked.id || (asked.type !== undefined && local.type !== asked.type)) return false
    return asked.version === undefined || versionOf(reference) === asked.version
  }
  // What is contained is not searched for: `#p` is another in every resource.
  if (local !== undefined || asked.id !== undefined || reference.startsWith('#')) return false
  return reference === asked.url || reference.startsWith(`${asked.url}/_history/`)
}

const localOf = rememberLast((reference, serverBase) =>
  typeof reference === 'string' ? parseReference(reference, serverBase) : undefined,
)

const textOf = (value: Json, type: string): string | undefined => {
  if (typeof value === 'string') return value
  if (!isJsonObject(value)) return undefined
  return type === 'Resource' ? `${value.resourceType}/${value.id}` : text(value.reference)
}

const compileIdentifier = (clause: Clause, context: SearchContext): ReturnType<CompileTerm> => {
  const { matches, ...needle } = compileToken({ ...clause, modifier: '' }, context)
  return {
    matches: ({ value }, resource) =>
      isJsonObject(value) &&
      value.identifier !== undefined &&
      matches({ value: value.identifier, type: 'Identifier' }, resource),
    ...needle,
  }
}
