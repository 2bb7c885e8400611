import type { Writable } from 'node:stream'
import type { Environment } from '../config.ts'

/** The outside world of a command. A result goes to `stdout`; all that is said on the way there to `stderr`. */
export type CommandIo = {
  readonly env: Environment
  readonly stdout: Writable & { readonly isTTY?: boolean }
  /** A progress bar is drawn only where this is a terminal. */
  readonly stderr: Writable & { readonly isTTY?: boolean }
  now(): number
}

export const sayLine = (stream: Writable, line: string): void => {
  stream.write(`${line}\n`)
}
