import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createApp } from '../../worker/http/app.ts'
import { createHarness, type Harness, linesOf, pathOf } from '../support/harness.ts'
import { expectOutcome } from './expect-outcome.ts'

let h: Harness
beforeAll(async () => {
  h = await createHarness()
  await h.load([
    { resourceType: 'Patient', id: 'p1' },
    { resourceType: 'Observation', id: 'o1' },
    { resourceType: 'Group', id: 'g1' },
  ])
})
afterAll(() => h.close())

const system = '/fhir/$export'
const get = (query: string, headers: Record<string, string> = {}) => h.request(system + query, { headers })
type Body = string | Uint8Array<ArrayBuffer> | { readonly resourceType: string }
const post = (body: Body, query = '', headers: Record<string, string> = {}) =>
  h.request(system + query, {
    method: 'POST',
    body: typeof body === 'object' && 'resourceType' in body ? JSON.stringify(body) : body,
    headers: { 'content-type': 'application/fhir+json', ...headers },
  })
const parameters = (...parameter: readonly object[]) => ({ resourceType: 'Parameters', parameter })
const locationOf = (response: Response) => response.headers.get('content-location') ?? ''
const countJobs = async () => (await h.deps.db.query.selectFrom('job').select('job_id').execute()).length

/** The types that the export of an accepted kick-off comes out with, and its `request`. */
const finish = async (response: Response) => {
  expect(`${response.status} ${await response.clone().text()}`).toMatch(/^202/)
  const done = await h.finish(pathOf(locationOf(response)))
  const manifest = await done.json()
  const types: string[] = manifest.output.map(({ type }: { type: string }) => type)
  return { types: types.sort(), manifest }
}
const typesOf = async (response: Response) => (await finish(response)).types

describe('A kick-off by GET', () => {
  test('is accepted with an absolute Content-Location and an OperationOutcome', async () => {
    const response = await get('', { accept: 'application/fhir+json', prefer: 'respond-async' })
    expect(response.status).toBe(202)
    expect(locationOf(response)).toMatch(/^http:\/\/127\.0\.0\.1:8080\/fhir\/\$export-status\/[0-9a-f-]{36}$/)
    expect(response.headers.get('content-type')).toBe('application/fhir+json; charset=utf-8')
    expect(response.headers.get('cache-control')).toBe('no-store')
    const body = await response.json()
    expect(body).toMatchObject({
      resourceType: 'OperationOutcome',
      issue: [{ severity: 'information', code: 'informational' }],
    })
    expect(body.issue[0].diagnostics).toContain(locationOf(response))
    expect((await h.request(pathOf(locationOf(response)))).status).toBe(202)
  })

  test('exports every type when it names none', async () => {
    expect(await typesOf(await get(''))).toEqual(['Group', 'Observation', 'Patient'])
  })

  test('exports the types it names, by commas or by repeating the parameter', async () => {
    expect(await typesOf(await get('?_type=Patient'))).toEqual(['Patient'])
    expect(await typesOf(await get('?_type=Patient,Group'))).toEqual(['Group', 'Patient'])
    expect(await typesOf(await get('?_type=Patient%2CGroup'))).toEqual(['Group', 'Patient'])
    expect(await typesOf(await get('?_type=Patient&_type=Group'))).toEqual(['Group', 'Patient'])
  })

  test.each([
    'application/fhir+ndjson',
    'application/fhir%2Bndjson',
    'application%2Ffhir%2bndjson',
    'application/fhir%20ndjson',
    'application/ndjson',
    'ndjson',
  ])('takes _outputFormat=%s', async (format) => {
    expect((await get(`?_outputFormat=${format}`)).status).toBe(202)
  })

  test.each(['application/xml', 'text/html', 'x-custom', 'application/fhir+json', 'parquet'])(
    'refuses _outputFormat=%s as not supported',
    async (format) => {
      const diagnostics = await expectOutcome(await get(`?_outputFormat=${format}`), 400, 'not-supported')
      expect(diagnostics).toContain('_outputFormat')
    },
  )

  test.each([
    ['2025-12-31T23:59:59.999Z', ['Group', 'Observation', 'Patient']],
    ['2026-01-01T01:59:59.999%2B02:00', ['Group', 'Observation', 'Patient']],
    ['2026-01-01T01:59:59.999+02:00', ['Group', 'Observation', 'Patient']],
    ['2025-12-31T18:59:59.999-05:00', ['Group', 'Observation', 'Patient']],
    ['2026-01-01T00:00:00Z', []],
    ['2026-01-01T02:00:00%2B02:00', []],
    ['2026-01-01T02:00:00+02:00', []],
    ['2026-01-01', []],
    ['2025-12', ['Group', 'Observation', 'Patient']],
  ])('takes _since=%s, whatever its offset and however its + is written', async (since, types) => {
    expect(await typesOf(await get(`?_since=${since}`))).toEqual(types)
  })

  test('takes _until, which leaves out what was written at that instant or later', async () => {
    expect(await typesOf(await get('?_until=2026-01-01T00:00:00.001Z'))).toHaveLength(3)
    expect(await typesOf(await get('?_until=2026-01-01T00:00:00Z'))).toEqual([])
  })

  test.each([
    '_since=yesterday',
    '_since=2026-01-01T00:00:00',
    '_since=2026-02-30',
    '_since=2026-01-02T00:00:00Z',
    '_since=2025-01-01&_since=2025-02-01',
    '_since=2025-02-01&_until=2025-01-01',
    '_until=never',
    '_type=',
    '_type=Patient,',
  ])('refuses ?%s as invalid', async (query) => {
    await expectOutcome(await get(`?${query}`), 400, 'invalid')
    await expectOutcome(await get(`?${query}`, { prefer: 'handling=lenient' }), 400, 'invalid')
  })

  test.each([
    ['_summary=true', '_summary'],
    ['_typeFilter=Patient%3Fnope%3Dtrue', 'Patient?nope=true'],
    ['includeAssociatedData=_audit', 'includeAssociatedData'],
    ['organizeOutputBy=Encounter', 'organizeOutputBy'],
    ['_Type=Patient', '_Type'],
    ['_type=Patientt', '_type'],
    ['wholly_unknown', 'wholly_unknown'],
  ])('refuses ?%s as not supported and names it', async (query, name) => {
    const before = await countJobs()
    const diagnostics = await expectOutcome(await get(`?${query}`), 400, 'not-supported')
    expect(diagnostics).toContain(`"${name}"`)
    await expectOutcome(await get(`?${query}`, { prefer: 'handling=strict' }), 400, 'not-supported')
    expect(await countJobs()).toBe(before)
  })

  test('names all that is not supported at once', async () => {
    const diagnostics = await expectOutcome(
      await get('?_summary=true&wholly_unknown=x'),
      400,
      'not-supported',
    )
    expect(diagnostics).toContain('"_summary"')
    expect(diagnostics).toContain('"wholly_unknown"')
  })

  test.each(['_typeFilter', '_typefilter', '_TYPEFILTER', 'typeFilter'])(
    'refuses %s for a lenient client too: without it more would be exported than was asked for',
    async (name) => {
      const before = await countJobs()
      const response = await get(`?wholly_unknown=1&${name}=Patient%3Fnope%3Dtrue`, {
        prefer: 'handling=lenient',
      })
      const diagnostics = await expectOutcome(response, 400, 'not-supported')
      expect(diagnostics).toContain(
        name === 'typeFilter'
          ? '"typeFilter": it is not supported, did you mean "_typeFilter"'
          : '_typeFilter "Patient?nope=true"',
      )
      expect(diagnostics).not.toContain('wholly_unknown')
      expect(await countJobs()).toBe(before)
    },
  )

  test('gives one outcome for each parameter that it ignores, with an issue for each of its values', async () => {
    const prefer = 'handling=lenient'
    const response = await get('?_type=Patient,Unicorn,Dragon&_type=Sphinx&foo=1&foo=2&_format=xml', {
      prefer,
    })
    const { manifest } = await finish(response)
    expect(manifest.error).toMatchObject([{ count: 3 }])
    const outcomes = linesOf((await h.files(manifest)).text.get('error-1.ndjson') ?? '')
    const diagnostics = outcomes.map(({ issue }) =>
      (issue as { diagnostics: string }[]).map((each) => each.diagnostics),
    )
    expect(diagnostics).toEqual([
      ['Ignored parameter "foo": it is not supported'],
      ['Ignored parameter "_format": "xml" is not supported, only JSON is'],
      ['Unicorn', 'Dragon', 'Sphinx'].map(
        (type) => `Ignored parameter "_type": "${type}" is not a resource type of FHIR R4`,
      ),
    ])
  })

  test('takes _till for _until, and both only if they are the same instant', async () => {
    expect(await typesOf(await get('?_till=2026-01-01T00:00:00Z'))).toEqual([])
    expect(await typesOf(await get('?_till=2026-01-01T00:00:00.001Z'))).toHaveLength(3)
    const both = '?_until=2026-01-01T00:00:00Z&_till=2026-01-01T01:00:00%2B01:00'
    expect(await typesOf(await get(both))).toEqual([])
    const diagnostics = await expectOutcome(await get('?_until=2026&_till=2025'), 400, 'invalid')
    expect(diagnostics).toContain('_till "2025"')
    expect(diagnostics).toContain('_until "2026"')
    await expectOutcome(await get('?_till=soon', { prefer: 'handling=lenient' }), 400, 'invalid')
  })

  test('takes `type` for `_type` only with COMPAT', async () => {
    expect(await expectOutcome(await get('?type=Patient'), 400, 'not-supported')).toContain(
      'did you mean "_type"?',
    )
    const { deps } = h
    const app = createApp({ ...deps, config: { ...deps.config, compat: ['type-alias'] } }, () => {})
    const ask = (query: string, init: RequestInit = {}) =>
      app.request(`${system}${query}`, {
        ...init,
        headers: { host: 'localhost', 'content-type': 'application/json' },
      })
    expect(await typesOf(await ask('?type=Patient'))).toEqual(['Patient'])
    expect(await typesOf(await ask('?type=Patient&_type=Group'))).toEqual(['Group', 'Patient'])
    const body = JSON.stringify(parameters({ name: 'type', valueCode: 'Patient' }))
    expect(await typesOf(await ask('', { method: 'POST', body }))).toEqual(['Patient'])
    expect(await typesOf(await ask('?_type=Patient', { method: 'POST', body }))).toEqual(['Patient'])
    await expectOutcome(await ask('?_type=Group', { method: 'POST', body }), 400, 'invalid')
    await expectOutcome(await ask('?type=Patientt'), 400, 'not-supported')
    await expectOutcome(await ask('?Type=Patient'), 400, 'not-supported')
  })

  test('ignores what is not supported for a lenient client, and reports each in an error file', async () => {
    const prefer = 'respond-async, handling=lenient' // what the SMART client sends by default
    const response = await get('?_type=Patient&_summary=true&_summary=data&organizeOutputBy=Encounter', {
      prefer,
    })
    const { types, manifest } = await finish(response)
    expect(types).toEqual(['Patient'])
    expect(manifest.error).toMatchObject([{ type: 'OperationOutcome', url: expect.any(String), count: 2 }])
    const { text } = await h.files(manifest)
    const outcomes = linesOf(text.get('error-1.ndjson') ?? '')
    expect(outcomes).toMatchObject([
      { resourceType: 'OperationOutcome', issue: [{ severity: 'warning', code: 'not-supported' }] },
      { resourceType: 'OperationOutcome', issue: [{ severity: 'warning', code: 'not-supported' }] },
    ])
    expect(JSON.stringify(outcomes[0])).toContain('_summary')
    expect(JSON.stringify(outcomes[1])).toContain('organizeOutputBy')
  })

  test('never turns a list of types it does not know into all types, not even leniently', async () => {
    await expectOutcome(await get('?_type=Nope', { prefer: 'handling=lenient' }), 400, 'not-supported')
  })

  test.each([
    {},
    { accept: '*/*' },
    { accept: 'application/json' },
    { accept: 'text/html' },
    { prefer: 'RESPOND-ASYNC; foo="bar" , handling="lenient"' },
    { authorization: 'Bearer ' },
    { 'content-length': '0' },
  ])('is accepted with headers %j', async (headers) => {
    const response = await get('', headers as Record<string, string>)
    expect(response.status).toBe(202)
    expect(response.headers.get('preference-applied')).toBeNull()
  })

  test('accepts `$` percent-encoded, as some libraries write it', async () => {
    const response = await h.request('/fhir/%24export?_type=Patient')
    const { types, manifest } = await finish(response)
    expect(types).toEqual(['Patient'])
    expect(manifest.request).toBe('http://127.0.0.1:8080/fhir/%24export?_type=Patient')
    const statusPath = pathOf(locationOf(response)).replace('$', '%24')
    expect((await h.request(statusPath)).status).toBe(200)
  })

  test('says its URL in the manifest as it was asked', async () => {
    const query = '?_type=Patient%2CGroup&_since=2020-01-01T00:00:00+02:00'
    expect((await finish(await get(query))).manifest.request).toBe(
      `http://127.0.0.1:8080/fhir/$export${query}`,
    )
  })

  test.each([{ 'content-length': '42' }, { 'transfer-encoding': 'chunked' }])(
    'with a body, seen by %j, is refused: nobody would read it',
    async (headers) => {
      const before = await countJobs()
      const diagnostics = await expectOutcome(
        await get('', headers as Record<string, string>),
        400,
        'invalid',
      )
      expect(diagnostics).toContain('POST')
      expect(await countJobs()).toBe(before)
    },
  )
})

describe('A kick-off by another method', () => {
  test.each(['HEAD', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'])('%s starts nothing', async (method) => {
    const before = await countJobs()
    const response = await h.request(system, { method })
    expect(response.status).toBe(405)
    expect(response.headers.get('allow')).toBe('GET, POST')
    expect(await countJobs()).toBe(before)
  })
})

describe('A kick-off by POST', () => {
  test('takes its parameters from a Parameters resource, whatever their value[x]', async () => {
    const body = parameters(
      { name: '_outputFormat', valueString: 'application/fhir+ndjson' },
      { name: '_type', valueString: 'Patient,Group' },
      { name: '_since', valueInstant: '2025-01-01T00:00:00+14:00' },
      { name: '_until', valueString: '2026-06-01' },
    )
    const { types, manifest } = await finish(await post(body))
    expect(types).toEqual(['Group', 'Patient'])
    expect(manifest.request).toBe('http://127.0.0.1:8080/fhir/$export')
    const repeated = parameters(
      { name: '_type', valueCode: 'Patient' },
      { name: '_type', valueCode: 'Observation' },
    )
    expect(await typesOf(await post(repeated))).toEqual(['Observation', 'Patient'])
  })

  test('exports everything when it has no parameters', async () => {
    expect(await typesOf(await post(parameters()))).toHaveLength(3)
    expect(await typesOf(await post({ resourceType: 'Parameters' }))).toHaveLength(3)
  })

  test('without a body takes its query string, whatever content type it claims', async () => {
    const bare = await h.request(`${system}?_type=Patient`, { method: 'POST' })
    const { types, manifest } = await finish(bare)
    expect(types).toEqual(['Patient'])
    expect(manifest.request).toBe('http://127.0.0.1:8080/fhir/$export?_type=Patient')
    const form = { 'content-type': 'application/x-www-form-urlencoded' } // as `curl -X POST -d ''` sends
    expect(await typesOf(await post('', '?_type=Group', form))).toEqual(['Group'])
  })

  test('may have parameters in both places, if none says two things', async () => {
    const types = parameters({ name: '_type', valueString: 'Patient,Group' })
    expect(await typesOf(await post(types, '?_outputFormat=ndjson'))).toEqual(['Group', 'Patient'])
    expect(await typesOf(await post(types, '?_type=Group&_type=Patient'))).toEqual(['Group', 'Patient'])
    const diagnostics = await expectOutcome(await post(types, '?_type=Group'), 400, 'invalid')
    expect(diagnostics).toContain('"_type"')
  })

  test('treats what it does not support as GET does', async () => {
    const body = parameters({ name: 'wholly_unknown', valueString: 'Patient' })
    expect(await expectOutcome(await post(body), 400, 'not-supported')).toContain('"wholly_unknown"')
    const { manifest } = await finish(await post(body, '', { prefer: 'handling=lenient' }))
    expect(manifest.error).toMatchObject([{ count: 1 }])
  })

  test.each([
    'application/xml',
    'application/fhir+xml',
    'text/plain',
    'application/x-www-form-urlencoded',
    'application/fhir+ndjson',
    'garbage',
  ])('refuses a body of type %s', async (contentType) => {
    const before = await countJobs()
    const response = await post(parameters(), '', { 'content-type': contentType })
    const diagnostics = await expectOutcome(response, 415, 'not-supported')
    expect(diagnostics).toContain('application/fhir+json or application/json')
    expect(await countJobs()).toBe(before)
  })

  test('refuses a body that does not say its type', async () => {
    const body = new Blob([JSON.stringify(parameters())]).stream()
    const init: RequestInit & { duplex: 'half' } = { method: 'POST', body, duplex: 'half' }
    expect(await expectOutcome(await h.request(system, init), 415, 'not-supported')).toContain('it has none')
  })

  test.each([
    'application/json',
    'application/fhir+json; charset=utf-8',
    'Application/FHIR+JSON;fhirVersion=4.0',
  ])('takes a body of type %s', async (contentType) => {
    expect((await post(parameters(), '', { 'content-type': contentType })).status).toBe(202)
  })

  test.each([
    ['{"resourceType":', 'valid JSON'],
    ['not json', 'valid JSON'],
    [' ', 'valid JSON'],
    ['[]', 'Parameters'],
    ['null', 'Parameters'],
    ['{"resourceType":"Patient"}', 'Parameters'],
    ['{"resourceType":"Parameters","parameter":{}}', 'array'],
    ['{"resourceType":"Parameters","parameter":[{}]}', 'name'],
    ['{"resourceType":"Parameters","parameter":[{"name":"_type"}]}', 'value'],
    ['{"resourceType":"Parameters","parameter":[{"name":"_since","valueInstant":"x"}]}', '_since'],
  ])('refuses the body %s as invalid', async (body, word) => {
    expect(await expectOutcome(await post(body), 400, 'invalid')).toContain(word)
  })

  test('refuses a body that is not UTF-8', async () => {
    expect(await expectOutcome(await post(new Uint8Array([0x22, 0xff, 0x22])), 400, 'invalid')).toContain(
      'UTF-8',
    )
  })

  test('refuses a body over the limit, whether it says its length or not', async () => {
    const body = JSON.stringify(parameters({ name: '_type', valueString: ' '.repeat(1024 * 1024) }))
    expect(await expectOutcome(await post(body), 413, 'too-long')).toContain('1048576 bytes')
    const stream = new Blob([body]).stream()
    const init: RequestInit & { duplex: 'half' } = {
      method: 'POST',
      body: stream,
      duplex: 'half',
      headers: { 'content-type': 'application/fhir+json' },
    }
    await expectOutcome(await h.request(system, init), 413, 'too-long')
    const said = { 'content-type': 'application/fhir+json', 'content-length': '1048577' }
    await expectOutcome(await h.request(system, { method: 'POST', headers: said }), 413, 'too-long')
  })

  test('takes a gzipped body, and counts what comes out of it', async () => {
    const gzip = { 'content-encoding': 'gzip' }
    const body = gzipSync(JSON.stringify(parameters({ name: '_type', valueString: 'Patient' })))
    expect(await typesOf(await post(body, '', gzip))).toEqual(['Patient'])
    await expectOutcome(await post(gzipSync(' '.repeat(2_000_000)), '', gzip), 413, 'too-long')
    await expectOutcome(await post('not gzip', '', gzip), 400, 'invalid')
    await expectOutcome(await post(body, '', { 'content-encoding': 'br' }), 415, 'not-supported')
  })
})

describe('An operation that is none of ours', () => {
  test.each([
    '/fhir/Patient/$everything',
    '/fhir/Observation/$export',
    '/fhir/Patient/p1/$export',
    '/fhir/Group/$export',
    '/fhir/Group//$export',
  ])('%s is not found, whatever the method', async (path) => {
    for (const method of ['GET', 'POST']) {
      await expectOutcome(await h.request(path, { method }), 404, 'not-found')
    }
  })
})

describe('FHIR_PATH', () => {
  test.each(['', '/4_0_0', '/a/b', '/v4.0~x-1'])('%j is followed by every route', async (fhirPath) => {
    const { deps } = h
    const app = createApp({ ...deps, config: { ...deps.config, fhirPath } }, () => {})
    const ask = async (path: string, init: RequestInit = {}) =>
      app.request(path, { ...init, headers: { host: 'localhost', ...init.headers } })
    const base = `http://127.0.0.1:8080${fhirPath}`

    const accepted = await ask(`${fhirPath}/$export?_type=Patient`)
    expect(accepted.status).toBe(202)
    const location = locationOf(accepted)
    expect(location.startsWith(`${base}/$export-status/`)).toBe(true)
    expect((await ask(pathOf(location))).status).toBe(202)
    while (await h.tick());
    const manifest = await (await ask(pathOf(location))).json()
    expect(manifest.request).toBe(`${base}/$export?_type=Patient`)
    const { url } = manifest.output[0]
    expect(url.startsWith(`${base}/$export-file/`)).toBe(true)
    expect(await (await ask(pathOf(url))).text()).toContain('"id":"p1"')
    expect((await ask(pathOf(location), { method: 'DELETE' })).status).toBe(202)
    expect((await ask(pathOf(location))).status).toBe(404)

    const created = await ask(`${fhirPath}/Basic/new${fhirPath.length}`, {
      method: 'PUT',
      body: `{"resourceType":"Basic","id":"new${fhirPath.length}"}`,
      headers: { 'content-type': 'application/json' },
    })
    expect(created.status).toBe(201)
    expect(created.headers.get('location')).toBe(`${base}/Basic/new${fhirPath.length}/_history/1`)
    expect((await ask(`${fhirPath}/Patient/p1`)).status).toBe(200)

    const { servers } = await (await ask('/openapi.json')).json()
    expect(servers[0].url).toBe(base)
    const statement = await (await ask(`${fhirPath}/metadata`)).json()
    expect(statement.implementation.url).toBe(base)
    expect((await ask('/health')).status).toBe(200)
    expect((await ask('/fhir/$export')).status).toBe(404)
    expect((await ask(`${fhirPath}/nothing`)).status).toBe(404)
    expect((await ask('/v4x0~x-1/$export')).status).toBe(404)
  })
})
