import { isRemoteUrl } from './config/database-url.ts'
import { isLoopbackName } from './config/loopback.ts'
import { isS3Url } from './config/s3-url.ts'
import { type Config, loadConfig, withPort } from './config.ts'
import { SluiceError } from './errors.ts'
import { type Service, startService } from './process/start-service.ts'

/**
 * Deno: `deno serve` listens, and this is what it serves; on Deno Deploy as well, where a process sleeps while nobody asks and `Deno.cron`
 * wakes it. Which permissions it needs stands in `deno.json`.
 */
export default {
  onListen: (address) => {
    opening ??= open(configAt(address))
  },
  fetch: async (request, { remoteAddr }) => {
    underWay++
    try {
      opening ??= open(config)
      return await (await opening).answer(request, 'hostname' in remoteAddr ? remoteAddr.hostname : undefined)
    } finally {
      underWay--
    }
  },
} satisfies Deno.ServeDefaultExport

/** Prints one sentence for each thing that is wrong, and ends. */
const fail = (error: unknown): never => {
  console.error(error instanceof SluiceError ? error.message : error)
  Deno.exit(1)
}

const readConfig = (): Config => {
  try {
    return loadConfig(Deno.env.toObject(), isDeployed ? 'deno-deploy' : 'deno')
  } catch (error) {
    return fail(error)
  }
}

function hasDisk({ databaseUrl, storageUrl }: Config): boolean {
  return !isRemoteUrl(databaseUrl) || !isS3Url(storageUrl)
}

const isDeployed = Deno.env.get('DENO_DEPLOYMENT_ID') !== undefined
const config = readConfig()
if (hasDisk(config)) Deno.umask(0o077) // resources and exports are for the user of this process alone
let opening: Promise<Service> | undefined
let underWay = 0

/**
 * `deno serve` has addresses of its own and knows nothing of HOST and PORT. The port may be any; but to listen where HOST does not say
 * would answer more people than were meant, and nobody would notice.
 */
const configAt = (address: Deno.Addr): Config => {
  if (!('hostname' in address)) return config // no port, but a socket that whoever listens in front of it has made
  const { hostname, port } = address
  const isMeant =
    isDeployed || hostname === config.host || (isLoopbackName(hostname) && isLoopbackName(config.host))
  if (isMeant) return withPort(config, port)
  return fail(
    new SluiceError(
      'invalid',
      `Cannot serve at "${hostname}": HOST is "${config.host}"; start with --host=${config.host}, or set HOST`,
    ),
  )
}

const open = async (at: Config): Promise<Service> => {
  try {
    const service = await startService(at)
    console.log(`Sluice serves ${at.baseUrl}${at.fhirPath}/$export`)
    console.log(`The dashboard is at ${at.baseUrl}/`)
    return service
  } catch (error) {
    return fail(error)
  }
}

const signals = ['SIGTERM', 'SIGINT'] as const
const ending = new AbortController()

/** Keeps a process awake that would sleep, until there is no work or the next trigger is near. */
Deno.cron('advance exports', '* * * * *', { signal: ending.signal }, async () => {
  opening ??= open(config)
  const { engine } = await opening
  engine.wake()
  for (let second = 0; second < 50 && (second === 0 || engine.isBusy()); second++) await sleep(1000)
})

/**
 * At a signal `deno serve` accepts nothing more and sends out what it has begun to answer; a body that it still reads breaks off. But a
 * cron that is registered would keep the process. So what is ours is ended here, and then nothing is left to keep it: less than the
 * ten seconds after which `docker stop` kills.
 */
const stop = async (): Promise<void> => {
  for (const signal of signals) Deno.removeSignalListener(signal, stop)
  ending.abort()
  Deno.unrefTimer(setTimeout(() => Deno.exit(0), 2 * graceMs))
  const until = Date.now() + graceMs
  while (underWay > 0 && Date.now() < until) await sleep(20)
  await (await opening)?.close(graceMs)
}
const graceMs = 4000

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

for (const signal of signals) Deno.addSignalListener(signal, stop)
