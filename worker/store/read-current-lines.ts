import { sql } from 'kysely'
import type { Db } from './db.ts'
import { readLinesAt } from './read-lines-at.ts'

/** The lines of resources as they are now, by `resource_key`; of what is deleted there is none. */
export const readCurrentLines = async (
  db: Db,
  resourceKeys: readonly number[],
  maxBytes: number,
): Promise<ReadonlyMap<number, string>> => {
  const { rows } = await sql<{ key: number; position: number; bytes: number }>`
    select r.resource_key as key, v.position, v.bytes from json_each(${JSON.stringify(resourceKeys)}) k
    cross join resource r on r.resource_key = k.value
    cross join resource_version v on v.position = r.current_position where v.deleted = 0`.execute(db.query)
  const lines = await readLinesAt(db, rows, maxBytes)
  return new Map(rows.map(({ key, position }) => [key, lines.get(position) ?? '']))
}
