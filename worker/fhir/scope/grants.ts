import { SluiceError } from '../../errors.ts'
import type { ResourceType } from '../resource-type.ts'
import { everything, pairsOf, type Right, type Scope } from './scope.ts'

/** What somebody may do with resources: the union of scopes, and within it only what carries one of the labels, if there are any. */
export type Grants = {
  readonly scopes: readonly Scope[]
  /** Without it, security labels do not matter; empty, nothing is allowed. */
  readonly labels?: readonly SecurityLabel[] | undefined
  /** By what may be read under these, attachments may be opened; without them, under `scopes`. */
  readonly attaching?: readonly Scope[] | undefined
  /** And then only attachments of what belongs to members of these Groups, or is of a type that belongs to no patient. */
  readonly groupIds?: readonly string[] | undefined
}

/** A code in `meta.security` whose resources may be reached, and what with them. */
export type SecurityLabel = {
  /** `system|code`. */
  readonly token: string
  readonly rights: readonly Right[]
}

/**
 * What REST opens to a client that is bound to some Groups: those, to be read and found, and what is attached to resources of their members. Its scopes are about
 * what comes with the members of these Groups; one by one, nothing says whose a resource is.
 */
export const boundToGroups = (grants: Grants, groupIds: readonly string[]): Grants => {
  const own = `_id=${groupIds.join(',')}`
  const ofGroups = grants.scopes.flatMap((scope) => {
    const rights = scope.rights.filter((right) => right === 'r' || right === 's')
    const isOfGroups = rights.length > 0 && isOfType(scope, 'Group') && groupIds.length > 0
    const query = scope.query === '' ? own : `${scope.query}&${own}`
    return isOfGroups ? [{ type: 'Group' as const, rights, query, version: 2 as const }] : []
  })
  return { scopes: ofGroups, labels: grants.labels, attaching: grants.scopes, groupIds }
}

export const allGrants: Grants = { scopes: [everything] }

/** What of a type may be reached. `queries`: what satisfies one of them, each of the form `Type?parameter=value`. */
export type Reach =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'everything' }
  | { readonly kind: 'matching'; readonly queries: readonly string[] }

/** With all of these rights together: a resource must be read and found under one and the same scope to be exported. */
export const reachOf = (
  { scopes, labels }: Grants,
  type: ResourceType,
  ...rights: readonly Right[]
): Reach => {
  const given = scopes.filter((scope) => isOfType(scope, type) && hasRights(scope, rights))
  const carried = labels
    ?.filter((label) => hasRights(label, rights))
    .flatMap(({ token }) => searchValueOf(token) ?? [])
  if (given.length === 0 || carried?.length === 0) return { kind: 'nothing' }
  const security =
    carried === undefined ? '' : `_security=${carried.map(encodeURIComponent).join(encodeURIComponent(','))}`
  const queries = given.map(({ query }) => [query, security].filter((part) => part !== '').join('&'))
  if (queries.includes('')) return { kind: 'everything' }
  return { kind: 'matching', queries: [...new Set(queries)].map((query) => `${type}?${query}`).sort() }
}

/** What of the requested scopes the allowed ones leave, and no scope that another one covers (RFC 6749 section 3.3). */
export const grantScopes = (requested: readonly Scope[], allowed: readonly Scope[]): readonly Scope[] => {
  const granted: Scope[] = []
  for (const wanted of requested) {
    const whole = allowed.find((limit) => covers(limit, wanted))
    granted.push(...(whole === undefined ? allowed : [whole]).flatMap((limit) => intersect(wanted, limit)))
    if (granted.length > maxGranted)
      throw new SluiceError(
        'invalid-scope',
        `Cannot grant the scopes: with those that are registered they make more than ${maxGranted}; ask for fewer, or for such as are registered`,
      )
  }
  return granted.filter(
    (scope, i) =>
      !granted.some((other, j) => i !== j && covers(other, scope) && (!covers(scope, other) || j < i)),
  )
}

/** Each is compared with each, at every request; and no token has room for as many. */
const maxGranted = 1000

/** Whether these scopes allow all that `needed` does, or its part that is `of` one type and some rights. A constraint covers what is constrained by it and more. */
export const coversScope = (
  scopes: readonly Scope[],
  needed: Scope,
  of: Pick<Scope, 'type' | 'rights'> = needed,
): boolean => scopes.some((scope) => covers(scope, needed, of))

const covers = (scope: Scope, needed: Scope, { type, rights }: Pick<Scope, 'type' | 'rights'> = needed) =>
  (scope.type === '*' || scope.type === type) && hasRights(scope, rights) && isPartOf(scope, needed)

/** A search by the label and nothing else: what separates values in a search may stand in a code. Without a code it would be all of the system. */
const searchValueOf = (token: string): string | undefined => {
  const bar = token.indexOf('|')
  const [system, code] = [token.slice(0, bar), token.slice(bar + 1)]
  return bar === -1 || code === '' ? undefined : [system, code].map(escaped).join('|')
}

const escaped = (text: string): string => text.replaceAll(/[\\,|$]/g, '\\$&')

const intersect = (wanted: Scope, limit: Scope): readonly Scope[] => {
  const type = wanted.type === '*' ? limit.type : wanted.type
  const rights = wanted.rights.filter((right) => limit.rights.includes(right))
  if (rights.length === 0 || (limit.type !== '*' && limit.type !== type)) return []
  const query = bothQueries(wanted, limit)
  const isAsWanted = rights.length === wanted.rights.length && query === ''
  return [{ type, rights, query, version: isAsWanted ? wanted.version : 2 }]
}

const bothQueries = (wanted: Scope, limit: Scope): string => {
  if (isPartOf(limit, wanted)) return wanted.query
  if (isPartOf(wanted, limit)) return limit.query
  return `${wanted.query}&${limit.query}`
}

/** Every parameter of the one is among those of the other, which is therefore the narrower. */
const isPartOf = (one: Scope, other: Scope): boolean =>
  one.query === '' || one.query === other.query || parametersOf(one).isSubsetOf(parametersOf(other))

/** Scopes are compared far oftener than they are made. */
const parametersOf = (scope: Scope): ReadonlySet<string> => {
  const known = parametersOfScope.get(scope) ?? new Set(pairsOf(scope).map((pair) => JSON.stringify(pair)))
  parametersOfScope.set(scope, known)
  return known
}
const parametersOfScope = new WeakMap<Scope, ReadonlySet<string>>()

const isOfType = (scope: Scope, type: ResourceType): boolean => scope.type === '*' || scope.type === type

const hasRights = (holder: { readonly rights: readonly Right[] }, rights: readonly Right[]): boolean =>
  rights.every((right) => holder.rights.includes(right))
