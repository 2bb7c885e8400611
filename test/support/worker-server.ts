import { join } from 'node:path'
import { createTestHarness } from 'wrangler'

/** `worker/index.ts` in workerd, bundled and configured by the project's own `wrangler.toml`. */
export type WorkerServer = {
  /** Its origin, without a trailing slash. */
  readonly url: string
  /** Pulls the cron trigger, and waits until what it began is done. */
  runCron(): Promise<void>
  /** What it has logged, one text. */
  logs(): string
  stop(): Promise<void>
}

/** `env` holds variables and secrets alike. BASE_URL and AUTH are set to what a Worker may have while it is developed; tests may poll as often as they like. */
export const startWorker = async (env: Readonly<Record<string, string>>): Promise<WorkerServer> => {
  process.env.CLOUDFLARE_CF_FETCH_ENABLED = 'false'
  process.env.WRANGLER_SEND_METRICS = 'false'
  const configPath = join(import.meta.dirname, '../../wrangler.toml')
  const harness = createTestHarness({
    workers: [
      { configPath, vars: { AUTH: 'open', BASE_URL: 'http://localhost', POLL_BURST: '1000000', ...env } },
    ],
  })
  const { url } = await harness.listen()
  return {
    url: url.origin,
    runCron: async () => {
      const { outcome } = await harness
        .getWorker()
        .scheduled({ cron: '* * * * *', scheduledTime: new Date() })
      if (outcome !== 'ok') throw new Error(`the cron trigger ended with ${outcome}`)
    },
    logs: () =>
      harness
        .getLogs()
        .map(({ message }) => message)
        .join('\n'),
    stop: () => harness.close(),
  }
}
