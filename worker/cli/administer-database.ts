import type { AdministratorDeps } from '../auth/create-administrator.ts'
import { hasCode, SluiceError } from '../errors.ts'
import { randomId } from '../platform/ids.ts'
import { nodeClock } from '../platform/node/clock.ts'
import { lockDatabase } from '../process/file-lock.ts'
import { openDeps } from '../process/open-deps.ts'
import { openBeside } from '../store/open-beside.ts'
import { requireSchema } from '../store/open-to-look.ts'
import type { CommandIo } from './command-io.ts'
import type { NamedDatabase } from './use-database.ts'

/**
 * Works on a database as it is found: one that nobody uses is locked, and its schema brought up to date; a file that a server is using is
 * written beside it. What is written for administrators is so little that the server hardly waits; and the schema must be that of this version.
 */
export const openToAdminister = async (
  { config, url, path }: NamedDatabase,
  work: (deps: AdministratorDeps) => Promise<number>,
  { now }: CommandIo,
): Promise<number> => {
  const lock = path === undefined ? undefined : await lockOrNothing(url, now())
  try {
    const isBeside = path !== undefined && lock === undefined
    const deps = isBeside ? await beside(url, config) : await openDeps(config)
    try {
      return await work(deps)
    } finally {
      await deps.close()
    }
  } finally {
    await lock?.release()
  }
}

const lockOrNothing = async (url: string, now: number) => {
  try {
    return await lockDatabase(url, 'sluice admin', now)
  } catch (error) {
    if (hasCode(error, 'conflict')) return undefined
    throw error
  }
}

const beside = async (url: string, config: AdministratorDeps['config']) => {
  const db = await openBeside(url)
  await requireSchema(db).catch((error: unknown) => {
    db.close()
    throw hasCode(error, 'conflict')
      ? new SluiceError(
          'conflict',
          `${error.message}; the server that uses the database is of another version`,
        )
      : error
  })
  return { config, db, clock: nodeClock, newId: randomId, close: async () => db.close() }
}
