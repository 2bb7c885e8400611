import { spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

/** A server process to measure from outside, as a client would. */
export type Running = {
  /** Its base URL of FHIR. */
  readonly base: string
  /** Of system level, unless another path below the base is given. */
  exportAll(path?: string): Promise<Exported>
  /** Milliseconds from sending a kick-off to its 202. */
  timeKickOff(): Promise<number>
  residentBytes(): number
  peakBytes(): number
  resetPeak(): void
  stop(): Promise<void>
}

/** Oftener would measure the polling. */
const pollMs = 40

/** `settings` are environment variables, at least DATABASE_URL and STORAGE_URL. */
export const startServer = async (settings: Readonly<Record<string, string>>): Promise<Running> => {
  const env = { ...process.env, PORT: '0', LOG_LEVEL: 'warn', POLL_BURST: '1000000', ...settings }
  const child = spawn(process.execPath, ['worker/node.ts'], { env, stdio: ['ignore', 'pipe', 'inherit'] })
  const base = await new Promise<string>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the server ended with ${code}`)))
    child.stdout.on('data', (text) => {
      const found = /http:\/\/\S+?\/fhir/.exec(String(text))
      if (found !== null) resolve(found[0])
    })
  })
  const status = (field: string): number => {
    const line = new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(
      readFileSync(`/proc/${child.pid}/status`, 'utf8'),
    )
    return Number(line?.[1]) * 1024
  }
  return {
    base,
    exportAll: (path) => exportAll(base, fetch, path),
    timeKickOff: async () => {
      const startedAt = performance.now()
      const response = await fetch(`${base}/$export?_type=Basic`)
      const ms = performance.now() - startedAt
      if (response.status !== 202) throw new Error(`kick-off answered ${response.status}`)
      await response.body?.cancel()
      return ms
    },
    residentBytes: () => status('VmRSS'),
    peakBytes: () => status('VmHWM'),
    resetPeak: () => writeFileSync(`/proc/${child.pid}/clear_refs`, '5'),
    stop: async () => {
      child.removeAllListeners('exit')
      const gone = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGTERM')
      await gone
    },
  }
}

export type Exported = {
  readonly seconds: number
  readonly lines: number
  readonly transactionTime: string
}

/**
 * An export from kick-off to the manifest; then it is deleted. `ask` is how the service is reached: it may also be one in
 * this process, or spread the requests over several.
 */
export const exportAll = async (
  base: string,
  ask: (url: string, init?: RequestInit) => Promise<Response> = fetch,
  path = '$export',
): Promise<Exported> => {
  const startedAt = performance.now()
  const kickOff = await ask(`${base}/${path}`)
  const location = kickOff.headers.get('content-location')
  if (kickOff.status !== 202 || location === null) throw new Error(`kick-off answered ${kickOff.status}`)
  let response = await ask(location)
  while (response.status === 202) {
    await sleep(pollMs)
    response = await ask(location)
  }
  const seconds = (performance.now() - startedAt) / 1000
  if (response.status !== 200)
    throw new Error(`the export ended with ${response.status}: ${await response.text()}`)
  const { output, transactionTime } = (await response.json()) as {
    readonly output: readonly { readonly count: number }[]
    readonly transactionTime: string
  }
  await ask(location, { method: 'DELETE' })
  return { seconds, lines: output.reduce((sum, { count }) => sum + count, 0), transactionTime }
}
