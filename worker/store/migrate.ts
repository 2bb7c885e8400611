import { sql } from 'kysely'
import { type Migration, migrations } from '../../schema/migrations/index.ts'
import { SluiceError } from '../errors.ts'
import type { Db } from './db.ts'

/**
 * Brings the database to the newest schema this code knows, a transaction a migration. Several processes may do so at once: the
 * migration's own row is inserted first, so that the second one collides and looks again, or finds the database busy (503) and
 * starts anew; nothing is ever left half migrated. Refuses a schema more than one version ahead of the code.
 */
export const migrate = async (
  db: Db,
  now: number,
  wanted: readonly Migration[] = migrations,
): Promise<void> => {
  await sql`create table if not exists schema_migration (
    version integer primary key, name text not null, applied_at integer not null
  )`.execute(db.query)
  const newest = wanted.length
  for (let found = await schemaVersion(db); found < newest; found = await schemaVersion(db)) {
    const next = wanted[found]
    if (next !== undefined) await apply(db, next, now)
  }
  const found = await schemaVersion(db)
  if (found > newest + 1) {
    throw new SluiceError(
      'invalid',
      `Cannot use the database: its schema is version ${found}, this Sluice knows version ${newest}; start a newer Sluice`,
    )
  }
}

export const schemaVersion = async (db: Db): Promise<number> => {
  const { rows } = await sql<{
    version: number
  }>`select coalesce(max(version), 0) as version from schema_migration`.execute(db.query)
  return rows[0]?.version ?? 0
}

const apply = async (db: Db, migration: Migration, now: number): Promise<void> => {
  try {
    await db.batch([
      sql`insert into schema_migration (version, name, applied_at) values (${migration.version}, ${migration.name}, ${now})`,
      ...migration.statements.map((statement) => sql.raw(statement)),
    ])
  } catch (error) {
    // Another process was first: its row is there now.
    if ((await schemaVersion(db)) < migration.version) throw error
  }
}
