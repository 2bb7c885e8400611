import type { Deps } from '../deps.ts'
import { isJsonObject, type Json } from '../fhir/json.ts'
import type { ResourceType } from '../fhir/resource-type.ts'
import { type NarrowedFilter, parseResource } from '../fhir/scope/reach-filter.ts'
import { readLinesAt } from '../store/read-lines-at.ts'
import type { SearchRange, SearchRow } from '../store/search-rows.ts'

export type FoundResource = { readonly type: ResourceType; readonly id: string; readonly line: string }

/** Each row with its line, of which so many bytes are held at once; those that the snapshot does not show have none. */
export async function* shownLines(
  { db, config }: Deps,
  rows: readonly SearchRow[],
): AsyncGenerator<{ readonly row: SearchRow; readonly line: string | undefined }> {
  const { pageBytes } = config.limits
  for (let from = 0; from < rows.length; ) {
    let [to, bytes] = [from, 0]
    for (; to < rows.length && (to === from || bytes + (rows[to]?.bytes ?? 0) <= pageBytes); to++)
      bytes += rows[to]?.bytes ?? 0
    const piece = rows.slice(from, to)
    const lines = await readLinesAt(
      db,
      piece.filter(({ isShown }) => isShown),
      pageBytes,
    )
    for (const row of piece) yield { row, line: row.isShown ? lines.get(row.position) : undefined }
    from = to
  }
}

/** A damaged line ends the search of who may reach all of the type. Nobody else hears of it, for nobody can say that he may. */
export const isMatchOf = (filter: NarrowedFilter, line: string): boolean => {
  if (!filter.mayMatch(line)) return false
  const resource: Json | undefined = filter.isNarrowed ? parseResource(line) : JSON.parse(line)
  return resource !== undefined && isJsonObject(resource) && filter.matches(resource)
}

/** Where a search goes on behind a row, in its order. */
export const placeOf = (row: SearchRow, { order }: SearchRange): string =>
  order === 'id' || order === '-id' ? row.id : String(row.position)
