import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { isJsonObject } from '../../worker/fhir/json.ts'
import { ingestNdjson } from '../../worker/ingest/ingest-ndjson.ts'
import { textOf } from '../fhir/r4-package.ts'
import { expectOutcome } from '../http/expect-outcome.ts'
import {
  createHarness,
  type Harness,
  type ManifestItem,
  nameOf,
  pathOf,
  streamOf,
} from '../support/harness.ts'
import { sampleLines } from '../support/sample-lines.ts'
import { base, kickOff, lenient, parseObject, readExport, resourcesIn } from './run-export.ts'

/** Bulk Data IG, "Response - Output Manifest" and "Bulk Data Output File Request", of exports large enough to have several files a type. */

const levels = ['$export', 'Patient/$export', 'Group/diabetics/$export'] as const

let h: Harness
let since: string
beforeAll(async () => {
  h = await createHarness({ fileBytes: 20_000, partBytes: 3_000, rangeBytes: 60_000, tickRows: 400 })
  await load(sampleLines(12))
  since = new Date(h.clock.now()).toISOString()
  h.clock.advance(1000)
  await load(sampleLines(12, 1).filter((_, n) => n % 3 === 0))
  for (const name of ['Group/nobody', 'Group/doctors']) await h.remove(name)
})
afterAll(() => h.close())

const load = (lines: readonly string[]) =>
  ingestNdjson(h.deps, streamOf(lines.map((line) => `${line}\n`).join('')))

/** An export that others write beside: between its ticks a Patient gets a new version, and new resources come. */
const exportBusily = async (path: string) => {
  const statusPath = await kickOff(h, path)
  for (let n = 0; n < 5; n++) {
    h.clock.advance(10)
    await h.load([{ resourceType: 'Patient', id: `newcomer-${n}` }])
    await h.tick()
  }
  return readExport(h, statusPath)
}

describe.each(levels)('The files of %s', (level) => {
  test.each(['', '?_since='])('are what the manifest says of them: %j', async (query) => {
    const path = `${level}${query}${query === '' ? '' : since}`
    const { manifest, text, names } = await exportBusily(path)
    expect(manifest.output.length).toBeGreaterThan(new Set(manifest.output.map(({ type }) => type)).size)
    for (const { type, url, count } of manifest.output) {
      expect(url).toMatch(`${base}/`)
      expect(count).toBeGreaterThan(0)
      const resources = resourcesIn(text.get(nameOf(url)) ?? '')
      expect(resources).toHaveLength(count)
      for (const { resourceType, meta } of resources) {
        expect(resourceType).toBe(type)
        const lastUpdated = isJsonObject(meta) ? textOf(meta.lastUpdated) : ''
        expect(lastUpdated <= manifest.transactionTime, `${lastUpdated} is too late`).toBe(true)
        // What is new may refer to it, however old it is (P-22).
        const comesAlong = h.deps.config.additional.types.some((one) => one === type)
        if (query !== '' && !comesAlong) expect(lastUpdated > since, `${lastUpdated} is too early`).toBe(true)
      }
    }
    expect(new Set(names).size).toBe(names.length)
    expect(new Set(manifest.output.map(({ url }) => url)).size).toBe(manifest.output.length)
  })

  test('are lines of UTF-8, each one JSON object, and nothing between them', async () => {
    const { manifest } = await exportBusily(level)
    for (const { url, count } of manifest.output) {
      const bytes = Buffer.from(await (await h.request(pathOf(url))).arrayBuffer())
      const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
      expect(text.startsWith('\uFEFF')).toBe(false)
      expect(text).not.toMatch(/\r|\n\n|^\n/)
      expect(text.endsWith('\n')).toBe(true)
      const lines = text.split('\n').slice(0, -1)
      expect(lines).toHaveLength(count)
      for (const line of lines) expect(parseObject(line).resourceType).toBeDefined()
    }
  })
})

describe('Output, deleted and error files', () => {
  /** One file of each kind. */
  const kinds = async () => {
    h.clock.advance(1000) // past the floor that the kick-off before has raised
    await h.load([{ resourceType: 'Patient', id: 'gone' }])
    const seen = new Date(h.clock.now()).toISOString()
    h.clock.advance(1000)
    await h.remove('Patient/gone')
    await h.load([{ resourceType: 'Patient', id: 'here' }])
    const statusPath = await kickOff(h, `$export?_since=${seen}&wholly-unknown=1`, { headers: lenient })
    const { manifest } = await readExport(h, statusPath)
    const items: readonly (ManifestItem | undefined)[] = [
      manifest.output[0],
      manifest.deleted?.[0],
      manifest.error[0],
    ]
    return { statusPath, paths: items.map((item) => pathOf(item?.url ?? '')) }
  }

  test('all come as NDJSON, under the content type of NDJSON', async () => {
    const { paths } = await kinds()
    const types: string[] = []
    for (const path of paths) {
      const response = await h.request(path)
      expect(response.status).toBe(200)
      expect(response.headers.get('content-type')).toBe('application/fhir+ndjson')
      types.push(...resourcesIn(await response.text()).map(({ resourceType }) => textOf(resourceType)))
    }
    expect([...new Set(types)]).toEqual(['Patient', 'Bundle', 'OperationOutcome'])
  })

  test('are the same when they are decoded, and when they are put together of ranges', async () => {
    const { paths } = await kinds()
    for (const path of paths) {
      const whole = await h.request(path, { headers: { 'accept-encoding': 'identity' } })
      const text = await whole.text()
      const gzipped = await h.request(path, { headers: { 'accept-encoding': 'gzip' } })
      expect(gzipped.headers.get('content-encoding')).toBe('gzip')
      expect(gunzipSync(await gzipped.arrayBuffer()).toString()).toBe(text)
      const etag = whole.headers.get('etag') ?? ''
      const halves = ['bytes=0-9', 'bytes=10-'].map(async (range) =>
        (await h.request(path, { headers: { range, 'if-range': etag } })).text(),
      )
      expect((await Promise.all(halves)).join('')).toBe(text)
    }
  })

  test.each<[string, (statusPath: string) => Promise<unknown>]>([
    ['is deleted', (statusPath) => h.request(statusPath, { method: 'DELETE' })],
    ['expires', async () => h.clock.advance(h.deps.config.limits.retentionMs)],
  ])('come to their end when their export %s meanwhile, and are gone for who comes later', async (_, end) => {
    const { statusPath, paths } = await kinds()
    const texts = await Promise.all(paths.map(async (path) => (await h.request(path)).text()))
    const downloads = await Promise.all(paths.map((path) => h.request(path)))
    await end(statusPath)
    for (let rounds = 0; rounds < 3; rounds++) {
      await h.sweep()
      h.clock.advance(h.deps.config.limits.leaseMs * 3)
    }
    expect(await Promise.all(downloads.map((download) => download.text()))).toEqual(texts)
    for (const path of [statusPath, ...paths]) await expectOutcome(await h.request(path), 404, 'not-found')
  })

  test('are kept from when the export completed, however long it took', async () => {
    const statusPath = await kickOff(h, '$export?_type=Patient')
    h.clock.advance(h.deps.config.limits.retentionMs * 2)
    const response = await h.finish(statusPath)
    expect(response.status).toBe(200)
    const expires = Date.parse(response.headers.get('expires') ?? '')
    expect(expires - h.clock.now()).toBeGreaterThan(h.deps.config.limits.retentionMs - 60_000)
    const { output } = await response.json()
    const file = pathOf(output[0].url)
    h.clock.advance(expires - h.clock.now() - 1000)
    expect((await h.request(file)).status).toBe(200)
    h.clock.advance(2000)
    await expectOutcome(await h.request(file), 404, 'not-found')
  })

  test('stand in a folder of their export, under a name that tells what is in them', async () => {
    const { paths } = await kinds()
    const folder = String.raw`/fhir/\$export-file/\d{8}T\d{6}Z_[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`
    const [output, deleted, error] = paths
    expect(output).toMatch(new RegExp(`^${folder}/Patient-1.ndjson$`))
    expect(deleted).toMatch(new RegExp(`^${folder}/deleted-1.ndjson$`))
    expect(error).toMatch(new RegExp(`^${folder}/error-1.ndjson$`))
  })
})

test('A file of one type may hold others inside its resources', async () => {
  const g = await createHarness()
  const contained = [{ resourceType: 'Medication', id: 'm' }]
  await g.load([{ resourceType: 'MedicationRequest', id: 'r', contained }])
  const { manifest, resources } = await readExport(g, await g.kickOff())
  expect(manifest.output).toMatchObject([{ type: 'MedicationRequest', count: 1 }])
  expect(resources).toMatchObject([{ contained }])
  g.close()
})
