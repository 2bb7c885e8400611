import { type RawBuilder, sql } from 'kysely'
import type { SearchOrder } from '../fhir/search/search-request.ts'
import type { Db } from './db.ts'
import { isCurrent } from './live.ts'
import { positionOf } from './position.ts'

/** A version that a search may look at; `isShown` is false for what the snapshot does not show. */
export type SearchRow = {
  readonly position: number
  readonly id: string
  readonly bytes: number
  readonly isShown: boolean
}

/** Where candidates are found: in the order of the search, by their ids, or by what they refer to. */
export type SearchSource =
  | { readonly kind: 'type' }
  | { readonly kind: 'ids'; readonly ids: readonly string[] }
  | {
      readonly kind: 'target'
      readonly typeId: number
      readonly id: string
      readonly paths: readonly string[]
    }

export type SearchRange = {
  readonly typeId: number
  readonly asOf: number
  readonly order: SearchOrder
  /** A position, or an id, as the order goes by; `undefined` for the first page. */
  readonly after: string | undefined
  readonly source: SearchSource
}

/** The next candidates, at most `maxRows`; fewer when there are no more. Ranges of keys, whatever came before. */
export const readSearchRows = async (
  db: Db,
  range: SearchRange,
  maxRows: number,
): Promise<readonly SearchRow[]> => {
  const query = range.order === 'id' || range.order === '-id' ? byId(range) : byPosition(range, maxRows)
  const { rows } = await sql<{ position: number; id: string; bytes: number; isShown: 0 | 1 }>`
    ${query} limit ${maxRows}`.execute(db.query)
  return rows.map((row) => ({ ...row, isShown: row.isShown === 1 }))
}

/** The last `seq` given out: the snapshot of a search that begins now. */
export const readLastSeq = async (db: Db): Promise<number> => {
  const { next_seq } = await db.query.selectFrom('store_clock').select('next_seq').executeTakeFirstOrThrow()
  return next_seq - 1
}

const byPosition = (
  { typeId, asOf, order, after, source }: SearchRange,
  maxRows: number,
): RawBuilder<unknown> => {
  const isDown = order === '-lastUpdated'
  const [first, end] = [positionOf(typeId, 0), positionOf(typeId, asOf)]
  const at = after === undefined ? undefined : Number(after)
  const low = !isDown && at !== undefined ? Math.max(at, first) : first
  const high = isDown && at !== undefined ? Math.min(at - 1, end) : end
  const slice = { low, high, direction: isDown ? sql`desc` : sql`asc`, maxRows }
  return sql`select v.position, r.id, v.bytes, ${shown(asOf)} as isShown
    from ${among(source, typeId, slice)} cross join resource r on r.resource_key = v.resource_key
    order by v.position ${slice.direction}`
}

/** Positions behind `low` up to `high`, and how many of them are wanted from which end. */
type Slice = {
  readonly low: number
  readonly high: number
  readonly direction: RawBuilder<unknown>
  readonly maxRows: number
}

const shown = (asOf: number): RawBuilder<unknown> => isCurrent(sql`v.deleted`, sql`v.superseded_by`, asOf)

const among = (source: SearchSource, typeId: number, slice: Slice): RawBuilder<unknown> => {
  const { low, high } = slice
  switch (source.kind) {
    case 'type':
      return sql`(select * from resource_version v where v.position > ${low} and v.position <= ${high}) v`
    case 'ids':
      return sql`(select v.* from json_each(${JSON.stringify(source.ids)}) i
        cross join resource k on k.type_id = ${typeId} and k.id = i.value
        cross join resource_version v on v.resource_key = k.resource_key and v.position > ${low} and v.position <= ${high}) v`
    case 'target':
      return sql`(select v.* from ${referring(source, slice)} f cross join resource_version v on v.position = f.position) v`
    default:
      return source satisfies never
  }
}

/** By one path they come in the order of the index, so that no more are read than are wanted; by several they are put together. */
const referring = (
  { typeId, id, paths }: Extract<SearchSource, { kind: 'target' }>,
  { low, high, direction, maxRows }: Slice,
): RawBuilder<unknown> => {
  const target = sql`(select k.resource_key from resource k where k.type_id = ${typeId} and k.id = ${id})`
  const [first = '', ...others] = paths
  if (others.length === 0)
    return sql`(select f.position from reference f where f.target_key = ${target}
      and f.path_id = (select p.path_id from reference_path p where p.path = ${first})
      and f.position > ${low} and f.position <= ${high} order by f.position ${direction} limit ${maxRows})`
  return sql`(select distinct f.position from json_each(${JSON.stringify(paths)}) e
    cross join reference_path p on p.path = e.value
    cross join reference f on f.target_key = ${target} and f.path_id = p.path_id and f.position > ${low} and f.position <= ${high}
    order by f.position ${direction} limit ${maxRows})`
}

/** Every resource of the type has one version at `asOf`, or none: the newest by then. */
const byId = ({ typeId, asOf, order, after, source }: SearchRange): RawBuilder<unknown> => {
  const isDown = order === '-id'
  const behind = after === undefined ? sql`true` : isDown ? sql`r.id < ${after}` : sql`r.id > ${after}`
  const isAmong =
    source.kind === 'ids'
      ? sql`r.id in (select value from json_each(${JSON.stringify(source.ids)}))`
      : sql`true`
  const newest = sql`(select max(n.position) from resource_version n
    where n.resource_key = r.resource_key and n.position <= ${positionOf(typeId, asOf)})`
  return sql`select coalesce(v.position, 0) as position, r.id, coalesce(v.bytes, 0) as bytes,
      v.position is not null and ${shown(asOf)} as isShown
    from resource r left join resource_version v on v.position = ${newest}
    where r.type_id = ${typeId} and ${behind} and ${isAmong} order by r.id ${isDown ? sql`desc` : sql`asc`}`
}
