import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { pathOfFileUrl } from '../config/file-url.ts'
import type { Config } from '../config.ts'
import type { Deps } from '../deps.ts'
import { SluiceError } from '../errors.ts'
import { openObjectStorage } from '../open-storage.ts'
import { randomId } from '../platform/ids.ts'
import { consoleLog } from '../platform/log.ts'
import { nodeClock } from '../platform/node/clock.ts'
import { diskStorage } from '../storage/disk.ts'
import { openDatabase } from '../store/open-database.ts'

/** The dependencies of a process with a disk, Node or Deno: a database file, and a folder or a bucket for the exports. */
export const openDeps = async (config: Config): Promise<Deps & { close(): Promise<void> }> => {
  const path = requiredPath(config.databaseUrl)
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  const db = await openDatabase(config.databaseUrl, nodeClock.now(), 'acknowledged')
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

const requiredPath = (url: string): string => {
  const path = pathOfFileUrl(url)
  if (path === undefined) throw new SluiceError('invalid', `Cannot use "${url}": it is no file URL`)
  return path
}
