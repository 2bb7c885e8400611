import type { Deps } from '../deps.ts'
import { fhirBase } from '../deps.ts'
import { SluiceError } from '../errors.ts'
import { isJsonObject, type Json } from '../fhir/json.ts'
import { parseReference } from '../fhir/reference.ts'
import { type ResourceType, typeIdOf } from '../fhir/resource-type.ts'
import { compileFilter, type Filter } from '../fhir/search/filter.ts'
import { searchParametersOf } from '../fhir/search/parameters.ts'
import type { Include, SearchRequest } from '../fhir/search/search-request.ts'
import { readLinesAt } from '../store/read-lines-at.ts'
import { readLastSeq, readSearchRows, type SearchRange, type SearchRow } from '../store/search-rows.ts'
import { cutFound } from './cut-found.ts'

/** Candidates that one request looks at: a page may be short, and its `next` link goes on. */
const maxRows = 20_000
const rowsAtOnce = 1000
/** Values of a query that do not make it slower than others. */
const easyValues = 20
/** Of lines read at once, and of those on a page: what one request may hold in memory. */
const maxBytes = 2 * 1024 * 1024

export type FoundResource = { readonly type: ResourceType; readonly id: string; readonly line: string }
export type SearchResult = {
  readonly asOf: number
  readonly matches: readonly FoundResource[]
  readonly included: readonly FoundResource[]
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
  if (request.onlyCount) return { asOf, matches: [], included: [], next: undefined, total }
  const { matches, next } = await findPage(deps, filter, range, request.count)
  const included = await readIncluded(deps, matches, request.includes, asOf)
  const cut = (found: readonly FoundResource[]) =>
    request.elements === undefined ? found : cutFound(found, request.elements, type)
  return { asOf, matches: cut(matches), included: cut(included), next, total }
}

/** In the order of ids only the type can be walked. */
const sourceOf = ({ among }: Filter, order: SearchRange['order']): SearchRange['source'] => {
  if (among === undefined || order === 'id' || order === '-id') return { kind: 'type' }
  return among.kind === 'ids' ? among : { kind: 'target', typeId: typeIdOf(among.type), id: among.id }
}

const findPage = async (
  deps: Deps,
  filter: Filter,
  range: SearchRange,
  count: number,
): Promise<Pick<SearchResult, 'matches' | 'next'>> => {
  const matches: FoundResource[] = []
  let [looked, bytes, after] = [0, 0, range.after]
  const mostRows = maxRows / Math.max(1, filter.values / easyValues)
  for (;;) {
    await deps.clock.yield() // a statement on a file, and what is made of it, keeps everyone else waiting
    const rows = await readSearchRows(deps.db, { ...range, after }, rowsAtOnce)
    for await (const { row, line } of shownLines(deps, rows)) {
      looked++
      const isMatch = line !== undefined && isMatchOf(filter, line)
      if (isMatch && (matches.length === count || bytes + row.bytes > maxBytes) && matches.length > 0)
        return { matches, next: after }
      after = placeOf(row, range)
      if (!isMatch) continue
      matches.push({ type: filter.type, id: row.id, line })
      bytes += row.bytes
    }
    if (rows.length < rowsAtOnce) return { matches, next: undefined }
    if (looked >= mostRows) return { matches, next: after }
  }
}

const placeOf = (row: SearchRow, { order }: SearchRange): string =>
  order === 'id' || order === '-id' ? row.id : String(row.position)

/** Each row with its line; those that the snapshot does not show have none. */
async function* shownLines(
  { db }: Deps,
  rows: readonly SearchRow[],
): AsyncGenerator<{ readonly row: SearchRow; readonly line: string | undefined }> {
  for (let from = 0; from < rows.length; ) {
    let [to, bytes] = [from, 0]
    for (; to < rows.length && (to === from || bytes + (rows[to]?.bytes ?? 0) <= maxBytes); to++)
      bytes += rows[to]?.bytes ?? 0
    const piece = rows.slice(from, to)
    const lines = await readLinesAt(
      db,
      piece.filter(({ isShown }) => isShown),
      maxBytes,
    )
    for (const row of piece) yield { row, line: row.isShown ? lines.get(row.position) : undefined }
    from = to
  }
}

const isMatchOf = (filter: Filter, line: string): boolean => {
  if (!filter.mayMatch(line)) return false
  const resource: Json = JSON.parse(line)
  return isJsonObject(resource) && filter.matches(resource)
}

/** All matches, if they are found within what one request may do; a guess would be no answer to "accurate". */
const countMatches = async (deps: Deps, filter: Filter, range: SearchRange): Promise<number> => {
  let [total, looked, after] = [0, 0, undefined as string | undefined]
  for (;;) {
    await deps.clock.yield()
    const rows = await readSearchRows(deps.db, { ...range, after }, rowsAtOnce)
    if (filter.isEmpty) total += rows.filter(({ isShown }) => isShown).length
    else
      for await (const { line } of shownLines(deps, rows))
        if (line !== undefined && isMatchOf(filter, line)) total++
    const last = rows.at(-1)
    if (rows.length < rowsAtOnce || last === undefined) return total
    after = placeOf(last, range)
    looked += rows.length
    if (looked >= maxCounted)
      throw new SluiceError(
        'not-supported',
        `Cannot count the matches: there are more than ${maxCounted} ${filter.type} resources to look at; an export counts them`,
      )
  }
}
const maxCounted = 100_000

/** What the matches refer to by the parameters named, each once, as the snapshot shows it. */
const readIncluded = async (
  deps: Deps,
  matches: readonly FoundResource[],
  includes: readonly Include[],
  asOf: number,
): Promise<readonly FoundResource[]> => {
  const names = new Map<string, { readonly type: ResourceType; readonly id: string }>()
  for (const { type, line } of matches) {
    const resource: Json = JSON.parse(line)
    if (!isJsonObject(resource)) continue
    for (const { parameter, target } of includes)
      for (const { value } of searchParametersOf(type).get(parameter)?.select(resource) ?? []) {
        const text = isJsonObject(value) ? value.reference : value
        const found = typeof text === 'string' ? parseReference(text, fhirBase(deps.config)) : undefined
        if (found === undefined || (target !== undefined && found.type !== target)) continue
        names.set(`${found.type}/${found.id}`, { type: found.type, id: found.id })
      }
  }
  for (const { type, id } of matches) names.delete(`${type}/${id}`)
  const included: FoundResource[] = []
  let bytes = 0
  for (const [type, wanted] of Map.groupBy(names.values(), ({ type }) => type)) {
    const source = { kind: 'ids' as const, ids: wanted.map(({ id }) => id) }
    const range: SearchRange = {
      typeId: typeIdOf(type),
      asOf,
      order: 'lastUpdated',
      after: undefined,
      source,
    }
    let after: string | undefined
    for (;;) {
      const rows = await readSearchRows(deps.db, { ...range, after }, rowsAtOnce)
      for await (const { row, line } of shownLines(deps, rows)) {
        if (line === undefined) continue
        bytes += row.bytes
        if (bytes > maxIncludedBytes) throw tooMuchIncluded()
        included.push({ type, id: row.id, line })
      }
      const last = rows.at(-1)
      if (rows.length < rowsAtOnce || last === undefined) break
      after = String(last.position)
    }
  }
  return included
}

/** Matches of a page may refer to far more than they are. */
const maxIncludedBytes = 16 * 1024 * 1024
const tooMuchIncluded = (): SluiceError =>
  new SluiceError(
    'not-supported',
    `Cannot include what the matches refer to: it has more than ${maxIncludedBytes} bytes; ask for fewer at once by _count`,
  )
