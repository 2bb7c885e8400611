import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

/** A real server in a process of its own. */
export type ServerProcess = {
  /** Its origin, `http://127.0.0.1:…`, without a trailing slash. */
  readonly url: string
  /** Sends a signal, SIGKILL unless another is given, and waits until the process has ended. */
  kill(signal?: NodeJS.Signals): Promise<void>
  /** Asks it to end (SIGTERM), and throws when it does not end well. */
  stop(): Promise<void>
  stdout(): string
  stderr(): string
}

/** What is started: a program, its arguments, and the folder it is started in. */
export type Program = { readonly command: string; readonly args: readonly string[]; readonly cwd?: string }

/**
 * Starts `worker/node.ts`, or another program that says where it listens as that does, and waits until it listens, on a free port
 * unless `env` names one; tests may poll as often as they like. Beyond that the environment is `env` and nothing of ours, so give it at least
 * DATABASE_URL and STORAGE_URL. A server that a test forgets ends with the test's own process.
 */
export const startServer = async (
  env: Readonly<Record<string, string>>,
  { command, args, cwd }: Program = nodeServer,
): Promise<ServerProcess> => {
  const child = spawn(command, args, {
    cwd,
    env: { PATH: process.env.PATH, PORT: '0', POLL_BURST: '1000000', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  running.add(child)
  const ended = once(child, 'exit').finally(() => running.delete(child))
  const stdout = gather(child.stdout)
  const stderr = gather(child.stderr)
  const kill = async (signal: NodeJS.Signals = 'SIGKILL'): Promise<void> => {
    child.kill(signal)
    await ended
  }
  return {
    url: await firstUrl(child, ended, stdout, stderr),
    kill,
    stop: async () => {
      await kill('SIGTERM')
      if (child.exitCode !== 0) throw new Error(`Cannot stop server: ${endingOf(child)}\n${stderr()}`)
    },
    stdout,
    stderr,
  }
}

const entry = fileURLToPath(new URL('../../worker/node.ts', import.meta.url))
const nodeServer: Program = { command: process.execPath, args: [entry] }

const running = new Set<ChildProcess>()
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

const gather = (stream: NodeJS.ReadableStream): (() => string) => {
  let text = ''
  stream.setEncoding('utf8')
  stream.on('data', (chunk: string) => {
    text += chunk
  })
  return () => text
}

/** The first line names the export URL, and with `PORT=0` it is the only place that tells the port. */
const firstUrl = async (
  child: ChildProcess,
  ended: Promise<unknown>,
  stdout: () => string,
  stderr: () => string,
): Promise<string> => {
  let hasEnded = false
  ended.then(() => {
    hasEnded = true
  })
  for (;;) {
    const [, url] = /^Sluice serves (\S+)\n/m.exec(stdout()) ?? []
    if (url !== undefined) return new URL(url).origin
    if (hasEnded) throw new Error(`Cannot start server: ${endingOf(child)}\n${stderr()}`)
    await Promise.race([ended, child.stdout && once(child.stdout, 'data')])
  }
}

const endingOf = ({ exitCode, signalCode }: ChildProcess): string => `it ended with ${exitCode ?? signalCode}`
