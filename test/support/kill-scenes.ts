import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { populationLines } from './population.ts'
import { r2PartBytes, startR2Server } from './r2-server.ts'
import { startSqld } from './sqld-server.ts'

/** What a kill run needs to know of the servers it kills. */
export type KillScene = AsyncDisposable & {
  /** So many servers share the jobs. */
  readonly processes: number
  readonly env: Readonly<Record<string, string>> & { readonly DATABASE_URL: string }
  /** What is to be exported. */
  readonly lines: readonly string[]
  /** Everything in the storage, sorted: `folder/name`. */
  objects(): Promise<readonly string[]>
}

/** Short leases, so that tests need not wait; small slices, so that a kill finds something new to break. */
const impatient = {
  LOG_LEVEL: 'error',
  TICK_MS: '20',
  LEASE_MS: '1000',
  SWEEP_MS: '200',
  RETRY_BASE_MS: '20',
}

/** One server, on a database file and a folder of its own. */
export const aloneOnFiles = async (patients: number): Promise<KillScene> => {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-kill-'))
  const exports = join(folder, 'exports')
  return {
    processes: 1,
    env: {
      ...impatient,
      DATABASE_URL: pathToFileURL(join(folder, 'sluice.db')).href,
      STORAGE_URL: pathToFileURL(exports).href,
      PART_BYTES: '16384',
      FILE_BYTES: '150000',
      RANGE_BYTES: '400000',
      PAGE_ROWS: '20',
      TICK_ROWS: '300',
      STORAGE_TIMEOUT_MS: '1000',
    },
    lines: populationLines(patients),
    objects: () => filesIn(exports),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  }
}

/**
 * Two servers on one libSQL server and one bucket of R2, which takes no parts under 5 MiB: so the population has long documents, of
 * `megabytes` together, in several ranges, files and parts. A slice ends in the middle of a part.
 */
export const sharingServers = async (megabytes: number): Promise<KillScene> => {
  const [sqld, r2] = [await startSqld(), await startR2Server()]
  const { accessKeyId, secretAccessKey } = r2.options.credentials
  const bucket = r2.storage('kill')
  return {
    processes: 2,
    env: {
      ...impatient,
      DATABASE_URL: sqld.url,
      STORAGE_URL: r2.storageUrl('kill'),
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      PART_BYTES: String(r2PartBytes),
      FILE_BYTES: '12000000',
      RANGE_BYTES: '16000000',
      PAGE_ROWS: '100',
      PAGE_BYTES: '1000000',
      TICK_BYTES: '8000000',
      STORAGE_TIMEOUT_MS: '3000',
    },
    lines: populationLines(megabytes * 16, 1, documentChars),
    objects: async () => (await bucket.list('')).map(({ key }) => key).sort(),
    [Symbol.asyncDispose]: async () => {
      await Promise.all([sqld.stop(), r2.close()])
    },
  }
}

/** Every fourth patient has such a document: four a megabyte, of 16 patients. */
const documentChars = 250_000

/** Everything below a folder that is no folder, the staging area included. */
const filesIn = async (folder: string): Promise<readonly string[]> => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => !entry.isDirectory())
  return files.map(({ parentPath, name }) => join(parentPath, name).slice(folder.length + 1)).sort()
}
