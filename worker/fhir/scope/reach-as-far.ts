import type { ResourceType } from '../resource-type.ts'
import { coversScope, type Grants, reachOf } from './grants.ts'
import type { Right } from './scope.ts'

/**
 * Whether by the one grants everything of a type may be reached that may be by the others. As far as their words tell: what two searches
 * find is not compared, so it may say no where it could say yes, and never the other way round.
 */
export const reachAsFar = (
  grants: Grants,
  others: Grants,
  type: ResourceType,
  ...rights: readonly Right[]
): boolean => {
  if (reachOf(others, type, ...rights).kind === 'nothing') return true
  return (
    haveLabels(grants, others, rights) &&
    others.scopes
      .filter((scope) => scope.type === '*' || scope.type === type)
      .filter((scope) => rights.every((right) => scope.rights.includes(right)))
      .every((scope) => coversScope(grants.scopes, scope, { type, rights }))
  )
}

/** The same of all types at once, scope by scope as they are: a quick yes for who comes with what he came with before. */
export const reachAllAsFar = (grants: Grants, others: Grants, ...rights: readonly Right[]): boolean =>
  haveLabels(grants, others, rights) &&
  others.scopes.every((scope) => coversScope(grants.scopes, scope, { type: scope.type, rights }))

const haveLabels = ({ labels }: Grants, others: Grants, rights: readonly Right[]): boolean => {
  if (labels === undefined) return true
  const held = new Set(tokensWith(labels, rights))
  return others.labels !== undefined && tokensWith(others.labels, rights).every((token) => held.has(token))
}

const tokensWith = (labels: NonNullable<Grants['labels']>, rights: readonly Right[]): readonly string[] =>
  labels.filter((label) => rights.every((right) => label.rights.includes(right))).map(({ token }) => token)
