import { sql } from 'kysely'
import type { Db } from './db.ts'
import { positionAt } from './live.ts'
import { readLinesAt } from './read-lines-at.ts'

/** The line of a resource as it was at a snapshot; `undefined` where it was not there. */
export const readLineOf = async (
  db: Db,
  resourceKey: number,
  asOf: number,
  maxBytes: number,
): Promise<string | undefined> => {
  const { rows } = await sql<{
    position: number
    bytes: number
  }>`select v.position, v.bytes from resource_version v
    where v.position = ${positionAt(sql`${resourceKey}`, asOf)} and v.deleted = 0`.execute(db.query)
  return [...(await readLinesAt(db, rows, maxBytes)).values()][0]
}
