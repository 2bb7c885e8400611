import { sql } from 'kysely'
import { type ResourceType, typeIdOf } from '../fhir/resource-type.ts'
import type { Db } from './db.ts'
import { readLinesAt } from './read-lines-at.ts'
import type { StoredVersion } from './read-resource.ts'

export type HistoryQuery = {
  /** Only versions before this one: where the page before ended. */
  readonly before: number
  /** Only versions written at or after this instant. */
  readonly since: number
  readonly maxRows: number
  /** Bytes of lines after which a page ends; a longer line comes alone. */
  readonly maxBytes: number
}
export type PastVersion = StoredVersion & {
  /** There was no version before, or it was a delete. */
  readonly isCreated: boolean
}
export type History = {
  /** How many versions there are since then, on all pages. */
  readonly total: number
  /** The newest first. */
  readonly versions: readonly PastVersion[]
  readonly hasMore: boolean
}

/** A page of the versions of a resource, deletes among them; `undefined` when it has none. */
export const readHistory = async (
  db: Db,
  type: ResourceType,
  id: string,
  query: HistoryQuery,
): Promise<History | undefined> => {
  const key = sql`(select resource_key from resource where type_id = ${typeIdOf(type)} and id = ${id})`
  const { before, since, maxRows } = query
  const [counts, page] = await db.read([
    sql<{ total: number; present: 0 | 1 }>`select count(*) as total, exists (
        select 1 from resource_version where resource_key = ${key}) as present
      from resource_version where resource_key = ${key} and last_updated >= ${since}`,
    // One row more than asked for tells whether there is another page.
    sql<VersionRow>`select position, version_id, last_updated, deleted, bytes, not exists (
        select 1 from resource_version p where p.resource_key = v.resource_key
          and p.version_id = v.version_id - 1 and p.deleted = 0) as is_created
      from resource_version v
      where resource_key = ${key} and version_id < ${before} and last_updated >= ${since}
      order by version_id desc limit ${maxRows + 1}`,
  ])
  const [count] = counts.rows
  if (count === undefined || count.present === 0) return undefined
  const rows = fitting(page.rows, query)
  const lines = await readLinesAt(db, rows, query.maxBytes) // a version never changes in between
  return {
    total: count.total,
    versions: rows.map((row) => versionOf(row, lines.get(row.position) ?? '')),
    hasMore: maxRows > 0 && rows.length < page.rows.length,
  }
}

type VersionRow = {
  position: number
  version_id: number
  last_updated: number
  deleted: 0 | 1
  bytes: number
  is_created: 0 | 1
}

const fitting = (rows: readonly VersionRow[], { maxRows, maxBytes }: HistoryQuery): readonly VersionRow[] => {
  let size = 0
  const end = rows.findIndex(({ bytes }, index) => {
    size += bytes
    return index >= maxRows || (index > 0 && size > maxBytes)
  })
  return end < 0 ? rows : rows.slice(0, end)
}

const versionOf = (row: VersionRow, line: string): PastVersion => ({
  versionId: row.version_id,
  lastUpdated: row.last_updated,
  deleted: row.deleted === 1,
  line,
  isCreated: row.is_created === 1,
})
