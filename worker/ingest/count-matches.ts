import type { Deps } from '../deps.ts'
import { SluiceError } from '../errors.ts'
import type { NarrowedFilter } from '../fhir/scope/reach-filter.ts'
import { readSearchRows, type SearchRange } from '../store/search-rows.ts'
import { isMatchOf, placeOf, shownLines } from './found-lines.ts'
import { rowsFor } from './search-effort.ts'

/** All matches, if they are found within what one request may do; a guess would be no answer to "accurate". */
export const countMatches = async (
  deps: Deps,
  filter: NarrowedFilter,
  range: SearchRange,
): Promise<number> => {
  const { atOnce, inAll: maxRows } = rowsFor(
    filter,
    maxPages * deps.config.limits.pageRows,
    deps.config.limits,
  )
  let [total, looked, after] = [0, 0, undefined as string | undefined]
  for (;;) {
    await deps.clock.yield()
    const rows = await readSearchRows(deps.db, { ...range, after }, atOnce)
    if (filter.isEmpty) total += rows.filter(({ isShown }) => isShown).length
    else
      for await (const { line } of shownLines(deps, rows))
        if (line !== undefined && isMatchOf(filter, line)) total++
    const last = rows.at(-1)
    if (rows.length < atOnce || last === undefined) return total
    after = placeOf(last, range)
    looked += rows.length
    if (looked >= maxRows)
      throw new SluiceError(
        'not-supported',
        `Cannot count the matches: there are more than ${maxRows} ${filter.type} resources to look at; an export counts them, or a search for fewer values`,
      )
  }
}

/** Pages of candidates that one request may look at for a number. */
const maxPages = 50
