import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createHarness, type Harness, pathOf } from '../support/harness.ts'
import { expectOutcome } from './expect-outcome.ts'

let h: Harness
beforeEach(async () => {
  h = await createHarness({ maxResourceBytes: 1000 })
})
afterEach(() => h.close())

type Headers = Record<string, string>
const post = (type: string, body: string | object, headers: Headers = {}) =>
  h.request(`/fhir/${type}`, {
    method: 'POST',
    body: typeof body === 'string' ? body : JSON.stringify(body),
    headers: { 'content-type': 'application/fhir+json', ...headers },
  })
const versions = () => h.deps.db.query.selectFrom('resource_version').selectAll().execute()
const patient = { resourceType: 'Patient', active: true }
const firstId = '00000000-0000-4000-8000-000000000001'

describe('POST of a resource', () => {
  test('creates it under an id of the server: 201 with Location, ETag, Last-Modified and the resource', async () => {
    const response = await post('Patient', patient)
    expect(response.status).toBe(201)
    const base = 'http://127.0.0.1:8080/fhir'
    expect(response.headers.get('location')).toBe(`${base}/Patient/${firstId}/_history/1`)
    expect(response.headers.get('etag')).toBe('W/"1"')
    expect(response.headers.get('last-modified')).toBe('Thu, 01 Jan 2026 00:00:00 GMT')
    const body = await response.text()
    expect(JSON.parse(body)).toEqual({
      ...patient,
      id: firstId,
      meta: { versionId: '1', lastUpdated: '2026-01-01T00:00:00.000Z' },
    })
    expect(await (await h.request(`/fhir/Patient/${firstId}`)).text()).toBe(body)
    expect(await (await h.request(pathOf(response.headers.get('location') ?? ''))).text()).toBe(body)
  })

  test.each([{ id: 'mine' }, { id: 7 }, { id: 'not an id' }, { id: null }, { id: { a: ['id'] } }])(
    'ignores an id in the body: %j',
    async (given) => {
      expect((await (await post('Patient', { ...given, ...patient })).json()).id).toBe(firstId)
      expect((await (await post('Patient', { ...patient, ...given })).json()).id).not.toBe(firstId)
      expect((await h.request('/fhir/Patient/mine')).status).toBe(404)
    },
  )

  test('keeps every token of the text', async () => {
    const response = await post(
      'Observation',
      `\ufeff{ "resourceType": "Observation", "x": [1.00, 1e+2, "\\u00e9"] }`,
    )
    expect(await response.text()).toBe(
      `{"id":"${firstId}","meta":{"versionId":"1","lastUpdated":"2026-01-01T00:00:00.000Z"},"resourceType":"Observation","x":[1.00,1e+2,"\\u00e9"]}`,
    )
  })

  test('makes another resource each time', async () => {
    const ids = [await post('Patient', patient), await post('Patient', patient)].map(({ headers }) =>
      headers.get('location'),
    )
    expect(new Set(ids).size).toBe(2)
  })

  test('never overwrites, even if an id came twice', async () => {
    await h.put({ resourceType: 'Patient', id: firstId })
    await expectOutcome(await post('Patient', patient), 500, 'exception')
    expect(await versions()).toHaveLength(1)
  })

  test('is in the next export', async () => {
    await post('Patient', patient)
    expect((await h.export()).text.get('Patient-1.ndjson')).toContain(firstId)
  })

  test.each([
    [{ resourceType: 'Observation' }, 'resourceType'],
    [{ active: true }, 'resourceType'],
    [{ resourceType: 'patient' }, 'did you mean "Patient"?'],
    ['{"resourceType":"Patient"', 'JSON'],
    ['{"resourceType":"Patient","id":"a","id":"b"}', 'twice'],
    ['[]', 'object'],
    ['null', 'object'],
    ['""', 'object'],
    [' ', 'JSON'],
    ['\ufeff', 'JSON'],
    [`{"resourceType":"Patient","x":${'['.repeat(201)}${']'.repeat(201)}}`, 'deep'],
  ])('refuses the body %j', async (body, word) => {
    expect(await expectOutcome(await post('Patient', body), 400, 'invalid')).toContain(word)
    expect(await versions()).toEqual([])
  })

  test('refuses to be without a body, of another type, or too large', async () => {
    const empty = await h.request('/fhir/Patient', { method: 'POST' })
    expect(await expectOutcome(empty, 400, 'invalid')).toContain('no body')
    for (const type of ['', 'text/plain', 'application/fhir+xml'])
      await expectOutcome(await post('Patient', patient, { 'content-type': type }), 415, 'not-supported')
    await expectOutcome(await post('Patient', { ...patient, x: 'x'.repeat(1000) }), 413, 'too-long')
    await expectOutcome(await post('Nope', patient), 404, 'not-found')
  })

  test('refuses If-None-Exist by name, and creates nothing', async () => {
    const response = await post('Patient', patient, { 'if-none-exist': 'identifier=a' })
    expect(await expectOutcome(response, 400, 'not-supported')).toContain('If-None-Exist')
    expect(await versions()).toEqual([])
  })
})

describe('Prefer: return', () => {
  test('minimal sends no body, and all the headers', async () => {
    const created = await post('Patient', patient, { prefer: 'return=minimal' })
    expect(created.status).toBe(201)
    expect(await created.text()).toBe('')
    expect(created.headers.get('etag')).toBe('W/"1"')
    expect(created.headers.get('location')).toContain(firstId)
    expect(created.headers.get('content-type')).toBeNull()
  })

  test('representation sends the resource, and OperationOutcome one', async () => {
    expect(await (await post('Patient', patient, { prefer: 'return=representation' })).json()).toMatchObject(
      patient,
    )
    const outcome = await (await post('Patient', patient, { prefer: 'return=OperationOutcome' })).json()
    expect(outcome).toMatchObject({
      resourceType: 'OperationOutcome',
      issue: [{ severity: 'information', diagnostics: expect.stringContaining('/_history/1') }],
    })
  })

  test('counts for PUT too, and what is unknown does not', async () => {
    const put = (prefer: string) =>
      h.request('/fhir/Patient/p', {
        method: 'PUT',
        body: '{"resourceType":"Patient","id":"p"}',
        headers: { 'content-type': 'application/fhir+json', prefer },
      })
    expect(await (await put('return=minimal')).text()).toBe('')
    const second = await put('return=minimal')
    expect([second.status, await second.text(), second.headers.get('etag')]).toEqual([200, '', 'W/"2"'])
    expect((await (await put('return=OperationOutcome')).json()).resourceType).toBe('OperationOutcome')
    expect((await (await put('return=something')).json()).resourceType).toBe('Patient')
  })
})
