import type { Filter } from '../fhir/search/filter.ts'

/** How many candidates are looked at before others get their turn, and in one request. */
export type SearchEffort = { readonly atOnce: number; readonly inAll: number }

/** Each value may be looked for in every candidate: of a query with many of them fewer are looked at. */
export const rowsFor = (
  { values }: Pick<Filter, 'values'>,
  maxRows: number,
  { pageRows }: { readonly pageRows: number },
): SearchEffort => {
  const effort = Math.max(1, values / easyValues)
  return { atOnce: Math.ceil(pageRows / effort), inAll: Math.ceil(maxRows / effort) }
}

/** Values of a query that do not make it slower than others. */
const easyValues = 20
