import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import createClient from 'openapi-fetch'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { paths } from '../web/src/lib/api/schema.d.ts'
import { loadConfig } from '../worker/config.ts'
import { type RunningServer, serve } from '../worker/node.ts'
import { linesOf } from './support/harness.ts'
import { ndjson, populationLines } from './support/population.ts'

/** What whoever generates a client from `/openapi.json` can do with it; this file also has to pass the compiler. */
describe('A client generated from the OpenAPI document', () => {
  let folder: string
  let server: RunningServer
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sluice-client-'))
    const environment = {
      PORT: '0',
      DATABASE_URL: `file:${join(folder, 'sluice.db')}`,
      STORAGE_URL: `file:${join(folder, 'exports')}`,
      LOG_LEVEL: 'error',
    }
    server = await serve(loadConfig(environment, 'node'))
  })
  afterAll(async () => {
    await server.close()
    await rm(folder, { recursive: true })
  })

  test('runs a whole export: load, kick-off, poll, manifest, download, delete', async () => {
    const { baseUrl } = server.config
    const service = createClient<paths>({ baseUrl })
    const { data: document } = await service.GET('/openapi.json')
    expect(document).toMatchObject({ servers: [{ url: `${baseUrl}/fhir` }] })
    const fhir = createClient<paths>({
      baseUrl: `${baseUrl}/fhir`,
      querySerializer: { array: { style: 'form', explode: false } },
    })

    const lines = populationLines(20)
    const loaded = await service.POST('/admin/api/ingest', {
      body: ndjson(lines),
      bodySerializer: (text) => text,
      headers: { 'Content-Type': 'application/fhir+ndjson' },
    })
    expect(loaded.data).toEqual({ stored: lines.length, refused: 0, problems: [] })

    const accepted = await fhir.GET('/$export', {
      params: { query: { _type: ['Patient', 'Observation'] }, header: { Prefer: 'respond-async' } },
    })
    expect(accepted.response.status).toBe(202)
    const id = accepted.response.headers.get('content-location')?.split('/').at(-1) ?? ''
    const path = { id }

    const status = () => fhir.GET('/$export-status/{id}', { params: { path } })
    await expect.poll(async () => (await status()).response.status).toBe(200)
    const { data: manifest } = await status()
    expect(manifest?.output.map(({ type }) => type)).toEqual(['Observation', 'Patient'])

    const { data: shown } = await service.GET('/admin/api/jobs/{id}', { params: { path } })
    expect(shown?.job).toMatchObject({ id, state: 'completed', progress: { percent: 100 } })
    const { data: list } = await service.GET('/admin/api/jobs', { params: { query: { state: 'completed' } } })
    expect(list?.jobs.map((job) => job.id)).toEqual([id])

    for (const { type, url, count } of manifest?.output ?? []) {
      const [folderName = '', name = ''] = url.split('/').slice(-2)
      const file = await fhir.GET('/$export-file/{folder}/{name}', {
        params: { path: { folder: folderName, name } },
        parseAs: 'text',
      })
      const resources = linesOf(String(file.data))
      expect(resources).toHaveLength(count)
      expect(new Set(resources.map(({ resourceType }) => resourceType))).toEqual(new Set([type]))
    }

    const removed = await fhir.DELETE('/$export-status/{id}', { params: { path } })
    expect(removed.response.status).toBe(202)
    const { error } = await status()
    expect(error?.issue[0]?.diagnostics).toMatch(/^Cannot find the export/)
  })

  test('starts an export of listed patients by POST, and is told in words what is refused', async () => {
    const fhir = createClient<paths>({ baseUrl: `${server.config.baseUrl}/fhir` })
    const body = {
      resourceType: 'Parameters',
      parameter: [{ name: 'patient', valueReference: { reference: 'Patient/nobody' } }],
    }
    const { error, response } = await fhir.POST('/Patient/$export', { body })
    expect(response.status).toBe(400)
    expect(error?.issue[0]?.diagnostics).toContain('Patient/nobody')
  })
})
