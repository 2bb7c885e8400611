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
  const { limits } = deps.config
  const effort = rowsFor(filter, range.source, maxPages * limits.pageRows, limits)
  const { atOnce, inAll: maxRows, pauseAfter } = effort
  let [total, looked, after] = [0, 0, undefined as string | undefined]
  for (;;) {
    await deps.clock.yield()
    const rows = await readSearchRows(deps.db, { ...range, after }, atOnce)
    if (filter.isEmpty) total += rows.filter(({ isShown }) => isShown).length
    else {
      let judged = 0
      for await (const { line } of shownLines(deps, rows)) {
        if (line === undefined) continue
        if (isMatchOf(filter, line)) total++
        if (++judged % pauseAfter === 0) await deps.clock.yield()
      }
    }
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
