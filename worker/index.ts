import type { ExecutionContext } from 'hono'
import { z } from 'zod'
import { isLoopbackName } from './config/loopback.ts'
import { type Environment, loadConfig } from './config.ts'
import type { Deps } from './deps.ts'
import { hasCode, SluiceError } from './errors.ts'
import { runTicks } from './export/run-ticks.ts'
import { runSweep } from './export/sweep.ts'
import { createTickOnce } from './export/tick-once.ts'
import { createApp } from './http/app.ts'
import { answerError } from './http/error-response.ts'
import type { App } from './http/route.ts'
import { withSecurityHeaders } from './http/security-headers.ts'
import type { Connection } from './http/source.ts'
import { openObjectStorage } from './open-storage.ts'
import { systemClock } from './platform/clock.ts'
import { randomId } from './platform/ids.ts'
import { consoleLog } from './platform/log.ts'
import { webRemote } from './platform/web-remote.ts'
import { connectPerCall, createRemoteDb } from './store/open-remote-database.ts'
import { prepareDatabase } from './store/prepare-database.ts'
import { retryWhenBusy } from './store/retry-when-busy.ts'

/** Cloudflare Workers: requests, and a cron trigger that advances exports while nobody asks. */
export default {
  async fetch(request: Request, env: Environment, invocation: ExecutionContext): Promise<Response> {
    try {
      const { app } = await openService(env)
      return await app.fetch(asSent(request), connectionOf(request), invocation)
    } catch (error) {
      return answerUnopened(error)
    }
  },

  async scheduled(_event: unknown, env: Environment): Promise<void> {
    const { deps } = await openService(env)
    await runTicks(deps, cronMs)
    await runSweep(deps)
  },
}

/** Less than a minute, so that a trigger rarely meets the work of the one before. */
const cronMs = 40_000

/** How long Cloudflare lets an invocation work on after its answer. */
const waitUntilMs = 30_000

type Service = { readonly env: Environment; readonly deps: Deps; readonly app: App }

/** What an isolate keeps between requests: nothing that one could have to wait for in the name of another. */
let opened: Service | undefined

/** Several first requests of an isolate may each prepare the database; that may be done twice. */
const openService = async (env: Environment): Promise<Service> => {
  if (opened?.env === env) return opened
  const deps = createDeps(env)
  await prepareDatabase(deps.db, deps.clock.now())
  const tickOnce = createTickOnce(deps, waitUntilMs)
  const app = createApp(deps, ({ executionCtx }) => executionCtx.waitUntil(tickOnce()))
  opened = { env, deps, app }
  return opened
}

const createDeps = (env: Environment): Deps => {
  const config = loadConfig(env, 'workers')
  const storage = openObjectStorage(config)
  if (storage === undefined)
    throw new SluiceError('invalid', 'Cannot use STORAGE_URL: a Worker has no disk; use s3:')
  const { databaseUrl: url, databaseAuthToken: authToken } = config
  return {
    config,
    db: createRemoteDb(retryWhenBusy(connectPerCall({ url, authToken }), systemClock)),
    storage,
    clock: systemClock,
    newId: randomId,
    log: consoleLog(config.logLevel, systemClock.now),
    askRemote: webRemote(config),
  }
}

/** Cloudflare says it in a header that nobody else can set, and deletes what a client sends of that name. */
const connectionOf = ({ headers }: Request): Connection => ({
  peer: headers.get('cf-connecting-ip') ?? undefined,
})

/**
 * The request as its client sent it. Cloudflare asks for codings of its own, and says beside the request which the client takes; and
 * where a Worker is developed, its proxy names this machine as the client, which is not having forwarded the request.
 */
const asSent = (request: Request): Request => {
  const headers = new Headers(request.headers)
  const { data } = requestOfClient.safeParse(request)
  if (data !== undefined) headers.set('accept-encoding', data.cf.clientAcceptEncoding)
  if (isLoopbackName(headers.get('cf-connecting-ip') ?? '')) headers.delete('cf-connecting-ip')
  return new Request(request, { headers })
}
const requestOfClient = z.object({ cf: z.object({ clientAcceptEncoding: z.string() }) })

/** A Worker cannot refuse to start: what is wrong with its settings stands in its log, and not where strangers can read it. */
const answerUnopened = (error: unknown): Response => {
  const reason = error instanceof Error ? error.message : 'unknown'
  const known = hasCode(error, 'database-unavailable') ? error : new SluiceError('internal', reason)
  return withSecurityHeaders(answerError(consoleLog('error', systemClock.now), known, ''))
}
