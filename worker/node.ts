import { type Http2Bindings, type HttpBindings, serve as listen } from '@hono/node-server'
import { isLoopbackName } from './config/loopback.ts'
import { type Config, type Environment, loadConfig, withPort } from './config.ts'
import { SluiceError } from './errors.ts'
import { startService } from './process/start-service.ts'

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

/** Node: HTTP and the engine in one long-running process. */
export const serve = async (wanted: Config): Promise<RunningServer> => {
  process.umask(0o077) // resources and exports are for the user of this process alone
  const ready = Promise.withResolvers<Answer>()
  const { server, port } = await bind(wanted, async (request, { incoming }) => {
    const peer = incoming.socket.remoteAddress // now, while the connection is there
    return (await ready.promise)(request, peer)
  })
  try {
    const config = withPort(wanted, port)
    const service = await startService(config)
    ready.resolve(service.answer)
    return {
      config,
      close: async (graceMs = defaultGraceMs) => {
        const cutOff = setTimeout(() => closeConnections(server), graceMs)
        await closeServer(server)
        await service.close(defaultGraceMs).finally(() => clearTimeout(cutOff))
      },
    }
  } catch (error) {
    ready.resolve(() => new Response(null, { status: 503 })) // whoever asked while it started must not keep it from ending
    await closeServer(server)
    throw error
  }
}

type Answer = (request: Request, peer: string | undefined) => Response | Promise<Response>
type Fetch = (request: Request, connection: HttpBindings | Http2Bindings) => Promise<Response>
type Bound = { readonly server: ReturnType<typeof listen>; readonly port: number }

const bind = ({ host, port }: Config, fetch: Fetch): Promise<Bound> =>
  new Promise((resolve, reject) => {
    // A load may take hours to send its body, and only its sender knows whether it still comes.
    const serverOptions = { requestTimeout: 0 }
    // The adapter would put its own Response in the place of the global one, of which a fetched one is no instance.
    const overrideGlobalObjects = false
    const server = listen({ fetch, hostname: host, port, serverOptions, overrideGlobalObjects }, (info) =>
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

/** Serves until it is told to stop, and says where. The process ends then, whatever a client keeps open. */
export const runServer = async (env: Environment): Promise<void> => {
  const running = await serve(loadConfig(env, 'node'))
  const stop = () => {
    running.close().then(() => process.exit(0))
  }
  process.once('SIGTERM', stop)
  process.once('SIGINT', stop)
  const { config } = running
  console.log(`Sluice serves ${config.baseUrl}${config.fhirPath}/$export`)
  console.log(`The dashboard is at ${config.baseUrl}/`)
  if (config.auth === 'open') console.log(`AUTH=open: no token is asked; ${audience(config)}`)
}

const audience = ({ host }: Config): string =>
  isLoopbackName(host)
    ? 'only this machine is answered'
    : `everyone who can reach ${host} is answered, if they ask for a loopback name: keep others away from this port`

if (import.meta.main) {
  runServer(process.env).catch((error: unknown) => {
    console.error(error instanceof SluiceError ? error.message : error)
    process.exit(1)
  })
}
