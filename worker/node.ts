import { serve as listen } from '@hono/node-server'
import { lockDatabase } from './cli/file-lock.ts'
import { openDeps } from './cli/open-deps.ts'
import { type Config, loadConfig } from './config.ts'
import { SluiceError } from './errors.ts'
import { startEngineLoop } from './export/engine-loop.ts'
import { createApp } from './http/app.ts'

export type RunningServer = {
  readonly config: Config
  /** Answers what is under way, ends the slices that run, and leaves the database to others. */
  close(): Promise<void>
}

/** Node: HTTP and the engine in one long-running process, alone on its database file. */
export const serve = async (wanted: Config): Promise<RunningServer> => {
  const lock = await lockDatabase(wanted.databaseUrl, 'sluice serve', Date.now())
  const ready = Promise.withResolvers<(request: Request) => Response | Promise<Response>>()
  const { server, port } = await bind(wanted, async (request) => (await ready.promise)(request))
  const config = withPort(wanted, port)
  const deps = await openDeps(config)
  const engine = startEngineLoop(deps)
  const app = createApp(deps, engine.wake)
  ready.resolve((request) => app.fetch(request))
  return {
    config,
    close: async () => {
      await new Promise<void>((resolve) => {
        server.close(() => resolve())
        if ('closeIdleConnections' in server) server.closeIdleConnections()
      })
      await engine.stop()
      await deps.close()
      await lock.release()
    },
  }
}

type Bound = { readonly server: ReturnType<typeof listen>; readonly port: number }

const bind = ({ host, port }: Config, fetch: (request: Request) => Promise<Response>): Promise<Bound> =>
  new Promise((resolve, reject) => {
    const server = listen({ fetch, hostname: host, port }, (info) => resolve({ server, port: info.port }))
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

/** With `PORT=0` the system chose the port, and links must name it. */
const withPort = (config: Config, port: number): Config =>
  config.port === 0 ? { ...config, port, baseUrl: config.baseUrl.replace(/:0$/, `:${port}`) } : config

const main = async (): Promise<void> => {
  const running = await serve(loadConfig(process.env, 'node'))
  const { config } = running
  console.log(`Sluice serves ${config.baseUrl}${config.fhirPath}/$export`)
  if (config.auth === 'open') console.log('AUTH=open: no token is asked; only this machine is answered')
  const stop = () => {
    running.close().then(() => process.exit(0))
  }
  process.once('SIGTERM', stop)
  process.once('SIGINT', stop)
}

if (import.meta.main) {
  main().catch((error: unknown) => {
    console.error(error instanceof SluiceError ? error.message : error)
    process.exit(1)
  })
}
