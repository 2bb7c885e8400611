import { createClient } from '@libsql/client'
import { sql } from 'kysely'
import { createDb, type Db } from './db.ts'

/**
 * Opens a `file:` database that a server is using, to write a few rows beside it. SQLite lets one write at a time: who comes second waits,
 * here as there (`open-database.ts`). A server that loads writes nearly all the time, so it takes some tries to find a gap.
 */
export const openBeside = async (url: string): Promise<Db> => {
  const db = createDb(createClient({ url, intMode: 'number', concurrency: 1 }))
  await sql`pragma busy_timeout = ${sql.raw(String(patienceMs))}`.execute(db.query)
  await sql`pragma synchronous = full`.execute(db.query)
  return db
}

/** SQLite tries some ten times a second meanwhile. */
const patienceMs = 20_000
