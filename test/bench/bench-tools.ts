import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'

/** Runs a script of the project in a process of its own and returns what it printed. */
export const runScript = (script: string, args: readonly string[]): string =>
  execFileSync(process.execPath, [script, ...args], { encoding: 'utf8', maxBuffer: 2 ** 26 })

/** The folder of NDJSON that a bench was given, or the usual one; without it there is nothing to measure. */
export const requiredFolder = (script: string): string => {
  const [folder = '../shared/data/synthea-medium'] = process.argv.slice(2)
  if (existsSync(folder)) return folder
  console.error(
    `Cannot bench "${folder}": there is no such folder; give one of NDJSON files: npm run ${script} -- <folder>`,
  )
  process.exit(2)
}

export type Load = { readonly stored: number; readonly bytes: number; readonly perSecond: number }

/** Loads a folder into a database by the command line. */
export const benchLoad = (databaseUrl: string, folder: string): Load => {
  const startedAt = performance.now()
  const output = runScript('worker/cli/sluice.ts', ['load', '--json', '--database', databaseUrl, folder])
  const seconds = (performance.now() - startedAt) / 1000
  const { stored, bytes } = JSON.parse(output)
  return { stored, bytes, perSecond: stored / seconds }
}

export const row = (name: string, text: string): void => console.log(`${name.padEnd(10)}${text}`)

export const percentile = (values: readonly number[], percent: number): number => {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.ceil((percent / 100) * sorted.length) - 1)] ?? Number.NaN
}

export const median = (values: readonly number[]): number => percentile(values, 50)
