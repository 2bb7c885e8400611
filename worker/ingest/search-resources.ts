import type { Deps } from '../deps.ts'
import { fhirBase } from '../deps.ts'
import { SluiceError } from '../errors.ts'
import { type ResourceType, typeIdOf } from '../fhir/resource-type.ts'
import { compileFilter, type Filter } from '../fhir/search/filter.ts'
import type { SearchRequest } from '../fhir/search/search-request.ts'
import { readLastSeq, readSearchRows, type SearchRange } from '../store/search-rows.ts'
import { countMatches } from './count-matches.ts'
import { cutFound } from './cut-found.ts'
import { type FoundResource, isMatchOf, placeOf, shownLines } from './found-lines.ts'
import { type Included, readIncluded } from './read-included.ts'

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
 * fewer matches than asked for, or none, and still not be the last.
 */
export const searchResources = async (
  deps: Deps,
  type: ResourceType,
  request: SearchRequest,
): Promise<SearchResult> => {
  const { db, clock, config } = deps
  const lastSeq = await readLastSeq(db)
  const asOf = request.asOf ?? lastSeq
  if (asOf > lastSeq)
    throw new SluiceError('invalid', `Cannot search at _asOf "${asOf}": nothing has been written by then`)
  const filter = compileFilter(type, request.query, { serverBase: fhirBase(config), nowMs: clock.now() })
  const { order, after } = request
  const range: SearchRange = { typeId: typeIdOf(type), asOf, order, after, source: sourceOf(filter, order) }
  const total = request.wantsTotal ? await countMatches(deps, filter, range) : undefined
  if (request.onlyCount) return { asOf, matches: [], included: nothing, next: undefined, total }
  const { matches, next } = await findPage(deps, filter, range, request.count)
  const included = await readIncluded(deps, matches, request.includes, asOf)
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

const findPage = async (
  deps: Deps,
  filter: Filter,
  range: SearchRange,
  count: number,
): Promise<Pick<SearchResult, 'matches' | 'next'>> => {
  const { pageRows, pageBytes } = deps.config.limits
  const matches: FoundResource[] = []
  let [looked, bytes, after] = [0, 0, range.after]
  const mostRows = (maxPages * pageRows) / Math.max(1, filter.values / easyValues)
  for (;;) {
    await deps.clock.yield() // a statement on a file, and what is made of it, keeps everyone else waiting
    const rows = await readSearchRows(deps.db, { ...range, after }, pageRows)
    for await (const { row, line } of shownLines(deps, rows)) {
      looked++
      const isMatch = line !== undefined && isMatchOf(filter, line)
      if (isMatch && (matches.length === count || bytes + row.bytes > pageBytes) && matches.length > 0)
        return { matches, next: after }
      after = placeOf(row, range)
      if (!isMatch) continue
      matches.push({ type: filter.type, id: row.id, line })
      bytes += row.bytes
    }
    if (rows.length < pageRows) return { matches, next: undefined }
    if (looked >= mostRows) return { matches, next: after }
  }
}

/** Pages of candidates that one request looks at: a page of matches may be short, and its `next` link goes on. */
const maxPages = 10

/** Values of a query that do not make it slower than others. */
const easyValues = 20
