import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it, test } from 'vitest'
import type { Limits } from '../../worker/config.ts'
import { codecVersion } from '../../worker/export/kick-off.ts'
import { runTick } from '../../worker/export/tick.ts'
import { createApp } from '../../worker/http/app.ts'
import { schemas } from '../../worker/http/openapi-schemas.ts'
import { randomId } from '../../worker/platform/ids.ts'
import { diskStorage } from '../../worker/storage/disk.ts'
import { memoryStorage } from '../../worker/storage/memory.ts'
import type { Storage } from '../../worker/storage/storage.ts'
import { claimUnit } from '../../worker/store/units.ts'
import { checkDigests } from '../support/check-digests.ts'
import { damageLine } from '../support/damage.ts'
import { fakeClock } from '../support/fake-clock.ts'
import { createHarness, type Harness, type Manifest, nameOf, startOfTime } from '../support/harness.ts'

const open: (() => void)[] = []
afterEach(() => {
  for (const close of open.splice(0)) close()
})

const patients = (count: number) =>
  Array.from({ length: count }, (_, n) => ({
    resourceType: 'Patient',
    id: `p${n}`,
    name: [{ text: `Ü${n}` }],
  }))

const tiny: Partial<Limits> = { partBytes: 250, fileBytes: 1100, rangeBytes: 3000, pageRows: 7, tickRows: 9 }

const openHarness = async (limits: Partial<Limits> = {}, storage?: Storage): Promise<Harness> => {
  const h = await createHarness(limits, storage)
  open.push(() => h.close())
  return h
}

const finished = async (h: Harness, status: string): Promise<Manifest> => (await h.finish(status)).json()

const besideOf = ({ storage }: Harness, status: string): string | undefined => {
  const [object] = [...storage.objects.values()].filter(({ key }) =>
    key.endsWith(`${status.split('/').at(-1)}/_manifest.json`),
  )
  return object && new TextDecoder().decode(object.content)
}

describe('The digests of a manifest', () => {
  it('are those of its files and their parts, of files in one part and in many', async () => {
    const h = await openHarness(tiny)
    await h.load([...patients(60), { resourceType: 'Basic', id: 'only' }])
    await h.load([{ resourceType: 'Account', id: 'exact', description: 'x'.repeat(500 - 123) }])
    const since = new Date(h.clock.now()).toISOString()
    await h.load([{ resourceType: 'Basic', id: 'gone' }])
    h.clock.advance(1000)
    await h.remove('Patient/p3')

    for (const query of ['', `?_since=${since}`]) {
      const exported = await h.export(query)
      checkDigests(exported)
      expect(schemas.Manifest.strict().parse(exported.manifest)).toEqual(exported.manifest)
    }

    const { manifest } = await h.export()
    const counts = new Set(manifest.output.map(({ extension }) => extension.partSha256?.length))
    expect([...counts]).toEqual(expect.arrayContaining([undefined, 2, 5]))
    const exact = manifest.output.find(({ type }) => type === 'Account')
    expect(exact?.extension).toMatchObject({ bytes: 500, partBytes: 250 })
    expect(exact?.extension.partSha256).toHaveLength(2)
  })

  it('are those of files on disk, whatever reads them', async () => {
    const root = mkdtempSync(join(tmpdir(), 'sluice-digests-'))
    open.push(() => rmSync(root, { recursive: true }))
    const h = await openHarness(tiny, diskStorage({ root, newId: randomId }))
    await h.load(patients(60))
    const manifest = await finished(h, await h.kickOff())
    const [folder = ''] = readdirSync(root).filter((name) => name.startsWith('2026'))
    const text = new Map(
      manifest.output.map(({ url }) => [nameOf(url), readFileSync(join(root, folder, nameOf(url)), 'utf8')]),
    )
    checkDigests({ manifest, text })
    expect(JSON.parse(readFileSync(join(root, folder, '_manifest.json'), 'utf8'))).toMatchObject({
      transactionTime: manifest.transactionTime,
    })
  })

  it('are missing of a file that an earlier version wrote, wholly or in part', async () => {
    const h = await openHarness(tiny)
    await h.load(patients(60))
    const status = await h.kickOff()
    while ((await h.deps.db.query.selectFrom('file_part').select('etag').execute()).length < 2) await h.tick()
    await h.deps.db.query
      .updateTable('file_part')
      .set({ sha256: null })
      .where('part_number', '=', 1)
      .execute()
    const { name } = await h.deps.db.query
      .selectFrom('export_file')
      .select('name')
      .where('state', '=', 'writing')
      .where('upload_id', 'is not', null)
      .executeTakeFirstOrThrow()
    const { output } = await finished(h, status)
    for (const { url, extension } of output) {
      expect(extension).toMatchObject({ status: 'completed', partBytes: 250, bytes: expect.any(Number) })
      expect(extension.sha256 === undefined, url).toBe(nameOf(url) === name)
    }
    await h.deps.db.query.updateTable('export_file').set({ sha256: null, part_sha256: null }).execute()
    const old = await finished(h, status)
    expect(old.output.map(({ extension }) => Object.keys(extension).sort())).toEqual(
      old.output.map(() => ['bytes', 'partBytes', 'status']),
    )
  })
})

describe('_manifest.json', () => {
  it('is the manifest, with names for URLs, beside the files; no output file itself, and gone with them', async () => {
    const h = await openHarness(tiny)
    await h.load(patients(30))
    await damageLine(h.deps.db, 'Patient/p7', 'missing')
    const status = await h.kickOff()
    const manifest = await finished(h, status)
    const relative = JSON.stringify(manifest).replaceAll(/http[^"]*\/([^/"]+\.ndjson)/g, '$1')

    expect(JSON.parse(besideOf(h, status) ?? '')).toEqual(JSON.parse(relative))
    expect(manifest.error).toHaveLength(1)
    expect(JSON.stringify(manifest)).not.toContain('_manifest')
    const [object] = [...h.storage.objects.values()].filter(({ key }) => key.endsWith('_manifest.json'))
    expect(object?.contentType).toBe('application/json')
    const url = `/fhir/$export-file/${object?.key}`
    expect((await h.request(url)).status).toBe(404)
    const details = await (await h.request(status.replace('/fhir/$export-status', '/admin/api/jobs'))).json()
    expect(JSON.stringify(details)).not.toContain('manifest"')

    h.clock.advance(2 * h.deps.config.limits.leaseMs)
    await h.sweep()
    expect(besideOf(h, status)).toBeDefined()
    await h.request(status, { method: 'DELETE' })
    await h.sweep()
    expect(h.storage.objects.size).toBe(0)
  })

  it('stands beside nothing when there is nothing to export', async () => {
    const h = await openHarness()
    const status = await h.kickOff('?_type=Patient')
    const manifest = await finished(h, status)
    expect(manifest.output).toEqual([])
    expect(JSON.parse(besideOf(h, status) ?? '')).toEqual(manifest)
    expect(h.storage.objects.size).toBe(1)
  })

  it('has no signed URL, nor any of the storage', async () => {
    const h = await openHarness()
    await h.load(patients(3))
    const status = await h.kickOff()
    const storage: Storage = {
      ...h.storage,
      sign: async (key) => `http://storage/${key}?secret`,
      locate: (key) => ({ url: `http://storage/${key}`, uri: `s3://bucket/${key}` }),
    }
    for (const fileAccess of ['signed', 'storage'] as const)
      while (await runTick({ ...h.deps, storage, config: { ...h.deps.config, fileAccess } }));
    expect(besideOf(h, status)).toContain('"url": "Patient-1.ndjson"')
    expect(besideOf(h, status)).not.toMatch(/secret|storage/)
  })

  it('beside the files of a job that failed is a leftover, which goes with the job', async () => {
    const h = await openHarness({ retryLimit: 1, failureLimitPercent: 0 })
    await h.load(patients(3))
    await damageLine(h.deps.db, 'Patient/p1', 'missing')
    const status = await h.kickOff()
    expect((await h.finish(status)).status).toBe(500)
    const { folder } = await h.deps.db.query.selectFrom('job').select('folder').executeTakeFirstOrThrow()
    await h.storage.put(`${folder}/_manifest.json`, new Uint8Array(3), 'application/json')
    h.clock.advance(h.deps.config.limits.retentionMs)
    await h.sweep()
    expect(h.storage.objects.size).toBe(0)
  })

  it('is written last, though several workers share the job, and once nothing of it rests', async () => {
    const memory = memoryStorage({ clock: fakeClock(startOfTime) })
    const written: string[] = []
    let isDown = true
    const noting = async <T>(key: string, write: () => Promise<T>): Promise<T> => {
      if (isDown && key.includes('Observation')) throw new Error('down')
      const result = await write()
      written.push(key.slice(key.lastIndexOf('/') + 1))
      return result
    }
    const storage: Storage = {
      ...memory,
      put: (key, ...rest) => noting(key, () => memory.put(key, ...rest)),
      completeUpload: (upload, parts) => noting(upload.key, () => memory.completeUpload(upload, parts)),
    }
    const h = await openHarness({ ...tiny, failureLimitPercent: 100 }, storage)
    await h.load(patients(60))
    await h.load(patients(9).map(({ id }) => ({ resourceType: 'Observation', id })))
    await damageLine(h.deps.db, 'Patient/p7', 'missing')
    const status = await h.kickOff()
    const work = async () => {
      while ((await Promise.all([h.tick(), h.tick(), h.tick()])).includes(true));
    }
    await work()
    expect(written.length).toBeGreaterThan(3)
    expect(written).not.toContainEqual(expect.stringMatching(/^error|^_manifest/))
    const resting = await h.request(status)
    expect(resting.status).toBe(202)
    const units = await h.deps.db.query
      .selectFrom('work_unit')
      .select(['kind', 'not_before'])
      .where('state', '<>', 'done')
      .orderBy('ordinal')
      .execute()
    expect(units.map(({ kind }) => kind)).toEqual(['output', 'error', 'manifest'])
    const wait = Math.ceil(((units[0]?.not_before ?? 0) - h.clock.now()) / 1000)
    expect(Number(resting.headers.get('retry-after'))).toBe(Math.max(1, wait))

    isDown = false
    h.clock.advance(600_000)
    await work()
    expect(written.slice(-2)).toEqual(['error-1.ndjson', '_manifest.json'])
    expect(written.filter((name) => name === '_manifest.json')).toHaveLength(1)
    expect((await h.request(status)).status).toBe(200)
  })

  it('is the same when a worker puts it again', async () => {
    const h = await openHarness()
    await h.load(patients(3))
    const status = await h.kickOff()
    const texts = new Set<string>()
    const storage: Storage = {
      ...h.storage,
      put: async (key, bytes, type) => {
        if (key.endsWith('.json')) texts.add(new TextDecoder().decode(bytes))
        if (key.endsWith('.json') && texts.size < 2) h.clock.advance(1000)
        return h.storage.put(key, bytes, type)
      },
    }
    const broken = {
      ...h.deps,
      storage: {
        ...storage,
        put: async (...call: Parameters<Storage['put']>) => {
          await storage.put(...call)
          if (call[0].endsWith('.json')) throw new Error('the answer is lost')
          return 'tag'
        },
      },
    }
    for (let ticks = 0; ticks < 3; ticks++) await runTick(broken)
    expect((await h.request(status)).status).toBe(202)
    h.clock.advance(100_000)
    while (await runTick({ ...h.deps, storage }));
    expect((await h.request(status)).status).toBe(200)
    expect(texts.size).toBe(1)
  })
})

test('A process of an earlier version, which knows no such unit, claims none of a job', async () => {
  const h = await openHarness()
  await h.kickOff()
  expect(await claimUnit(h.deps.db, h.clock.now(), 1000, codecVersion - 1)).toBeUndefined()
  expect(await claimUnit(h.deps.db, h.clock.now(), 1000, codecVersion)).toBeDefined()
})

test('With EHI_DOCUMENTATION_URL every manifest says where the format is documented', async () => {
  const h = await openHarness()
  const ehiDocumentationUrl = 'https://example.org/ehi?version=1#top'
  const deps = { ...h.deps, config: { ...h.deps.config, ehiDocumentationUrl } }
  const status = await h.kickOff()
  while (await runTick(deps));
  const manifest = await (
    await createApp(deps, () => {}).request(status, { headers: { host: 'localhost' } })
  ).json()
  expect(manifest.extension).toEqual({ ehiDocumentationUrl })
  expect(schemas.Manifest.strict().parse(manifest)).toEqual(manifest)
  expect(JSON.parse(besideOf(h, status) ?? '').extension).toEqual({ ehiDocumentationUrl })
  expect(await finished(h, status)).not.toHaveProperty('extension')
})
