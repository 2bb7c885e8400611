import { expect } from 'vitest'
import { runCommand } from '../../worker/cli/run-command.ts'
import { captureIo } from './capture-io.ts'

export type CommandResult = { readonly exitCode: number; readonly stdout: string; readonly stderr: string }

/** Runs the command line to its end, in this process. */
export const runCli = async (
  args: readonly string[],
  env?: Parameters<typeof captureIo>[0],
): Promise<CommandResult> => {
  const { io, stdout, stderr } = captureIo(env)
  const exitCode = await runCommand(args, io)
  return { exitCode, stdout: stdout(), stderr: stderr() }
}

/** The link by which a new administrator enrols, made beside the server that uses the database. */
export const inviteByCli = async (
  env: Parameters<typeof captureIo>[0],
  name: string,
  role = 'admin',
): Promise<string> => {
  const { exitCode, stdout } = await runCli(['admin', 'create', '--name', name, '--role', role], env)
  expect(exitCode).toBe(0)
  return stdout.trim()
}
