import type { ResourceType } from '../resource-type.ts'
import type { Grants, SecurityLabel } from './grants.ts'
import { reachOf } from './grants.ts'
import type { Right, Scope } from './scope.ts'

/** An export reads resources and finds them, so it takes both rights, under one scope (SPEC T-25, T-29). */
export const exportRights: readonly Right[] = ['r', 's']

/**
 * What an export may take of its types, frozen at its kick-off: later tokens must reach as far, and resources must be reached by it. Without
 * one, all that there is of the job's types.
 */
export type JobAuthorization = {
  readonly scopes: readonly Scope[]
  readonly labels?: readonly SecurityLabel[] | undefined
}

/**
 * Of the grants what is about these types and an export, in an order that is not that of the token; `undefined` where they let everything of all
 * these types be exported.
 */
export const freezeGrants = (
  grants: Grants,
  types: readonly ResourceType[],
): JobAuthorization | undefined => {
  if (types.every((type) => reachOf(grants, type, ...exportRights).kind === 'everything')) return undefined
  const { scopes, labels } = grants
  const isForExport = ({ rights }: { readonly rights: readonly Right[] }): boolean =>
    exportRights.every((right) => rights.includes(right))
  const isAboutThem = ({ type }: Scope): boolean => type === '*' || types.includes(type)
  return {
    scopes: scopes
      .filter((scope) => isForExport(scope) && isAboutThem(scope))
      .map(({ type, query }) => ({ type, rights: exportRights, query, version: 2 as const }))
      .sort(byText),
    ...(labels && {
      labels: labels
        .filter(isForExport)
        .map(({ token }) => ({ token, rights: exportRights }))
        .sort(byText),
    }),
  }
}

const byText = (one: object, other: object): number => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1)
