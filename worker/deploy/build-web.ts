/**
 * Builds the dashboard into `web/build`: `npm run build:web`. With `--if-stale` only when a source is newer than what is built, and a
 * build that fails is told and stops nobody, for the service works without a dashboard. A build-time tool.
 */
import { spawnSync } from 'node:child_process'
import { readdirSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/** Not beside it: what stands in `web/` is read with its `tsconfig.json`, which is whole only after the first build. */
const folder = join(import.meta.dirname, '../../web')
const sources = ['src', 'static', 'package.json', 'tsconfig.json', 'vite.config.ts']

/** Returns what Vite said if it failed. It is the same whoever asks for it: tests run in a mode of their own, which Vite would take over. */
export const buildDashboard = (): string | undefined => {
  const vite = join(dirname(createRequire(import.meta.url).resolve('vite/package.json')), 'bin/vite.js')
  const { status, stdout, stderr } = spawnSync(process.execPath, [vite, 'build', '--logLevel', 'warn'], {
    cwd: folder,
    env: { ...process.env, NODE_ENV: 'production' },
    encoding: 'utf8',
  })
  return status === 0 ? undefined : `${stdout}${stderr}`
}

export const isStale = (): boolean => newest(sources) > builtAt()

const builtAt = (): number =>
  statSync(join(folder, 'build/index.html'), { throwIfNoEntry: false })?.mtimeMs ?? Number.NEGATIVE_INFINITY

const newest = (names: readonly string[]): number =>
  Math.max(...names.map((name) => newestBelow(join(folder, name))))

const newestBelow = (path: string): number => {
  const { mtimeMs } = statSync(path)
  const below = statSync(path).isDirectory()
    ? readdirSync(path).map((name) => newestBelow(join(path, name)))
    : []
  return Math.max(mtimeMs, ...below)
}

const main = (onlyIfStale: boolean): void => {
  if (onlyIfStale && !isStale()) return
  console.log('Building the dashboard …')
  const problem = build()
  if (problem === undefined) return
  console.error(`Cannot build the dashboard:\n${problem}`)
  if (!onlyIfStale) process.exitCode = 1
}

/** Who installed without the packages for developing has no Vite. */
const build = (): string | undefined => {
  try {
    return buildDashboard()
  } catch (error) {
    return String(error)
  }
}

if (import.meta.main) main(process.argv.includes('--if-stale'))
