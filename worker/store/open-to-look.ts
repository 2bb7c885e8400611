import { createClient } from '@libsql/client'
import { sql } from 'kysely'
import { migrations } from '../../schema/migrations/index.ts'
import { SluiceError } from '../errors.ts'
import { createDb, type Db } from './db.ts'
import { schemaVersion } from './migrate.ts'
import { connectRemote, createRemoteDb, type RemoteDatabase } from './open-remote-database.ts'

/** Opens a `file:` database that exists as it is: nothing is written, and its schema stays at its version. */
export const lookIntoFile = (url: string): Db =>
  createDb(createClient({ url, intMode: 'number', concurrency: 1 }))

/** The same of one on a server. */
export const lookIntoServer = (remote: RemoteDatabase): Db => createRemoteDb(connectRemote(remote))

/** The version of the schema, 0 where there is none, and the newest one that this code knows. */
export const readSchemaVersion = async (
  db: Db,
): Promise<{ readonly found: number; readonly known: number }> => {
  const { rows } = await sql<{ present: 0 | 1 }>`select exists (
    select 1 from sqlite_schema where name = 'schema_migration') as present`.execute(db.query)
  return { found: rows[0]?.present === 1 ? await schemaVersion(db) : 0, known: migrations.length }
}

/** Names of the migrations after a version, up to another. */
export const migrationsBetween = (after: number, until: number): readonly string[] =>
  migrations.filter(({ version }) => version > after && version <= until).map(({ name }) => name)

/** Refuses a database that the checks of this version cannot be about. */
export const requireSchema = async (db: Db): Promise<void> => {
  const { found, known } = await readSchemaVersion(db)
  if (found === known) return
  const reason = found < known ? 'run sluice migrate first' : 'take a newer Sluice'
  throw new SluiceError(
    'conflict',
    `Cannot verify the database: its schema is version ${found}, this Sluice knows version ${known}; ${reason}`,
  )
}
