import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { searchNames } from '../../worker/http/audit-parameters.ts'
import { randomId } from '../../worker/platform/ids.ts'
import { diskStorage } from '../../worker/storage/disk.ts'
import { createHarness, type Harness, type Manifest, pathOf, statusPathOf } from '../support/harness.ts'
import { clientWith } from '../support/principals.ts'
import { createSmartHarness } from '../support/smart.ts'
import { sqlTexts } from './sql-texts.ts'

let h: Harness
let folder: string
let file: string
let statusPath: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-security-'))
  await writeFile(join(folder, 'secret.ndjson'), 'canary')
  await mkdir(join(folder, 'files'))
  h = await createHarness({}, diskStorage({ root: join(folder, 'files'), newId: randomId }))
  await h.load([
    { resourceType: 'Patient', id: 'p1', name: [{ family: 'Canary' }] },
    { resourceType: 'Group', id: 'g', type: 'person', actual: true },
  ])
  statusPath = await h.kickOff()
  const manifest = (await (await h.finish(statusPath)).json()) as Manifest
  file = pathOf(manifest.output[1]?.url ?? '')
})
afterAll(async () => {
  h.close()
  await rm(folder, { recursive: true })
})

const tables = async () => {
  const counts = await Promise.all(
    (['job', 'resource', 'resource_version', 'audit_event'] as const).map((table) =>
      h.deps.db.query
        .selectFrom(table)
        .select(({ fn }) => fn.countAll().as('n'))
        .executeTakeFirstOrThrow(),
    ),
  )
  return counts.map(({ n }) => Number(n))
}

describe('SQL in a request', () => {
  const places = (text: string): readonly string[] => {
    const encoded = encodeURIComponent(text)
    const search = [
      '_id',
      'name',
      'identifier',
      'birthdate',
      '_sort',
      '_include',
      '_elements',
      '_total',
      '_count',
      'x',
    ]
    const kickOff = [
      '_type',
      '_since',
      '_until',
      '_typeFilter',
      '_elements',
      'includeAssociatedData',
      'organizeOutputBy',
      'x',
    ]
    const audit = [...searchNames, 'x']
    return [
      ...search.map((name) => `/fhir/Patient?${name}=${encoded}`),
      ...search.map((name) => `/fhir/Patient?${encoded}=x&${name}=x`),
      ...kickOff.map((name) => `/fhir/$export?${name}=${encoded}&_dryRun=true`),
      `/fhir/$export?_dryRun=true&_typeFilter=Patient%3Fname%3D${encoded}`,
      `/fhir/$export?_dryRun=true&_since=job:${encoded}`,
      ...audit.map((name) => `/admin/api/audit?${name}=${encoded}`),
      ...['count', 'after', 'state'].map((name) => `/admin/api/jobs?${name}=${encoded}`),
      ...[
        '/fhir/$export-status/',
        '/fhir/$exportstatus?_id=',
        '/admin/api/jobs/',
        '/fhir/Patient/',
        '/fhir/',
      ].map((before) => before + encoded),
      `/fhir/Patient/${encoded}/_history`,
      `/fhir/Patient/p1/_history/${encoded}`,
      `/fhir/Patient/p1/_history?_count=${encoded}&_since=${encoded}`,
      `/fhir/Group/${encoded}/$export?_dryRun=true`,
      `/fhir/$export-file/${encoded}/${encoded}`,
      `${file.slice(0, file.lastIndexOf('/'))}/${encoded}`,
    ]
  }

  test.each(sqlTexts)('is text, wherever it stands: %j', async (text) => {
    const before = await tables()
    for (const path of places(text)) {
      const response = await h.request(path)
      const body = await response.text()
      expect(response.status, `${path}: ${body}`).toBeLessThan(500)
      expect(body, path).not.toMatch(/SQLITE|syntax error|no such (table|column)/i)
      // Nobody's data comes for a text that names nobody.
      if (!path.includes('?')) expect(body).not.toContain('Canary')
    }
    expect((await tables()).slice(0, 3)).toEqual(before.slice(0, 3))
  })

  test.each(sqlTexts)('is text in headers and bodies too: %j', async (text) => {
    const before = await tables()
    const body = JSON.stringify({
      resourceType: 'Parameters',
      parameter: [
        { name: 'patient', valueReference: { reference: `Patient/${text}` } },
        { name: '_typeFilter', valueString: `Patient?name=${text}` },
        { name: '_dryRun', valueBoolean: true },
      ],
    })
    const type = { 'content-type': 'application/fhir+json' }
    const printable = /^[\t -~]*$/.test(text)
      ? { 'idempotency-key': text, 'if-match': text, 'if-none-match': text }
      : {}
    const entry = [
      { request: { method: 'GET', url: `Patient/${text}` } },
      { request: { method: 'GET', url: text } },
    ]
    const requests: readonly [string, RequestInit][] = [
      [
        '/fhir/Patient/$export',
        { method: 'POST', body, headers: { ...type, ...printable, prefer: 'handling=lenient' } },
      ],
      [
        '/fhir',
        {
          method: 'POST',
          body: JSON.stringify({ resourceType: 'Bundle', type: 'batch', entry }),
          headers: type,
        },
      ],
      ['/fhir/Patient/p1', { headers: printable }],
    ]
    for (const [path, init] of requests) {
      const response = await h.request(path, init)
      const answer = await response.text()
      expect(response.status, `${path}: ${answer}`).toBeLessThan(500)
      expect(answer).not.toMatch(/SQLITE|syntax error|no such (table|column)/i)
    }
    expect((await tables()).slice(0, 3)).toEqual(before.slice(0, 3))
  })
})

describe('A path that climbs out of the folder of the files', () => {
  const up = [
    '..',
    '%2e%2e',
    '.%2e',
    '%2E.',
    '%252e%252e',
    '..%2f..',
    '..%5c..',
    '..\\..',
    '....//',
    '%c0%ae%c0%ae',
    '%u002e',
  ]

  test.each(up)('by %s is no file', async (climb) => {
    const [, , , job = '', name = ''] = file.split('/')
    const folders = [
      climb,
      `${climb}/${climb}`,
      `${job}/${climb}`,
      `${job}%2f${climb}`,
      `${climb}/files/${job}`,
    ]
    const names = [
      'secret.ndjson',
      `${climb}/secret.ndjson`,
      `${climb}%2fsecret.ndjson`,
      `secret.ndjson%00${name}`,
    ]
    for (const route of ['$export-file', '%24export-file', '$exportfilerequest'])
      for (const of of folders)
        for (const last of names) {
          // As a client sends it that leaves dots as they are, which `fetch` does not.
          const response = await h.request(`/fhir/${route}/${of}/${last}`)
          expect(await response.text()).not.toContain('canary')
          expect([400, 404, 405]).toContain(response.status)
        }
  })

  test('is not needed for a file that there is', async () => {
    for (const path of [file, file.replace('.ndjson', '%2endjson')]) {
      const response = await h.request(path)
      expect(response.status).toBe(200)
      expect(await response.text()).toContain('Canary')
    }
    for (const other of ['_manifest.json', 'Patient-1.ndjson.part', '.', ''])
      expect((await h.request(`${file.slice(0, file.lastIndexOf('/'))}/${other}`)).status).toBe(404)
  })
})

describe('An id of a job', () => {
  test('has 122 random bits, and no two are alike', () => {
    const ids = Array.from({ length: 2000 }, randomId)
    expect(new Set(ids).size).toBe(ids.length)
    for (const id of ids)
      expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    // Of each random bit there are about as many ones as zeros: 2000 throws are off by 200 once in 10^18.
    const bits = ids.map((id) =>
      BigInt(`0x${id.replaceAll('-', '')}`)
        .toString(2)
        .padStart(128, '0'),
    )
    const ones = Array.from({ length: 128 }, (_, at) => bits.filter((each) => each[at] === '1').length)
    const fixed = [48, 49, 50, 51, 64, 65]
    for (const [at, count] of ones.entries()) {
      if (fixed.includes(at)) expect([0, 2000]).toContain(count)
      else expect(Math.abs(count - 1000)).toBeLessThan(200)
    }
  })

  test('that was guessed is answered as one that is not there, by every route', async () => {
    const smart = await createSmartHarness()
    const owner = smart.as(clientWith('system/*.rs', { clientId: 'owner' }))
    const path = statusPathOf(await owner('/fhir/$export'))
    const [real = '', unknown] = [path.split('/').at(-1), randomId()]
    const stranger = smart.request
    for (const method of ['GET', 'DELETE'])
      for (const route of ['/fhir/$export-status/', '/fhir/$exportstatus?_id=', '/admin/api/jobs/']) {
        const [a, b] = await Promise.all([
          stranger(route + real, { method }),
          stranger(route + unknown, { method }),
        ])
        expect([a.status, await a.text()]).toEqual([b.status, await b.text()])
      }
    smart.close()
  })
})
