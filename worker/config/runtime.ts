import type { SettingName } from './settings.ts'

/** Where the service runs. `deno-deploy` is Deno without a disk, reached from outside. */
export type Runtime = 'node' | 'deno' | 'deno-deploy' | 'workers'

/** Runtimes that are reached from outside only, and have neither a disk nor an address of their own to listen on. */
export const isHosted = (runtime: Runtime): boolean => runtime === 'workers' || runtime === 'deno-deploy'

/**
 * Defaults of Workers (DESIGN I6). An isolate has 128 MB, an invocation six connections, and what runs after a response thirty
 * seconds: so answers of the database stay below 2 MB once the quotes in them
 * are escaped, and a tick ends early enough to finish its last part. Rows and bytes bound what a tick may compute, for which no
 * clock runs there; requests, those of an invocation.
 */
const ofWorkers: Readonly<Partial<Record<SettingName, string>>> = {
  PART_BYTES: '5MiB',
  MAX_BUNDLE_BYTES: '8MiB',
  MAX_BUNDLE_ENTRIES: '10000',
  PAGE_BYTES: '1MiB',
  SLICE_MS: '20000',
  TICK_ROWS: '200000',
  TICK_BYTES: '128MiB',
  TICK_STATEMENTS: '2000',
  TICK_SUBREQUESTS: '900',
  STORAGE_TIMEOUT_MS: '25000',
}

/** What is set where the environment says nothing, and differs from the default of all. */
export const defaultsOf = (runtime: Runtime): Readonly<Partial<Record<SettingName, string>>> =>
  runtime === 'workers' ? ofWorkers : {}
