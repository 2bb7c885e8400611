import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { isRemoteUrl } from '../config/database-url.ts'
import { pathOfFileUrl } from '../config/file-url.ts'
import type { Config } from '../config.ts'
import type { Deps } from '../deps.ts'
import { SluiceError } from '../errors.ts'
import { openObjectStorage } from '../open-storage.ts'
import { randomId } from '../platform/ids.ts'
import { consoleLog } from '../platform/log.ts'
import { nodeClock } from '../platform/node/clock.ts'
import { nodeRemote } from '../platform/node/remote.ts'
import { diskStorage } from '../storage/disk.ts'
import type { Db } from '../store/db.ts'
import type { Durability } from '../store/open-database.ts'
import { openRemoteDatabase } from '../store/open-remote-database.ts'

/** The dependencies of a process with a disk, Node or Deno: databases and storages of every kind. */
export const openDeps = async (config: Config): Promise<Deps & { close(): Promise<void> }> => {
  const db = await openDb(config)
  return {
    config,
    db,
    storage:
      openObjectStorage(config) ?? diskStorage({ root: requiredPath(config.storageUrl), newId: randomId }),
    clock: nodeClock,
    newId: randomId,
    log: consoleLog(config.logLevel, nodeClock.now),
    askRemote: nodeRemote(config),
    close: async () => db.close(),
  }
}

const openDb = async (config: Config): Promise<Db> => {
  const { databaseUrl: url, databaseAuthToken: authToken } = config
  if (isRemoteUrl(url)) return openRemoteDatabase({ url, authToken }, nodeClock.now())
  await mkdir(dirname(requiredPath(url)), { recursive: true, mode: 0o700 })
  return openFileDatabase(config, 'acknowledged')
}

/** Loads the native part of libSQL only now: under Deno that takes a permission which a process without a file does not need. */
export const openFileDatabase = async ({ databaseUrl }: Config, durability: Durability): Promise<Db> => {
  const { openDatabase } = await import('../store/open-database.ts')
  return openDatabase(databaseUrl, nodeClock.now(), durability)
}

const requiredPath = (url: string): string => {
  const path = pathOfFileUrl(url)
  if (path === undefined) throw new SluiceError('invalid', `Cannot use "${url}": it is no file URL`)
  return path
}
