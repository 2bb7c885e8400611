import { sql } from 'kysely'
import type { Db } from './db.ts'
import { positionOf } from './position.ts'

/** Resources of one type that are there now; where it is not exact, there are this many at least. */
export type TypeCount = { readonly typeId: number; readonly count: number; readonly isExact: boolean }

/**
 * Current resources of these types, without those of which there are none. The store keeps no counter, for every write would have to
 * change it; so this counts versions, each type a range of the primary key, and stops at `maxVersions` of a type, superseded
 * ones and deletes among them. A type that nothing was written of costs a seek.
 */
export const readCounts = async (
  db: Db,
  typeIds: readonly number[],
  maxVersions: number,
): Promise<readonly TypeCount[]> => {
  const { rows } = await sql<{ typeId: number; counts: string }>`
    select t.value ->> 0 as typeId, (
      select json_array(count(*), count(case when deleted = 0 and superseded_by is null then 1 end)) from (
        select deleted, superseded_by from resource_version
        where position > (t.value ->> 1) and position < (t.value ->> 2) limit ${maxVersions})) as counts
    from json_each(${JSON.stringify(typeIds.map(rangeOf))}) t`.execute(db.query)
  return rows
    .map(({ typeId, counts }) => toTypeCount(typeId, counts, maxVersions))
    .filter(({ count, isExact }) => count > 0 || !isExact)
}

const rangeOf = (typeId: number): readonly number[] => [
  typeId,
  positionOf(typeId, 0),
  positionOf(typeId + 1, 0),
]

const toTypeCount = (typeId: number, counts: string, maxVersions: number): TypeCount => {
  const [versions, count]: readonly [number, number] = JSON.parse(counts)
  return { typeId, count, isExact: versions < maxVersions }
}
