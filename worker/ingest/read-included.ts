import type { Deps } from '../deps.ts'
import { fhirBase } from '../deps.ts'
import { isJsonObject, type Json } from '../fhir/json.ts'
import { type LocalReference, parseReference } from '../fhir/reference.ts'
import { typeIdOf } from '../fhir/resource-type.ts'
import type { ReachOf } from '../fhir/scope/reach-filter.ts'
import { searchParametersOf } from '../fhir/search/parameters.ts'
import type { Include } from '../fhir/search/search-request.ts'
import { readSearchRows, type SearchRange } from '../store/search-rows.ts'
import { type FoundResource, shownLines } from './found-lines.ts'

export type Included = {
  readonly resources: readonly FoundResource[]
  /** False when there was more than one answer may hold. */
  readonly isWhole: boolean
}

/** What the matches refer to by the parameters named, each once, as the snapshot shows it; only what may be both found and read. */
export const readIncluded = async (
  deps: Deps,
  reach: ReachOf,
  matches: readonly FoundResource[],
  includes: readonly Include[],
  asOf: number,
): Promise<Included> => {
  const names = new Map(
    matches
      .flatMap((match) => namedBy(match, includes, fhirBase(deps.config)))
      .map((name) => [`${name.type}/${name.id}`, name]),
  )
  for (const { type, id } of matches) names.delete(`${type}/${id}`)
  const { pageRows, pageBytes } = deps.config.limits
  const resources: FoundResource[] = []
  let bytes = 0
  for (const [type, wanted] of Map.groupBy(names.values(), ({ type }) => type)) {
    const within = reach(type, 'r', 's')
    if (within === undefined) continue
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
      const rows = await readSearchRows(deps.db, { ...range, after }, pageRows)
      for await (const { row, line } of shownLines(deps, rows)) {
        if (line === undefined || !within.holds(line)) continue
        bytes += row.bytes
        if (bytes > pageBytes && resources.length > 0) return { resources, isWhole: false }
        resources.push({ type, id: row.id, line })
      }
      const last = rows.at(-1)
      if (rows.length < pageRows || last === undefined) break
      after = String(last.position)
    }
  }
  return { resources, isWhole: true }
}

const namedBy = (
  { type, line }: FoundResource,
  includes: readonly Include[],
  serverBase: string,
): readonly LocalReference[] => {
  const resource: Json = includes.length === 0 ? null : JSON.parse(line)
  if (!isJsonObject(resource)) return []
  return includes.flatMap(({ parameter, target }) =>
    (searchParametersOf(type).get(parameter)?.select(resource) ?? []).flatMap(({ value }) => {
      const text = isJsonObject(value) ? value.reference : value
      const named = typeof text === 'string' ? parseReference(text, serverBase) : undefined
      return named === undefined || (target !== undefined && named.type !== target) ? [] : [named]
    }),
  )
}
