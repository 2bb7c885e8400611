import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { z } from 'zod'
import type { Program } from './server-process.ts'

const root = join(import.meta.dirname, '../..')

/** The program of the `deno` package; its own launcher would stay between us and what we want to stop. */
export const denoPath = (): string => {
  const api: unknown = createRequire(import.meta.url)('deno/install_api.cjs')
  const { runInstall } = z
    .object({ runInstall: z.custom<() => string>((it) => typeof it === 'function') })
    .parse(api)
  return runInstall()
}

/** `deno serve` as a script of `package.json` has it, with its permissions and no more; `folder` stands for `data`. */
export const denoServer = (script: 'start:deno' | 'start:deno-remote', folder = 'data'): Program => {
  const { scripts } = packageJson.parse(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')))
  const args = (scripts[script] ?? '')
    .replace('--port=8080', '--port=0')
    .replaceAll(/(?<=[=,])data\b/g, folder)
    .split(' ')
  return { command: denoPath(), args: [...args.slice(1), '--no-prompt'], cwd: root }
}

/** As on Deno Deploy: `--allow-net --allow-env`, and nothing else, not even the dashboard's files. */
export const withoutDisk = ({ args, ...program }: Program): Program => ({
  ...program,
  args: args.filter((arg) => !arg.startsWith('--allow-read')),
})

const packageJson = z.object({ scripts: z.record(z.string(), z.string()) })
