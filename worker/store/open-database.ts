import { createClient } from '@libsql/client'
import { sql } from 'kysely'
import { SluiceError } from '../errors.ts'
import { createDb, type Db } from './db.ts'
import { prepareDatabase } from './prepare-database.ts'

/**
 * What a power cut may take. `acknowledged`: nothing that was committed; each commit waits for the disk. `progress`: the last commits,
 * in order and never half of one. That is enough for the engine, whose every step may run twice (DESIGN, I4), and it spares
 * everyone else on this thread the wait.
 */
export type Durability = 'acknowledged' | 'progress'

/**
 * Opens a `file:` database whose folder exists, brings its schema up to date and names the resource types. One connection for
 * all, so that the pragmas below hold for every statement; WAL lets other connections read during a write. Two of these on one
 * file do not collide within a process, since a statement or batch runs to its end on this thread.
 */
export const openDatabase = async (url: string, now: number, durability: Durability): Promise<Db> => {
  const db = createDb(connect(url))
  await sql`pragma journal_mode = wal`.execute(db.query)
  await sql`pragma synchronous = ${sql.raw(durability === 'acknowledged' ? 'full' : 'normal')}`.execute(
    db.query,
  )
  await sql`pragma busy_timeout = ${sql.raw(String(busyTimeoutMs))}`.execute(db.query)
  await sql`pragma cache_size = -65536`.execute(db.query)
  await prepareDatabase(db, now)
  return db
}

/** `sluice admin` writes a few rows beside a server, which takes no longer than a flush to the disk; the server waits for it rather than fail. */
const busyTimeoutMs = 1000

const connect = (url: string) => {
  try {
    return createClient({ url, intMode: 'number', concurrency: 1 })
  } catch (error) {
    throw new SluiceError(
      'database-unavailable',
      `Cannot open database "${url}": it is missing, unreadable or no database`,
      {
        cause: error,
      },
    )
  }
}
