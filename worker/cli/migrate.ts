import { lockDatabase } from '../process/file-lock.ts'
import { openDeps } from '../process/open-deps.ts'
import type { Db } from '../store/db.ts'
import { lookIntoFile, lookIntoServer, migrationsBetween, readSchemaVersion } from '../store/open-to-look.ts'
import { type CommandIo, sayLine } from './command-io.ts'
import { type NamedDatabase, nameDatabase } from './use-database.ts'

/** Brings the schema of a database up to date, as every start of a server does, and says what that took. */
export const migrateDatabase = async (given: string | undefined, io: CommandIo): Promise<number> => {
  const database = nameDatabase(given, io)
  const lock =
    database.path === undefined ? undefined : await lockDatabase(database.url, 'sluice migrate', io.now())
  try {
    const before = await versionOf(database)
    const deps = await openDeps(database.config) // migrates, whatever kind of database it is
    await deps.close()
    const after = await versionOf(database)
    sayLine(io.stdout, sentence(before, after))
    return 0
  } finally {
    await lock?.release()
  }
}

const versionOf = async ({ config, url, path }: NamedDatabase): Promise<number> => {
  const { databaseAuthToken: authToken } = config
  const db: Db = path === undefined ? lookIntoServer({ url, authToken }) : lookIntoFile(url)
  try {
    return (await readSchemaVersion(db)).found
  } finally {
    db.close()
  }
}

const sentence = (before: number, after: number): string => {
  if (before === after) return `The schema is at version ${after} already; nothing had to be done`
  const names = migrationsBetween(before, after).join(', ')
  return before === 0
    ? `The schema was made, at version ${after} (${names})`
    : `The schema was brought from version ${before} to ${after} (${names})`
}
