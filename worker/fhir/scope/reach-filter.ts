import { SluiceError } from '../../errors.ts'
import { isJsonObject, type Json, type JsonObject } from '../json.ts'
import type { ResourceType } from '../resource-type.ts'
import { type Filter, mayHide, parseTypeFilter } from '../search/filter.ts'
import type { SearchContext } from '../search/term.ts'
import { type Grants, reachOf } from './grants.ts'
import type { Right } from './scope.ts'

/** What of a type may be reached, compiled: said of one resource at a time, of its text without marks (`attachment-urls.ts`). */
export type ReachFilter = Pick<Filter, 'matches' | 'mayMatch' | 'values' | 'among'> & {
  /** Everything of the type: no resource need be looked at. */
  readonly isWhole: boolean
  readonly holds: (line: string) => boolean
}

/** With these rights together; `undefined` where nothing of the type may be reached. */
export type ReachOf = ((type: ResourceType, ...rights: readonly Right[]) => ReachFilter | undefined) & {
  /** How far reading goes by which attachments are opened, where that is another. */
  readonly attaching?: ReachOf
  /** Whose members' attachments these are; `undefined` is everybody's. */
  readonly groupIds?: readonly string[] | undefined
}

/** Compiles what is asked for, once, when it is first asked for. */
export const compileReach = (grants: Grants, context: SearchContext): ReachOf => {
  const compiled = new Map<string, ReachFilter | undefined>()
  const reach: ReachOf = (type, ...rights) => {
    const key = scopeOf(type, rights)
    if (!compiled.has(key)) compiled.set(key, compile(grants, type, rights, context))
    return compiled.get(key)
  }
  const { attaching, labels, groupIds } = grants
  return attaching === undefined
    ? reach
    : Object.assign(reach, { attaching: compileReach({ scopes: attaching, labels }, context), groupIds })
}

/** `isNarrowed`: not everything of the type may be reached. */
export type NarrowedFilter = Filter & { readonly isNarrowed: boolean }

/** The filter of a search, of what may be reached only: the rest is as if it were not there. */
export const narrowFilter = (filter: Filter, reach: ReachFilter): NarrowedFilter =>
  reach.isWhole
    ? { ...filter, isNarrowed: false }
    : {
        isNarrowed: true,
        type: filter.type,
        matches: (resource) => filter.matches(resource) && reach.matches(resource),
        mayMatch: (line, hides = mayHide(line)) =>
          filter.mayMatch(line, hides) && reach.mayMatch(line, hides),
        isEmpty: false,
        values: filter.values + reach.values,
        among: filter.among ?? reach.among,
      }

/** The answer to who may do nothing of the kind with a type, whatever there is of it. */
export const lacksRight = (verb: string, type: ResourceType, ...rights: readonly Right[]): SluiceError =>
  new SluiceError(
    'insufficient-scope',
    `Cannot ${verb} ${type}: no scope of this client allows it, it takes ${scopeOf(type, rights)}`,
  )

const scopeOf = (type: ResourceType, rights: readonly Right[]): string => `system/${type}.${rights.join('')}`

const compile = (
  grants: Grants,
  type: ResourceType,
  rights: readonly Right[],
  context: SearchContext,
): ReachFilter | undefined => {
  const reach = reachOf(grants, type, ...rights)
  switch (reach.kind) {
    case 'nothing':
      return undefined
    case 'everything':
      return whole
    case 'matching':
      return anyOf(reach.queries.map((query) => parseTypeFilter(query, context)))
    default:
      return reach satisfies never
  }
}

const whole: ReachFilter = {
  isWhole: true,
  holds: () => true,
  matches: () => true,
  mayMatch: () => true,
  values: 0,
  among: undefined,
}

const anyOf = (filters: readonly Filter[]): ReachFilter => {
  const [first, ...others] = filters
  return {
    isWhole: false,
    holds: (line) => {
      const likely = filters.filter((filter) => filter.mayMatch(line))
      const resource = likely.length === 0 ? undefined : parseResource(line)
      return resource !== undefined && likely.some((filter) => filter.matches(resource))
    },
    matches: (resource) => filters.some((filter) => filter.matches(resource)),
    mayMatch: (line, hides = mayHide(line)) => filters.some((filter) => filter.mayMatch(line, hides)),
    values: filters.reduce((sum, { values }) => sum + values, 0),
    among: others.length === 0 ? first?.among : undefined,
  }
}

/** A damaged line is one of nobody. */
export const parseResource = (line: string): JsonObject | undefined => {
  try {
    const json: Json = JSON.parse(line)
    return isJsonObject(json) ? json : undefined
  } catch {
    return undefined
  }
}
