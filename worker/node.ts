import { serve as listen } from '@hono/node-server'
import { lockDatabase } from './cli/file-lock.ts'
import { openDeps } from './cli/open-deps.ts'
import { isRemoteUrl } from './config/database-url.ts'
import { isLoopbackName } from './config/loopback.ts'
import { type Config, loadConfig, withPort } from './config.ts'
import type { Deps } from './deps.ts'
import { SluiceError } from './errors.ts'
import { startEngineLoop } from './export/engine-loop.ts'
import { createApp } from './http/app.ts'
import type { Db } from './store/db.ts'
import { openDatabase } from './store/open-database.ts'
import { releaseAllLeases } from './store/units.ts'

export type RunningServer = {
  readonly config: Config
  /**
   * Answers what is under way, ends the slices that run, and leaves the database to others. A request that has not ended after
   * `graceMs` is cut off: its client may have stopped reading, and would keep the process alive for ever.
   */
  close(graceMs?: number): Promise<void>
}

/** Less than the ten seconds after which `docker stop` kills. */
const defaultGraceMs = 5000

/** Node: HTTP and the engine in one long-running process, alone on its database file; on a server it is one of many. */
export const serve = async (wanted: Config): Promise<RunningServer> => {
  process.umask(0o077) // resources and exports are for the user of this process alone
  const closing = new AsyncDisposableStack()
  const ready = Promise.withResolvers<Answer>()
  try {
    const isFile = !isRemoteUrl(wanted.databaseUrl)
    if (isFile) closing.defer((await lockDatabase(wanted.databaseUrl, 'sluice serve', Date.now())).release)
    const { server, port } = await bind(wanted, async (request) => (await ready.promise)(request))
    closing.defer(() => closeServer(server))
    const config = withPort(wanted, port)
    const deps = await openDeps(config)
    closing.defer(deps.close)
    const db = isFile ? await openFileOfEngine(config, deps) : deps.db
    closing.defer(async () => db.close())
    const engine = startEngineLoop({ ...deps, db })
    closing.defer(() => engine.stop(defaultGraceMs))
    closing.defer(() => closeServer(server)) // first of all; the one above is for a start that fails
    const app = createApp(deps, engine.wake)
    ready.resolve((request) => app.fetch(request))
    return {
      config,
      close: async (graceMs = defaultGraceMs) => {
        const cutOff = setTimeout(() => closeConnections(server), graceMs)
        await closing.disposeAsync().finally(() => clearTimeout(cutOff))
      },
    }
  } catch (error) {
    ready.resolve(() => new Response(null, { status: 503 })) // whoever asked while it started must not keep it from ending
    await closing.disposeAsync()
    throw error
  }
}

/** A second connection, for the steps of the engine (`Durability`). */
const openFileOfEngine = async ({ databaseUrl }: Config, { clock }: Deps): Promise<Db> => {
  const db = await openDatabase(databaseUrl, clock.now(), 'progress')
  await releaseAllLeases(db) // nobody else has this database, so whoever held one is dead
  return db
}

type Answer = (request: Request) => Response | Promise<Response>
type Bound = { readonly server: ReturnType<typeof listen>; readonly port: number }

const bind = ({ host, port }: Config, fetch: (request: Request) => Promise<Response>): Promise<Bound> =>
  new Promise((resolve, reject) => {
    // A load may take hours to send its body, and only its sender knows whether it still comes.
    const serverOptions = { requestTimeout: 0 }
    const server = listen({ fetch, hostname: host, port, serverOptions }, (info) =>
      resolve({ server, port: info.port }),
    )
    server.once('error', (error: NodeJS.ErrnoException) => {
      const reason =
        error.code === 'EADDRINUSE' ? 'something else listens there' : (error.code ?? error.message)
      reject(
        new SluiceError('conflict', `Cannot listen on ${host} port ${port}: ${reason}; set PORT to another`, {
          cause: error,
        }),
      )
    })
  })

const closeConnections = (server: Bound['server']): void => {
  if ('closeAllConnections' in server) server.closeAllConnections()
}

const closeServer = (server: Bound['server']): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve())
    if ('closeIdleConnections' in server) server.closeIdleConnections()
  })

const main = async (): Promise<void> => {
  const running = await serve(loadConfig(process.env, 'node'))
  const stop = () => {
    running.close().then(() => process.exit(0))
  }
  process.once('SIGTERM', stop)
  process.once('SIGINT', stop)
  const { config } = running
  console.log(`Sluice serves ${config.baseUrl}${config.fhirPath}/$export`)
  if (config.auth === 'open') console.log(`AUTH=open: no token is asked; ${audience(config)}`)
}

const audience = ({ host }: Config): string =>
  isLoopbackName(host)
    ? 'only this machine is answered'
    : `everyone who can reach ${host} is answered, if they ask for a loopback name: keep others away from this port`

if (import.meta.main) {
  main().catch((error: unknown) => {
    console.error(error instanceof SluiceError ? error.message : error)
    process.exit(1)
  })
}
