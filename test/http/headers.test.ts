import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createApp } from '../../worker/http/app.ts'
import { createHarness, type Harness, pathOf, statusPathOf } from '../support/harness.ts'
import { expectOutcome } from './expect-outcome.ts'

let h: Harness
let file: string
let ask: (path: string, headers?: Record<string, string>, method?: string) => Promise<Response>
beforeAll(async () => {
  h = await createHarness()
  await h.load([{ resourceType: 'Patient', id: 'p1' }])
  const { manifest } = await h.export()
  file = pathOf(manifest.output[0]?.url ?? '')
  const app = createApp({ ...h.deps, config: { ...h.deps.config, headers: 'strict' } }, () => {})
  ask = async (path, headers = {}, method = 'GET') =>
    app.request(path, { method, headers: { host: 'localhost', ...headers } })
})
afterAll(() => h.close())

const countJobs = async () => (await h.deps.db.query.selectFrom('job').select('job_id').execute()).length
const levels = ['/fhir/$export', '/fhir/Patient/$export'] as const
const prefer = 'respond-async'
const accept = 'application/fhir+json'

describe('With HEADERS=strict a kick-off', () => {
  test.each([
    [accept, prefer],
    ['Application/FHIR+JSON; fhirVersion=4.0; charset=utf-8', 'Respond-Async, handling=lenient'],
    ['text/html;q=0.2, application/fhir+json;q=0.1', 'handling=strict,respond-async;wait=5'],
    ['*/*, application/fhir+json', 'respond-async=""'],
  ])('is accepted with Accept: %s and Prefer: %s', async (given, preferred) => {
    for (const path of levels) {
      for (const method of ['GET', 'POST'])
        expect((await ask(path, { accept: given, prefer: preferred }, method)).status).toBe(202)
    }
  })

  test.each([
    undefined,
    '',
    '*/*',
    'application/*',
    'application/json',
    'application/fhir+json;q=0',
    'application/fhir+json;q=0.000, */*',
    'application/fhir+json; fhirVersion=5.0',
    'application/fhir+jsonx',
    'application/fhir+xml',
    'text/html,application/xhtml+xml',
  ])('is 406 with Accept: %s, which names another format or none', async (given) => {
    const before = await countJobs()
    for (const path of levels) {
      const response = await ask(path, { prefer, ...(given === undefined ? {} : { accept: given }) })
      const diagnostics = await expectOutcome(response, 406, 'not-supported')
      expect(diagnostics).toContain('Accept')
      expect(diagnostics).toContain('application/fhir+json')
    }
    expect(await countJobs()).toBe(before)
  })

  test.each([undefined, '', 'handling=lenient', 'respond-async=no', 'x="respond-async"', 'x;respond-async'])(
    'is 400 with Prefer: %s',
    async (given) => {
      const before = await countJobs()
      const headers = { accept, ...(given === undefined ? {} : { prefer: given }) }
      const diagnostics = await expectOutcome(await ask('/fhir/$export', headers), 400, 'invalid')
      expect(diagnostics).toContain('Prefer')
      expect(diagnostics).toContain('respond-async')
      expect(await countJobs()).toBe(before)
    },
  )

  test('has a status that no header is demanded for, as its DELETE', async () => {
    const response = await ask('/fhir/$export', { accept, prefer })
    const status = statusPathOf(response)
    expect((await ask(status)).status).toBe(202)
    expect((await ask(status, { accept: 'text/html' }, 'DELETE')).status).toBe(202)
  })
})

describe('With HEADERS=strict a file request', () => {
  test.each([
    'application/fhir+ndjson',
    'application/ndjson',
    'APPLICATION/FHIR+NDJSON;q=0.5;charset=utf-8',
    'application/fhir+ndjson; fhirVersion=4.0',
    'text/html, application/ndjson',
    'application/fhir+ndjson, */*;q=0.1', // as `sluice export` sends
  ])('is answered with Accept: %s', async (given) => {
    for (const method of ['GET', 'HEAD'])
      expect((await ask(file, { accept: given }, method)).status).toBe(200)
  })

  test.each([
    undefined,
    '*/*',
    'application/*',
    'ndjson',
    'application/fhir+json',
    'application/fhir+ndjson;q=0',
  ])('is 406 with Accept: %s', async (given) => {
    const headers: Record<string, string> = given === undefined ? {} : { accept: given }
    const diagnostics = await expectOutcome(await ask(file, headers), 406, 'not-supported')
    expect(diagnostics).toContain('application/fhir+ndjson')
    expect((await ask(file, headers, 'HEAD')).status).toBe(406)
  })
})

describe('Without HEADERS=strict', () => {
  test.each([{}, { accept: 'text/html' }, { accept: 'application/fhir+ndjson;q=0' }])(
    'neither a kick-off nor a file is ever 406 for its Accept: %j',
    async (headers) => {
      const given: Record<string, string> = headers
      expect((await h.request('/fhir/$export', { headers: given })).status).toBe(202)
      expect((await h.request(file, { headers: given })).status).toBe(200)
    },
  )
})
