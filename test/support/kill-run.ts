import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { createClient } from '@libsql/client'
import { expect } from 'vitest'
import { type Fleet, startFleet } from './fleet.ts'
import type { Manifest } from './harness.ts'
import type { KillScene } from './kill-scenes.ts'
import { ndjson } from './population.ts'
import { seededRandom } from './seeded-random.ts'

export type KillRun = { readonly kills: number; readonly seed: number }
export type KillReport = {
  readonly exports: number
  readonly goldenMs: number
  /** Bytes of the files of an export. */
  readonly sizes: readonly number[]
}

/**
 * One export undisturbed; then as many others as it takes to kill servers so many times, at random moments between their start and the
 * end of the export, one of them or all at once. All must come out the same, and nothing may be left: neither beside them, nor of
 * them once they are deleted.
 */
export const runKills = async (scene: KillScene, { kills, seed }: KillRun): Promise<KillReport> => {
  const random = seededRandom(seed)
  const fleet = await startFleet(scene.processes, scene.env)
  try {
    await post(fleet, scene.lines)
    const startedAt = performance.now()
    const paths = [await kickOff(fleet)]
    const manifest = await completed(fleet, paths[0] ?? '')
    const goldenMs = performance.now() - startedAt
    const golden = await filesOf(fleet, manifest)

    for (let left = kills; left > 0; ) {
      const path = await kickOff(fleet)
      paths.push(path)
      while (left > 0 && !(await isCompletedWithin(fleet, path, random() * goldenMs))) {
        const victims = chooseVictims(fleet, random)
        await fleet.restart(victims)
        left -= victims.length
      }
      expect(await filesOf(fleet, await completed(fleet, path)), `seed ${seed}, ${path}`).toEqual(golden)
    }

    const manifests = await Promise.all(paths.map((path) => completed(fleet, path)))
    const named = manifests.flatMap(itemsOf).map(({ url }) => url.split('/').slice(-2).join('/'))
    const folders = new Set(named.map((key) => key.slice(0, key.indexOf('/'))))
    const beside = [...folders].map((folder) => `${folder}/_manifest.json`)
    await expectSoon(scene.objects, [...named, ...beside].sort())
    for (const path of paths) await fetch(fleet.url() + path, { method: 'DELETE' })
    await fleet.restart(allOf(fleet))
    await expectSoon(scene.objects, [])
    await expectSoon(() => jobRows(scene.env.DATABASE_URL), 0)
    await fleet.stop()
    return { exports: paths.length, goldenMs, sizes: [...golden.values()].map(({ bytes }) => bytes) }
  } finally {
    await fleet.kill()
  }
}

const allOf = ({ size }: Fleet): readonly number[] => Array.from({ length: size }, (_, place) => place)

/** Each of the servers as often as all of them at once. */
const chooseVictims = (fleet: Fleet, random: () => number): readonly number[] => {
  if (fleet.size === 1) return [0]
  const place = Math.floor(random() * (fleet.size + 1))
  return place === fleet.size ? allOf(fleet) : [place]
}

const post = async (fleet: Fleet, lines: readonly string[]): Promise<void> => {
  const response = await fetch(`${fleet.url()}/admin/api/ingest`, {
    method: 'POST',
    headers: { 'content-type': 'application/fhir+ndjson' },
    body: ndjson(lines),
  })
  expect(await response.json()).toMatchObject({ stored: lines.length, refused: 0 })
}

/** The path of the status request; its origin changes with every start. */
const kickOff = async (fleet: Fleet): Promise<string> => {
  const response = await fetch(`${fleet.url()}/fhir/$export`, { headers: { prefer: 'respond-async' } })
  expect(response.status).toBe(202)
  return new URL(response.headers.get('content-location') ?? '').pathname
}

const completed = async (fleet: Fleet, path: string): Promise<Manifest> => {
  for (;;) {
    const response = await fetch(fleet.url() + path)
    if (response.status === 200) return response.json()
    expect(response.status, await response.text()).toBe(202)
    await sleep(20)
  }
}

/** Lets the servers work for that long; whether the export is completed by then. */
const isCompletedWithin = async (fleet: Fleet, path: string, ms: number): Promise<boolean> => {
  await sleep(ms)
  return (await fetch(fleet.url() + path)).status === 200
}

const itemsOf = ({ output, deleted = [], error }: Manifest) => [...output, ...deleted, ...error]

type FileDigest = { readonly bytes: number; readonly sha256: string }

/** Every file of a manifest by its name. */
const filesOf = async (fleet: Fleet, manifest: Manifest): Promise<ReadonlyMap<string, FileDigest>> => {
  const files = new Map<string, FileDigest>()
  for (const { url } of itemsOf(manifest)) {
    const { pathname } = new URL(url)
    const response = await fetch(fleet.url() + pathname)
    const content = await response.bytes()
    expect(response.status, new TextDecoder().decode(content.subarray(0, 1000))).toBe(200)
    const sha256 = createHash('sha256').update(content).digest('hex')
    files.set(pathname.slice(pathname.lastIndexOf('/') + 1), { bytes: content.length, sha256 })
  }
  return files
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
