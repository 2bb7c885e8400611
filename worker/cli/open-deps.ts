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
import { diskStorage } from '../storage/disk.ts'
import type { Db } from '../store/db.ts'
import { openDatabase } from '../store/open-database.ts'
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
    close: async () => db.close(),
  }
}

const openDb = async ({ databaseUrl: url, databaseAuthToken: authToken }: Config): Promise<Db> => {
  if (isRemoteUrl(url)) return openRemoteDatabase({ url, authToken }, nodeClock.now())
  await mkdir(dirname(requiredPath(url)), { recursive: true, mode: 0o700 })
  return openDatabase(url, nodeClock.now(), 'acknowledged')
}

const requiredPath = (url: string): string => {
  const path = pathOfFileUrl(url)
  if (path === undefined) throw new SluiceError('invalid', `Cannot use "${url}": it is no file URL`)
  return path
}
