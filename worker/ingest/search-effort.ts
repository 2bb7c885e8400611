import type { Filter } from '../fhir/search/filter.ts'
import type { SearchSource } from '../store/search-rows.ts'

/** How many candidates are asked for at once, and in one request; and how many of them are looked at before others get their turn. */
export type SearchEffort = { readonly atOnce: number; readonly inAll: number; readonly pauseAfter: number }

/**
 * Each value may be looked for in every candidate: of a query with many of them fewer are looked at. Not where they are found by their ids,
 * for there are no more to look at than ids, and each statement goes through all of these.
 */
export const rowsFor = (
  { values }: Pick<Filter, 'values'>,
  { kind }: Pick<SearchSource, 'kind'>,
  maxRows: number,
  { pageRows }: { readonly pageRows: number },
): SearchEffort => {
  const effort = Math.max(1, values / easyValues)
  const pauseAfter = Math.ceil(pageRows / effort)
  return kind === 'ids'
    ? { atOnce: pageRows, inAll: maxRows, pauseAfter }
    : { atOnce: pauseAfter, inAll: Math.ceil(maxRows / effort), pauseAfter }
}

/** Values of a query that do not make it slower than others. */
const easyValues = 20
