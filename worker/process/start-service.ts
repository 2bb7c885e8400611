import { isRemoteUrl } from '../config/database-url.ts'
import { letsIn } from '../config/identity-providers.ts'
import type { Config } from '../config.ts'
import type { Deps } from '../deps.ts'
import { type EngineLoop, startEngineLoop } from '../export/engine-loop.ts'
import { createApp } from '../http/app.ts'
import type { Connection } from '../http/source.ts'
import { isAdministered } from '../store/administrators.ts'
import type { Db } from '../store/db.ts'
import { releaseAllLeases } from '../store/units.ts'
import { openDeps, openFileDatabase } from './open-deps.ts'
import { warnOfConfig } from './warn-of-config.ts'
import { webFiles } from './web-files.ts'

/** HTTP and the engine in one long-running process, but for the listening. */
export type Service = {
  /** `peer`: the address at the other end of the connection. */
  answer(request: Request, peer: string | undefined): Response | Promise<Response>
  readonly engine: Pick<EngineLoop, 'wake' | 'isBusy'>
  /** Ends the slices that run, waiting `graceMs` at most, and leaves the database to others. */
  close(graceMs: number): Promise<void>
}

/** Alone on its database file, which it locks first; on a server it is one of many. */
export const startService = async (config: Config): Promise<Service> => {
  const closing = newClosing()
  try {
    const isFile = !isRemoteUrl(config.databaseUrl)
    if (isFile) closing.defer((await lockFile(config)).release)
    const deps = await openDeps(config)
    closing.defer(deps.close)
    const db = isFile ? await openFileOfEngine(config) : deps.db
    if (isFile) closing.defer(async () => db.close())
    if (config.auth === 'smart') await adviseOnAccess(deps)
    return startedService(deps, db, closing)
  } catch (error) {
    await closing.close()
    throw error
  }
}

/** What has to be closed, the last opened first. (`AsyncDisposableStack` came with Node 24, and the packed command runs on 22.) */
type Closing = { defer(close: () => Promise<void>): void; close(): Promise<void> }

const newClosing = (): Closing => {
  const opened: (() => Promise<void>)[] = []
  return {
    defer: (close) => opened.push(close),
    close: async () => {
      const failures: unknown[] = []
      for (const close of opened.splice(0).reverse()) {
        await close().catch((error: unknown) => failures.push(error))
      }
      if (failures.length > 0) throw failures[0]
    },
  }
}

const startedService = (deps: Deps, db: Db, closing: Closing): Service => {
  warnOfConfig(deps)
  const engine = startEngineLoop({ ...deps, db })
  const app = createApp(deps, engine.wake, webFiles())
  return {
    answer: (request, peer) => app.fetch(request, { peer } satisfies Connection),
    engine,
    close: async (graceMs) => {
      await engine.stop(graceMs)
      await closing.close()
    },
  }
}

/** What whoever starts the service for the first time has to know, and cannot see. */
const adviseOnAccess = async ({ config, db, clock, log }: Deps): Promise<void> => {
  const isVouchedFor = [config.oidc, config.cloudflareAccess].some(
    (ways) => ways !== undefined && letsIn(ways),
  )
  if (isVouchedFor || (await isAdministered(db, clock.now()))) return
  log('warn', 'nobody can sign in yet: make an administrator with `sluice admin create --name <name>`')
}

/** The lock is made with the native part of libSQL, which a process without a file does not load. */
const lockFile = async ({ databaseUrl }: Config) => {
  const { lockDatabase } = await import('./file-lock.ts')
  return lockDatabase(databaseUrl, 'sluice serve', Date.now())
}

/** A second connection, for the steps of the engine (`Durability`). */
const openFileOfEngine = async (config: Config): Promise<Db> => {
  const db = await openFileDatabase(config, 'progress')
  await releaseAllLeases(db) // nobody else has this database, so whoever held one is dead
  return db
}
