import { isJsonObject, type Json } from '../json.ts'
import { isResourceId, parseReference } from '../reference.ts'
import { isResourceType } from '../resource-type.ts'
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
import { unescapeValue } from './values.ts'

/**
 * `reference` (R4 search, "reference"): `id`, `Type/id`, a URL, each perhaps with a version; `:Type` says what an id is of; `:identifier` looks at
 * the identifier that a reference carries. Without a version any is meant; with one, only that. A canonical is compared as a URL.
 */
export const compileReference: CompileTerm = (clause, context) => {
  const { modifier } = clause
  if (modifier === 'identifier') return compileIdentifier(clause, context)
  if (modifier !== '' && !isResourceType(modifier))
    throw unsupportedModifier(clause, 'only the name of a type, :identifier and :missing are')
  const asked = readAsked(clause, context)
  return {
    matches: ({ value, type }) => isMeant(value, type, asked, context),
    needle: needleOf(asked.id ?? asked.url ?? ''),
  }
}

type Asked = {
  readonly type?: string
  readonly id?: string
  readonly version?: string | undefined
  /** Of what is not ours. */
  readonly url?: string
}

const readAsked = (clause: Clause, { serverBase }: SearchContext): Asked => {
  const given = unescapeValue(clause.value)
  const { modifier } = clause
  if (given === '') throw malformed(clause, 'it is empty')
  if (isResourceId(given)) return modifier === '' ? { id: given, url: given } : { type: modifier, id: given }
  const local = parseReference(given, serverBase)
  if (local === undefined && modifier !== '') throw malformed(clause, `it is no id of a ${modifier}`)
  if (local === undefined) return { url: given }
  if (modifier !== '' && local.type !== modifier) throw malformed(clause, `it is no ${modifier}`)
  return { ...local, version: versionOf(given), url: given }
}

const versionOf = (reference: string): string | undefined => /\/_history\/([^/#]+)/.exec(reference)?.[1]

const isMeant = (value: Json, type: string, asked: Asked, { serverBase }: SearchContext): boolean => {
  const reference = textOf(value, type)
  if (reference === undefined) return false
  if (type === 'canonical' || type === 'uri' || type === 'url') return isSameCanonical(reference, asked.url)
  const local = parseReference(reference, serverBase)
  if (local === undefined) return asked.url?.includes('/') === true && reference === asked.url
  if (local.id !== asked.id || (asked.type !== undefined && local.type !== asked.type)) return false
  return asked.version === undefined || versionOf(reference) === asked.version
}

const textOf = (value: Json, type: string): string | undefined => {
  if (typeof value === 'string') return value
  if (!isJsonObject(value)) return undefined
  return type === 'Resource' ? `${value.resourceType}/${value.id}` : text(value.reference)
}

/** Without a version any is meant (R4 references, "canonical"). */
const isSameCanonical = (said: string, asked: string | undefined): boolean =>
  said === asked || (asked !== undefined && !asked.includes('|') && said.startsWith(`${asked}|`))

const compileIdentifier = (clause: Clause, context: SearchContext): ReturnType<CompileTerm> => {
  const { matches, needle } = compileToken({ ...clause, modifier: '' }, context)
  return {
    matches: ({ value }) =>
      isJsonObject(value) &&
      value.identifier !== undefined &&
      matches({ value: value.identifier, type: 'Identifier' }),
    needle,
  }
}
