import { type Deps, searchContextOf } from '../deps.ts'
import { SluiceError } from '../errors.ts'
import { type ResourceType, typeIdOf } from '../fhir/resource-type.ts'
import type { Grants } from '../fhir/scope/grants.ts'
import { lacksRight, type NarrowedFilter, narrowFilter } from '../fhir/scope/reach-filter.ts'
import { compileFilter, type Filter } from '../fhir/search/filter.ts'
import type { SearchRequest } from '../fhir/search/search-request.ts'
import { readLastSeq, readSearchRows, type SearchRange } from '../store/search-rows.ts'
import { countMatches } from './count-matches.ts'
import { cutFound } from './cut-found.ts'
import { type FoundResource, isMatchOf, placeOf, shownLines } from './found-lines.ts'
import { reachWithin } from './reach.ts'
import { type Included, readIncluded } from './read-included.ts'
import { rowsFor } from './search-effort.ts'

export type SearchResult = {
  readonly asOf: number
  readonly matches: readonly FoundResource[]
  readonly included: Included
  /** Where the next page goes on; `undefined` when this is the last. */
  readonly next: string | undefined
  readonly total: number | undefined
}

/**
 * A page of a search of one type (FHIR R4 search.html), at one point in time: that of its first page. It does bounded work, so it may have
 * fewer matches than asked for, or none, and still not be the last. What may not be both found and read is as if it were not there.
 */
export const searchResources = async (
  deps: Deps,
  grants: Grants,
  type: ResourceType,
  request: SearchRequest,
): Promise<SearchResult> => {
  const { db } = deps
  const reach = reachWithin(deps, grants)
  const within = reach(type, 'r', 's')
  if (within === undefined) throw lacksRight('search', type, 'r', 's')
  const lastSeq = await readLastSeq(db)
  const asOf = request.asOf ?? lastSeq
  if (asOf > lastSeq)
    throw new SluiceError('invalid', `Cannot search at _asOf "${asOf}": nothing has been written by then`)
  const asked = compileFilter(type, request.query, searchContextOf(deps))
  const filter = narrowFilter(asked, within)
  const { order, after } = request
  const range: SearchRange = { typeId: typeIdOf(type), asOf, order, after, source: sourceOf(filter, order) }
  const total = request.wantsTotal ? await countMatches(deps, filter, range) : undefined
  if (request.onlyCount) return { asOf, matches: [], included: nothing, next: undefined, total }
  const { matches, next } = await findPage(deps, filter, range, {
    count: request.count,
    tellsPlaces: within.isWhole,
  })
  const included = await readIncluded(deps, reach, matches, request.includes, asOf)
  const { elements } = request
  if (elements === undefined) return { asOf, matches, included, next, total }
  const resources = cutFound(included.resources, elements, type)
  return {
    asOf,
    matches: cutFound(matches, elements, type),
    included: { ...included, resources },
    next,
    total,
  }
}

const nothing: Included = { resources: [], isWhole: true }

/** What refers to a resource is found in the order of writing; in that of ids, only the type can be walked. */
const sourceOf = ({ among }: Filter, order: SearchRange['order']): SearchRange['source'] => {
  if (among === undefined) return { kind: 'type' }
  if (among.kind === 'ids') return among
  if (order === 'id' || order === '-id') return { kind: 'type' }
  return { kind: 'target', typeId: typeIdOf(among.type), id: among.id, paths: among.paths }
}

/** Unless `tellsPlaces`, the next page begins behind the last match: any other place would tell of what is out of reach. */
const findPage = async (
  deps: Deps,
  filter: NarrowedFilter,
  range: SearchRange,
  { count, tellsPlaces }: { readonly count: number; readonly tellsPlaces: boolean },
): Promise<Pick<SearchResult, 'matches' | 'next'>> => {
  const { pageRows, pageBytes } = deps.config.limits
  const effort = rowsFor(filter, range.source, maxPages * pageRows, deps.config.limits)
  const matches: FoundResource[] = []
  let [looked, bytes, after, behind] = [0, 0, range.after, undefined as string | undefined]
  for (;;) {
    await deps.clock.yield() // a statement on a file, and what is made of it, keeps everyone else waiting
    const rows = await readSearchRows(deps.db, { ...range, after }, effort.atOnce)
    for await (const { row, line } of shownLines(deps, rows)) {
      if (++looked % effort.pauseAfter === 0) await deps.clock.yield()
      const isMatch = line !== undefined && isMatchOf(filter, line)
      if (isMatch && (matches.length === count || bytes + row.bytes > pageBytes) && matches.length > 0)
        return { matches, next: tellsPlaces ? after : behind }
      after = placeOf(row, range)
      if (!isMatch) continue
      behind = after
      matches.push({ type: filter.type, id: row.id, line })
      bytes += row.bytes
    }
    if (rows.length < effort.atOnce) return { matches, next: undefined }
    if (looked >= effort.inAll)
      return { matches, next: tellsPlaces ? after : (behind ?? nameless(after, range)) }
  }
}

/** Where to go on when all of what was looked at is out of reach: a position says nothing, but an id would name one of those. */
const nameless = (after: string | undefined, { order }: SearchRange): string | undefined => {
  if (order !== 'id' && order !== '-id') return after
  throw new SluiceError(
    'not-supported',
    'Cannot search in the order of _id: what this client may reach lies too far apart; leave out _sort',
  )
}

/** Pages of candidates that one request looks at: a page of matches may be short, and its `next` link goes on. */
const maxPages = 10
