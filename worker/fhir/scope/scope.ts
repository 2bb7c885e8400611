import { SluiceError } from '../../errors.ts'
import { echoText } from '../echo-text.ts'
import { isResourceType, type ResourceType } from '../resource-type.ts'
import { compileFilter, type QueryPair } from '../search/filter.ts'
import type { SearchContext } from '../search/term.ts'

/** What a scope allows: create, read, update, delete, search (SMART App Launch 2, "Scopes for requesting FHIR Resources"). */
export type Right = 'c' | 'r' | 'u' | 'd' | 's'

/** One `system/` scope. The others need a patient or a user at hand, whom a backend service has not. */
export type Scope = {
  readonly type: ResourceType | '*'
  /** In the order of `cruds`, never empty. */
  readonly rights: readonly Right[]
  /** A search that resources must satisfy besides, as it was written; `''` is all of them. */
  readonly query: string
  /** In whose words it was asked for, and is told. */
  readonly version: 1 | 2
}

export const allRights: readonly Right[] = ['c', 'r', 'u', 'd', 's']

/** Everything, as administrators have it, and everybody where no token is asked for. */
export const everything: Scope = { type: '*', rights: allRights, query: '', version: 2 }

/** Throws `invalid-scope` for what this server cannot grant: granted without its constraint, a scope would open more than was meant. */
export const parseScope = (text: string, context: SearchContext): Scope => {
  const [, type = '', words = '', query = ''] =
    /^system\/([A-Za-z]+|\*)\.([a-z]+|\*)(?:\?(.+))?$/s.exec(text) ?? []
  if (type === '') throw refused(text, 'it is not of the form system/Type.rs')
  if (type !== '*' && !isResourceType(type)) throw refused(text, 'it names no resource type of FHIR R4')
  const ofVersion1 = rightsOfVersion1.get(words)
  if (ofVersion1 !== undefined) {
    if (query !== '') throw refused(text, 'a constraint needs rights in the words of version 2, as in .rs')
    return { type, rights: ofVersion1, query, version: 1 }
  }
  if (words === '' || !/^c?r?u?d?s?$/.test(words))
    throw refused(text, 'its rights are not some of "cruds" in that order, nor read, write or *')
  if (text.includes('?') && query === '') throw refused(text, 'its constraint is empty')
  if (query !== '') assertConstraint(text, type, query, context)
  return { type, rights: allRights.filter((right) => words.includes(right)), query, version: 2 }
}

/** As it stands in a token and in answers. */
export const showScope = ({ type, rights, query, version }: Scope): string => {
  const letters = rights.join('')
  const word = version === 1 ? wordsOfVersion1.get(letters) : undefined
  return `system/${type}.${word ?? letters}${query === '' ? '' : `?${query}`}`
}

/** Its parameters, decoded, in order. */
export const pairsOf = ({ query }: Pick<Scope, 'query'>): readonly QueryPair[] => [
  ...new URLSearchParams(query),
]

/** Compiling it finds what is wrong with it. What is asked of every type must be what every type has. */
const assertConstraint = (text: string, type: Scope['type'], query: string, context: SearchContext): void => {
  const pairs = pairsOf({ query })
  // A database may end a text at NUL, and so lose what stands behind it of a constraint.
  if (/[\s\p{Cc}"\\]/u.test(query) || pairs.length === 0) throw refused(text, 'its constraint is no search')
  const strange =
    type === '*' ? pairs.find(([name]) => !ofEveryType.has(name.split(':', 1)[0] ?? '')) : undefined
  if (strange !== undefined)
    throw refused(text, `"${echoText(strange[0])}" is no search parameter of every type`)
  try {
    compileFilter(type === '*' ? 'Patient' : type, pairs, context)
  } catch (error) {
    throw refused(
      text,
      error instanceof SluiceError ? error.message.replace(/^C/, 'c') : 'it cannot be searched by',
    )
  }
}

const ofEveryType: ReadonlySet<string> = new Set([
  '_id',
  '_lastUpdated',
  '_profile',
  '_security',
  '_source',
  '_tag',
])

const rightsOfVersion1: ReadonlyMap<string, readonly Right[]> = new Map([
  ['read', ['r', 's']],
  ['write', ['c', 'u', 'd']],
  ['*', allRights],
])
const wordsOfVersion1: ReadonlyMap<string, string> = new Map(
  [...rightsOfVersion1].map(([word, rights]) => [rights.join(''), word]),
)

const refused = (text: string, reason: string): SluiceError =>
  new SluiceError('invalid-scope', `Cannot grant scope "${echoText(text)}": ${reason}`)
