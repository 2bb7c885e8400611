import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { createClient } from '@libsql/client'
import { expect } from 'vitest'
import type { Manifest } from './harness.ts'
import { ndjson, populationLines } from './population.ts'
import { seededRandom } from './seeded-random.ts'
import { type ServerProcess, startServer } from './server-process.ts'

export type KillRun = { readonly kills: number; readonly seed: number; readonly patients: number }
export type KillReport = { readonly exports: number; readonly goldenMs: number; readonly files: number }

/**
 * One export undisturbed; then as many others as it takes to kill the server so many times, at random moments between its start and the
 * end of the export. All must come out the same, and nothing may be left: neither beside them, nor of them once they are deleted.
 */
export const runKills = async ({ kills, seed, patients }: KillRun): Promise<KillReport> => {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-kill-'))
  const env = environment(folder)
  const random = seededRandom(seed)
  let server = await startServer(env)
  try {
    await post(server, populationLines(patients))
    const startedAt = performance.now()
    const paths = [await kickOff(server)]
    const golden = await filesOf(server, await completed(server, paths[0] ?? ''))
    const goldenMs = performance.now() - startedAt

    for (let left = kills; left > 0; ) {
      const path = await kickOff(server)
      paths.push(path)
      while (left > 0 && !(await isCompletedWithin(server, path, random() * Math.max(400, goldenMs)))) {
        await server.kill()
        left--
        server = await startServer(env)
      }
      expect(await filesOf(server, await completed(server, path)), `seed ${seed}, ${path}`).toEqual(golden)
    }

    const manifests = await Promise.all(paths.map((path) => completed(server, path)))
    const named = manifests.flatMap(itemsOf).map(({ url }) => url.split('/').slice(-2).join('/'))
    await expectSoon(() => filesIn(join(folder, 'exports')), named.sort())
    for (const path of paths) await fetch(server.url + path, { method: 'DELETE' })
    await server.kill()
    server = await startServer(env)
    await expectSoon(() => filesIn(join(folder, 'exports')), [])
    await expectSoon(() => jobRows(env.DATABASE_URL), 0)
    await server.stop()
    return { exports: paths.length, goldenMs, files: golden.size }
  } finally {
    await server.kill()
    await rm(folder, { recursive: true, force: true })
  }
}

/** Small parts, files, pages and slices, so that a kill finds something new to break; short leases, so that tests need not wait. */
const environment = (folder: string) => ({
  DATABASE_URL: pathToFileURL(join(folder, 'sluice.db')).href,
  STORAGE_URL: pathToFileURL(join(folder, 'exports')).href,
  LOG_LEVEL: 'error',
  PART_BYTES: '16384',
  FILE_BYTES: '150000',
  RANGE_BYTES: '400000',
  PAGE_ROWS: '20',
  TICK_ROWS: '300',
  TICK_MS: '20',
  LEASE_MS: '1000',
  STORAGE_TIMEOUT_MS: '1000',
  SWEEP_MS: '200',
  RETRY_BASE_MS: '20',
})

const post = async (server: ServerProcess, lines: readonly string[]): Promise<void> => {
  const response = await fetch(`${server.url}/admin/api/ingest`, {
    method: 'POST',
    headers: { 'content-type': 'application/fhir+ndjson' },
    body: ndjson(lines),
  })
  expect(await response.json()).toMatchObject({ stored: lines.length, refused: 0 })
}

/** The path of the status request; its origin changes with every start. */
const kickOff = async (server: ServerProcess): Promise<string> => {
  const response = await fetch(`${server.url}/fhir/$export`, { headers: { prefer: 'respond-async' } })
  expect(response.status).toBe(202)
  return new URL(response.headers.get('content-location') ?? '').pathname
}

const completed = async (server: ServerProcess, path: string): Promise<Manifest> => {
  for (;;) {
    const response = await fetch(server.url + path)
    if (response.status === 200) return response.json()
    expect(response.status, await response.text()).toBe(202)
    await sleep(20)
  }
}

/** Lets the server work for that long; whether it is done by then. */
const isCompletedWithin = async (server: ServerProcess, path: string, ms: number): Promise<boolean> => {
  await sleep(ms)
  return (await fetch(server.url + path)).status === 200
}

const itemsOf = ({ output, deleted = [], error }: Manifest) => [...output, ...deleted, ...error]

/** Every file of a manifest by its name. */
const filesOf = async (server: ServerProcess, manifest: Manifest): Promise<ReadonlyMap<string, string>> => {
  const files = new Map<string, string>()
  for (const { url } of itemsOf(manifest)) {
    const { pathname } = new URL(url)
    files.set(
      pathname.slice(pathname.lastIndexOf('/') + 1),
      await (await fetch(server.url + pathname)).text(),
    )
  }
  return files
}

/** Everything below a folder that is no folder, the staging area included. */
const filesIn = async (folder: string): Promise<readonly string[]> => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => !entry.isDirectory())
  return files.map(({ parentPath, name }) => join(parentPath, name).slice(folder.length + 1)).sort()
}

const jobRows = async (url: string): Promise<number> => {
  const client = createClient({ url, concurrency: 1 })
  const counts = ['job', 'work_unit', 'export_file', 'file_part', 'carry'].map(
    (table) => `(select count(*) from ${table})`,
  )
  const { rows } = await client.execute(`select ${counts.join(' + ')} as n`)
  client.close()
  return Number(rows[0]?.n)
}

const expectSoon = (actual: () => Promise<unknown>, expected: unknown): Promise<void> =>
  expect.poll(actual, { timeout: 15_000, interval: 100 }).toEqual(expected)
