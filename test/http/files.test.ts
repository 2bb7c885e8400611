import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createHarness, type Harness, type Manifest, pathOf } from '../support/harness.ts'
import { expectOutcome } from './expect-outcome.ts'

let h: Harness
let manifest: Manifest
let path: string
let text: string
beforeAll(async () => {
  h = await createHarness()
  await h.load(
    Array.from({ length: 50 }, (_, i) => ({
      resourceType: 'Patient',
      id: `p${i}`,
      name: [{ text: 'Žofie 😀' }],
    })),
  )
  const finished = await h.finish(await h.kickOff())
  manifest = await finished.json()
  path = pathOf(manifest.output[0]?.url ?? '')
  text = await (await h.request(path)).text()
})
afterAll(() => h.close())

const get = (headers: Record<string, string> = {}, method = 'GET') => h.request(path, { method, headers })
const bytes = () => Buffer.from(text)
const etagOf = async (headers: Record<string, string> = {}) =>
  (await get(headers, 'HEAD')).headers.get('etag') ?? ''

describe('A file of a manifest', () => {
  test('is NDJSON, as long as it says, with a strong ETag and the date it was written', async () => {
    const response = await get({ accept: 'application/fhir+ndjson' })
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('application/fhir+ndjson')
    expect(response.headers.get('content-length')).toBe(String(bytes().length))
    expect(response.headers.get('accept-ranges')).toBe('bytes')
    expect(response.headers.get('vary')).toBe('Accept-Encoding')
    expect(response.headers.get('etag')).toMatch(/^"[^"]+"$/)
    expect(Date.parse(response.headers.get('last-modified') ?? '')).toBe(h.clock.now())
    const lines = (await response.text()).split('\n')
    expect(lines.pop()).toBe('')
    expect(lines).toHaveLength(50)
    expect(lines.map((line) => JSON.parse(line).name[0].text)).toEqual(lines.map(() => 'Žofie 😀'))
  })

  test.each(['*/*', 'application/ndjson', 'application/json', 'application/fhir+json', 'text/html'])(
    'is sent to a client that accepts %s',
    async (accept) => {
      expect((await get({ accept })).status).toBe(200)
    },
  )

  test('answers HEAD with the headers of GET and no body', async () => {
    const [head, whole] = [await get({}, 'HEAD'), await get()]
    expect(head.status).toBe(200)
    expect(Object.fromEntries(head.headers)).toEqual(Object.fromEntries(whole.headers))
    expect(await head.text()).toBe('')
  })

  test('is sent in ranges, which together are the file', async () => {
    const half = Math.floor(bytes().length / 2)
    const first = await get({ range: `bytes=0-${half - 1}` })
    expect(first.status).toBe(206)
    expect(first.headers.get('content-range')).toBe(`bytes 0-${half - 1}/${bytes().length}`)
    expect(first.headers.get('content-length')).toBe(String(half))
    const rest = await get({ range: `bytes=${half}-`, 'if-range': first.headers.get('etag') ?? '' })
    expect(rest.status).toBe(206)
    const together = Buffer.concat([
      Buffer.from(await first.arrayBuffer()),
      Buffer.from(await rest.arrayBuffer()),
    ])
    expect(together.equals(bytes())).toBe(true)
  })

  test('is sent whole when If-Range names another file', async () => {
    const response = await get({ range: 'bytes=5-', 'if-range': '"other"' })
    expect(response.status).toBe(200)
    expect(await response.text()).toBe(text)
  })

  test('answers a range behind its end with 416 and its length', async () => {
    const response = await get({ range: `bytes=${bytes().length}-` })
    expect(response.headers.get('content-range')).toBe(`bytes */${bytes().length}`)
    await expectOutcome(response, 416, 'invalid')
  })

  test('is gzipped for who accepts it, under an ETag of its own and without ranges', async () => {
    const response = await get({ 'accept-encoding': 'gzip, deflate, br' })
    expect(response.headers.get('content-encoding')).toBe('gzip')
    expect(response.headers.get('content-type')).toBe('application/fhir+ndjson')
    expect(response.headers.get('content-length')).toBeNull()
    expect(response.headers.get('accept-ranges')).toBe('none')
    expect(response.headers.get('vary')).toBe('Accept-Encoding')
    const zipped = Buffer.from(await response.arrayBuffer())
    expect(gunzipSync(zipped).toString()).toBe(text)
    const [plain, gzip] = [await etagOf(), await etagOf({ 'accept-encoding': 'gzip' })]
    expect(plain).not.toBe(gzip)
    expect((await get({ 'accept-encoding': 'gzip', 'if-none-match': gzip })).status).toBe(304)
    expect((await get({ 'if-none-match': plain })).status).toBe(304)
    expect((await get({ 'if-none-match': gzip })).status).toBe(200)
  })

  test('is not gzipped for who excludes it, and 406 for who excludes everything', async () => {
    expect((await get({ 'accept-encoding': 'gzip;q=0' })).headers.get('content-encoding')).toBeNull()
    expect((await get({ 'accept-encoding': 'br' })).headers.get('content-encoding')).toBeNull()
    await expectOutcome(await get({ 'accept-encoding': 'identity;q=0, *;q=0' }), 406, 'not-supported')
  })

  test('may carry an empty Authorization header, or a query, which change nothing', async () => {
    expect((await get({ authorization: 'Bearer ' })).status).toBe(200)
    expect((await h.request(`${path}?download=1`)).status).toBe(200)
  })

  test('is 405 for a method that would change it', async () => {
    for (const method of ['PUT', 'POST', 'DELETE']) {
      const response = await get({}, method)
      expect(response.headers.get('allow')).toBe('GET, HEAD')
      await expectOutcome(response, 405, 'not-supported')
    }
  })

  test('is 404 when the storage has lost it', async () => {
    const g = await createHarness()
    await g.load([{ resourceType: 'Patient', id: 'p' }])
    const { manifest: lost } = await g.export()
    const file = pathOf(lost.output[0]?.url ?? '')
    g.storage.objects.clear()
    await expectOutcome(await g.request(file), 404, 'not-found')
    g.close()
  })
})

describe('A path that is no file of a manifest', () => {
  test('is 404, whatever tricks it tries', async () => {
    const [, folder = ''] = /\$export-file\/([^/]+)\//.exec(path) ?? []
    const jobId = folder.slice(folder.indexOf('_') + 1)
    const tricks = [
      `${folder}/`,
      `${folder}`,
      `${folder}/Patient-2.ndjson`,
      `${folder}/patient-1.ndjson`,
      `${folder}/Patient-1`,
      `${folder}/Patient-1.ndjson/`,
      `${folder}/Patient-1.ndjson%00`,
      `${folder}/%00Patient-1.ndjson`,
      `${folder}/Patient-1.ndjson%2f`,
      `${folder}/..%2f${folder}%2fPatient-1.ndjson`,
      `${folder}/..%2f..%2fetc%2fpasswd`,
      `${folder}/%2e%2e%2f%2e%2e%2fsluice.db`,
      `${folder}/..%5c..%5csluice.db`,
      `${folder}%2fPatient-1.ndjson`,
      `..%2f${folder}/Patient-1.ndjson`,
      `${folder}/%252e%252e%252fPatient-1.ndjson`,
      `${jobId}/Patient-1.ndjson`,
      `_${jobId}/Patient-1.ndjson`,
      `x_${jobId}/Patient-1.ndjson`,
      `20200101T000000Z_${jobId}/Patient-1.ndjson`,
      `${folder.toLowerCase()}/Patient-1.ndjson`,
      `.staging/Patient-1.ndjson`,
      '*/*',
      '%/%',
      `${'a'.repeat(3000)}/${'b'.repeat(3000)}`,
    ]
    for (const trick of tricks) {
      await expectOutcome(await h.request(`/fhir/$export-file/${trick}`), 404, 'not-found')
    }
  })

  test('is 404 with the folder of one export and the file of another', async () => {
    await h.load([{ resourceType: 'Group', id: 'g' }])
    const other = await h.export('?_type=Group')
    const group = pathOf(other.manifest.output[0]?.url ?? '')
    const mixed = group.replace('Group-1', 'Patient-1')
    expect((await h.request(group)).status).toBe(200)
    await expectOutcome(await h.request(mixed), 404, 'not-found')
  })

  test('is 404 while the file is being written, and 200 from when it is whole', async () => {
    const g = await createHarness({ pageRows: 3, tickRows: 3, fileBytes: 700, partBytes: 200 })
    await g.load(Array.from({ length: 30 }, (_, i) => ({ resourceType: 'Patient', id: `p${i}` })))
    const status = await g.kickOff()
    const row = await g.deps.db.query.selectFrom('job').select('folder').executeTakeFirstOrThrow()
    const first = `/fhir/$export-file/${row.folder}/Patient-1.ndjson`
    const seen: number[] = []
    while ((await g.request(status)).status === 202) {
      seen.push((await g.request(first)).status)
      const { objects } = g.storage
      if (seen.at(-1) === 404)
        expect([...objects.keys()].filter((key) => key.endsWith('Patient-1.ndjson'))).toEqual([])
      await g.tick()
    }
    expect(seen.lastIndexOf(404)).toBeGreaterThan(1)
    expect(seen).toEqual([...seen].sort().reverse())
    expect(seen.at(-1)).toBe(200)
    g.close()
  })
})
