import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  createHarness,
  type Harness,
  linesOf,
  type Manifest,
  pathOf,
  statusPathOf,
} from '../support/harness.ts'

/**
 * The requests that widely used clients send, header by header, and what they ask of the answers (read from their sources in
 * 2026). They are not ours to change, so each is a promise kept.
 */
let h: Harness
beforeEach(async () => {
  h = await createHarness({ pageRows: 3, tickRows: 10, fileBytes: 500 })
  await h.load([
    ...Array.from({ length: 20 }, (_, i) => ({ resourceType: 'Patient', id: `p${i}` })),
    ...Array.from({ length: 3 }, (_, i) => ({
      resourceType: 'Observation',
      id: `o${i}`,
      subject: { reference: 'Patient/p1' },
    })),
  ])
})
afterEach(() => h.close())

type Headers = Record<string, string>
const ask = (path: string, headers: Headers, init: RequestInit = {}) => h.request(path, { ...init, headers })
const work = async () => {
  await h.tick()
  h.clock.advance(500)
}
const download = async (items: readonly Manifest['output'][number][], headers: Headers, type?: string) => {
  for (const { url, count, type: said } of items) {
    const response = await ask(pathOf(url), headers)
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')?.startsWith('application/fhir+ndjson')).toBe(true)
    const body =
      response.headers.get('content-encoding') === 'gzip'
        ? await new Response(response.body?.pipeThrough(new DecompressionStream('gzip'))).text()
        : await response.text()
    const lines = linesOf(body)
    expect(lines).toHaveLength(count)
    for (const line of lines) expect(line.resourceType).toBe(type ?? said)
  }
}

describe('The SMART bulk-data-client', () => {
  const poll = async (location: string): Promise<Manifest> => {
    let percent = 0
    const { pathname, search } = new URL(location)
    for (;;) {
      const response = await ask(pathname + search, { accept: 'application/json' })
      if (response.status === 200) return (await response.json()) as Manifest
      expect(response.status).toBe(202) // any other is fatal to it
      const progress = Number.parseInt(response.headers.get('x-progress') ?? '', 10)
      expect(progress).toBeGreaterThanOrEqual(percent)
      percent = progress
      expect(response.headers.get('retry-after')).toMatch(/^\d+$/)
      await work()
    }
  }
  const encodings = { 'accept-encoding': 'gzip, deflate, br, identity' }

  test('finds the CapabilityStatement, kicks off, polls, downloads and checks, and cancels', async () => {
    const metadata = await ask('/fhir/metadata', { accept: 'application/json' })
    expect(metadata.status).toBe(200)
    expect(await metadata.json()).toMatchObject({
      resourceType: 'CapabilityStatement',
      fhirVersion: '4.0.1',
      kind: 'instance',
      instantiates: ['http://hl7.org/fhir/uv/bulkdata/CapabilityStatement/bulk-data'],
      software: { name: 'Sluice' },
      implementation: { url: 'http://127.0.0.1:8080/fhir' },
      rest: [
        {
          mode: 'server',
          operation: expect.arrayContaining([
            { name: 'export', definition: 'http://hl7.org/fhir/uv/bulkdata/OperationDefinition/export' },
          ]),
        },
      ],
    })
    const query =
      '_outputFormat=application%2Ffhir%2Bndjson&_since=2020-01-01T00%3A00%3A00%2B01%3A00&_type=Patient%2CObservation'
    const headers = { accept: 'application/fhir+json', prefer: 'respond-async, handling=lenient' }
    const accepted = await ask(`/fhir/$export?${query}&includeAssociatedData=x&_summary=true`, headers)
    expect(accepted.status).toBe(202)
    await accepted.json() // it parses every body
    const location = accepted.headers.get('content-location') ?? ''
    const manifest = await poll(location)
    expect(Array.isArray(manifest.output)).toBe(true)
    await download(manifest.output, encodings)
    await download(manifest.deleted ?? [], encodings, 'Bundle')
    await download(manifest.error, encodings, 'OperationOutcome')
    expect(manifest.error).toMatchObject([{ count: 2 }])
    const cancelled = await ask(pathOf(location), { accept: 'application/json' }, { method: 'DELETE' })
    expect(cancelled.status).toBe(202)
    await cancelled.json()
  })

  /** It goes on with `link` when the manifest has one, and polls there as before. */
  const pages = async (location: string): Promise<readonly Manifest[]> => {
    const manifest = await poll(location)
    const [next] = manifest.link ?? []
    return next === undefined ? [manifest] : [manifest, ...(await pages(next.url))]
  }

  test('kicks off by POST, and follows the pages of the manifest', async () => {
    const body = {
      resourceType: 'Parameters',
      parameter: [
        { name: '_since', valueInstant: '2020-01-01T00:00:00+01:00' },
        { name: '_type', valueString: 'Patient' },
        { name: '_type', valueString: 'Observation' },
        { name: '_outputFormat', valueString: 'application/fhir+ndjson' },
        { name: 'patient', valueReference: { reference: 'Patient/p1' } },
        { name: 'allowPartialManifests', valueBoolean: true },
        { name: 'x', valueInteger: 3 },
      ],
    }
    const accepted = await ask(
      '/fhir/Patient/$export',
      {
        accept: 'application/fhir+json',
        'content-type': 'application/json',
        prefer: 'respond-async, handling=lenient',
      },
      { method: 'POST', body: JSON.stringify(body) },
    )
    expect(accepted.status).toBe(202)
    const manifests = await pages(accepted.headers.get('content-location') ?? '')
    const output = manifests.flatMap((manifest) => manifest.output)
    expect(new Set(output.map(({ type }) => type))).toEqual(new Set(['Patient', 'Observation']))
    await download(output, encodings)
    expect(manifests.at(-1)?.error).toMatchObject([{ count: 1 }])
    expect(manifests.slice(0, -1).flatMap(({ error }) => error)).toEqual([])
  })
})

describe('Cumulus smart-fetch', () => {
  const always = {
    'accept-charset': 'UTF-8',
    'accept-encoding': 'gzip, deflate',
    'user-agent': 'python-httpx/0.28',
  }

  test('kicks off, polls, downloads, and deletes twice without harm', async () => {
    await ask('/fhir/metadata', { ...always, accept: 'application/json' })
    const query = '_type=Observation%2CPatient&_since=2020-01-01T00%3A00%3A00%2B00%3A00'
    const accepted = await ask(`/fhir/$export?${query}`, {
      ...always,
      accept: 'application/fhir+json',
      prefer: 'respond-async',
    })
    expect(accepted.status).toBe(202)
    const path = statusPathOf(accepted)
    let status = await ask(path, { ...always, accept: 'application/json' })
    while (status.status === 202) {
      await work()
      status = await ask(path, { ...always, accept: 'application/json' })
    }
    const manifest = (await status.json()) as Manifest
    expect(Number.isNaN(Date.parse(manifest.transactionTime))).toBe(false)
    const ndjson = { ...always, accept: 'application/fhir+ndjson' }
    await download(manifest.output, ndjson)
    await download(manifest.error, ndjson)
    await download(manifest.deleted ?? [], ndjson, 'Bundle')
    const remove = () => ask(path, { ...always, accept: 'application/fhir+json' }, { method: 'DELETE' })
    expect((await remove()).status).toBe(202)
    expect((await remove()).status).toBe(404)
  })
})

describe('The Inferno bulk data tests', () => {
  const headers = { accept: 'application/fhir+json', prefer: 'respond-async', authorization: 'Bearer ' }

  test('see an operation in the CapabilityStatement, and an export of valid files', async () => {
    const statement = await (await ask('/fhir/metadata', headers)).json()
    expect(statement.rest).toHaveLength(1)
    const accepted = await ask('/fhir/$export', headers)
    expect(accepted.status).toBe(202)
    const location = accepted.headers.get('content-location') ?? ''
    expect(location).toMatch(/^https?:\/\//)
    const running = await ask(pathOf(location), { accept: 'application/json', authorization: 'Bearer ' })
    expect(running.status).toBe(202)
    expect(Number(running.headers.get('retry-after'))).toBeLessThan(600)
    const done = await h.finish(pathOf(location))
    expect(done.headers.get('content-type')?.startsWith('application/json')).toBe(true)
    const manifest = await done.json()
    for (const field of ['transactionTime', 'request', 'requiresAccessToken', 'output', 'error'])
      expect(manifest).toHaveProperty(field)
    for (const item of manifest.output) {
      expect(item.url).toMatch(/^https?:\/\//)
      expect(typeof item.type).toBe('string')
    }
    await download(manifest.output, { accept: 'application/fhir+ndjson' })
  })

  test('see a deleted export gone, with an OperationOutcome', async () => {
    const location = (await ask('/fhir/$export', headers)).headers.get('content-location') ?? ''
    expect((await ask(pathOf(location), headers, { method: 'DELETE' })).status).toBe(202)
    const gone = await ask(pathOf(location), headers)
    expect(gone.status).toBe(404)
    expect((await gone.json()).resourceType).toBe('OperationOutcome')
  })

  test('see a kick-off with a parameter that is not supported refused', async () => {
    const refused = await ask('/fhir/$export?_type=NoSuchType', headers)
    expect(refused.status).toBe(400)
    expect((await refused.json()).resourceType).toBe('OperationOutcome')
  })
})
