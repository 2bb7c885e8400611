import { createClient, LibsqlError } from '@libsql/client'
import { sql } from 'kysely'
import { SluiceError } from '../errors.ts'
import { createDb, type Db } from './db.ts'

/**
 * Copies a `file:` database, as it is at this moment, into an empty file. It is one read transaction: in WAL mode others may write
 * meanwhile, and what they write is not in the copy. The copy has no `-wal` beside it.
 */
export const copyDatabase = async (db: Db, path: string): Promise<void> => {
  await sql`vacuum into ${path}`.execute(db.query)
}

/** What SQLite finds wrong with a file, a sentence each; none when all is well. */
export const checkIntegrity = async (db: Db): Promise<readonly string[]> => {
  try {
    const { rows } = await sql<{ integrity_check: string }>`pragma integrity_check(20)`.execute(db.query)
    return rows.map(({ integrity_check }) => integrity_check).filter((line) => line !== 'ok')
  } catch (error) {
    const reason = error instanceof SluiceError && error.cause instanceof LibsqlError ? error.cause.code : ''
    if (!/^SQLITE_(?:CORRUPT|NOTADB)/.test(reason)) throw error
    return [`it is too damaged to be looked at (${reason})`]
  }
}

/** The same of a file that nobody has open. */
export const checkCopy = async (url: string): Promise<readonly string[]> => {
  const db = createDb(createClient({ url, intMode: 'number', concurrency: 1 }))
  try {
    return await checkIntegrity(db)
  } finally {
    db.close()
  }
}
