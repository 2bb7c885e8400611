import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createHarness, type Harness } from '../support/harness.ts'
import { expectOutcome } from './expect-outcome.ts'

let h: Harness
beforeEach(async () => {
  h = await createHarness({ maxResourceBytes: 1000 })
})
afterEach(() => h.close())

type Headers = Record<string, string>
const put = (name: string, body: string | object, headers: Headers = {}) =>
  h.request(`/fhir/${name}`, {
    method: 'PUT',
    body: typeof body === 'string' ? body : JSON.stringify(body),
    headers: { 'content-type': 'application/fhir+json', ...headers },
  })
const get = (name: string, headers: Headers = {}) => h.request(`/fhir/${name}`, { headers })
const remove = (name: string, headers: Headers = {}) =>
  h.request(`/fhir/${name}`, { method: 'DELETE', headers })
const patient = { resourceType: 'Patient', id: 'p' }

describe('PUT of a resource', () => {
  test('creates it: 201 with Location, ETag, Last-Modified and the resource as it is stored', async () => {
    const response = await put('Patient/p', { ...patient, active: true })
    expect(response.status).toBe(201)
    expect(response.headers.get('location')).toBe('http://127.0.0.1:8080/fhir/Patient/p/_history/1')
    expect(response.headers.get('etag')).toBe('W/"1"')
    expect(response.headers.get('last-modified')).toBe('Thu, 01 Jan 2026 00:00:00 GMT')
    expect(response.headers.get('content-type')).toBe('application/fhir+json; charset=utf-8')
    const body = await response.text()
    expect(JSON.parse(body)).toEqual({
      ...patient,
      active: true,
      meta: { versionId: '1', lastUpdated: '2026-01-01T00:00:00.000Z' },
    })
    expect(await (await get('Patient/p')).text()).toBe(body)
  })

  test('updates it: 200 with the next version', async () => {
    await put('Patient/p', patient)
    h.clock.advance(1500)
    const response = await put('Patient/p', { ...patient, active: false })
    expect(response.status).toBe(200)
    expect(response.headers.get('location')).toBeNull()
    expect(response.headers.get('etag')).toBe('W/"2"')
    expect((await response.json()).meta).toEqual({ versionId: '2', lastUpdated: '2026-01-01T00:00:01.500Z' })
  })

  test('creates it again after it was deleted, with a version that goes on', async () => {
    await put('Patient/p', patient)
    await remove('Patient/p')
    const response = await put('Patient/p', patient)
    expect(response.status).toBe(201)
    expect(response.headers.get('etag')).toBe('W/"3"')
    expect((await get('Patient/p')).status).toBe(200)
  })

  test('keeps the text of numbers, the order of members and every escape, but no blanks', async () => {
    const body = `\ufeff{ "resourceType" : "Observation",
      "id": "o", "valueQuantity": { "value": 1.00, "code": "a  b" },\r\n\t"x": [1e+2, -0.0, 12345678901234567890.5],
      "note": [ { "text": "\\u00e9\\/ \\"q\\" \ud83d\ude00" } ] }`
    expect((await put('Observation/o', body)).status).toBe(201)
    expect(await (await get('Observation/o')).text()).toBe(
      '{"resourceType":"Observation","id":"o","meta":{"versionId":"1","lastUpdated":"2026-01-01T00:00:00.000Z"},"valueQuantity":{"value":1.00,"code":"a  b"},"x":[1e+2,-0.0,12345678901234567890.5],"note":[{"text":"\\u00e9\\/ \\"q\\" \ud83d\ude00"}]}',
    )
  })

  test('replaces versionId and lastUpdated of the client, and keeps the rest of meta', async () => {
    const meta = { versionId: '77', profile: ['http://example.org/p'], lastUpdated: '1999-01-01T00:00:00Z' }
    const stored = await (await put('Patient/p', { ...patient, meta })).json()
    expect(stored.meta).toEqual({
      versionId: '1',
      lastUpdated: '2026-01-01T00:00:00.000Z',
      profile: ['http://example.org/p'],
    })
  })

  test('takes If-Match: the version that is current, weak or strong, and no other', async () => {
    await put('Patient/p', patient)
    expect((await put('Patient/p', patient, { 'if-match': 'W/"1"' })).status).toBe(200)
    expect((await put('Patient/p', patient, { 'if-match': '"2"' })).status).toBe(200)
    for (const tag of ['W/"1"', 'W/"4"', '"99"'])
      await expectOutcome(await put('Patient/p', patient, { 'if-match': tag }), 412, 'conflict')
    await expectOutcome(
      await put('Patient/new', { ...patient, id: 'new' }, { 'if-match': 'W/"1"' }),
      412,
      'conflict',
    )
    await remove('Patient/p')
    await expectOutcome(await put('Patient/p', patient, { 'if-match': 'W/"4"' }), 412, 'conflict')
    expect((await get('Patient/p')).status).toBe(410)
  })

  test.each(['1', 'W/1', 'W/"0"', 'W/"x"', 'W/"1", W/"2"', '*', '""', 'w/"1"', `W/"${'9'.repeat(30)}"`])(
    'refuses If-Match: %s as invalid',
    async (tag) => {
      await put('Patient/p', patient)
      await expectOutcome(await put('Patient/p', patient, { 'if-match': tag }), 400, 'invalid')
      await expectOutcome(await remove('Patient/p', { 'if-match': tag }), 400, 'invalid')
      expect((await get('Patient/p')).headers.get('etag')).toBe('W/"1"')
    },
  )

  test('with If-None-Match: * creates and never overwrites', async () => {
    expect((await put('Patient/p', patient, { 'if-none-match': '*' })).status).toBe(201)
    await expectOutcome(await put('Patient/p', patient, { 'if-none-match': '*' }), 412, 'conflict')
    await remove('Patient/p')
    expect((await put('Patient/p', patient, { 'if-none-match': '*' })).status).toBe(201)
    await expectOutcome(await put('Patient/p', patient, { 'if-none-match': 'W/"1"' }), 400, 'invalid')
    const both = { 'if-none-match': '*', 'if-match': 'W/"3"' }
    await expectOutcome(await put('Patient/p', patient, both), 400, 'invalid')
  })

  test.each([
    ['Patient/p', { resourceType: 'Observation', id: 'p' }, 'resourceType'],
    ['Patient/p', { resourceType: 'Patient', id: 'q' }, 'id'],
    ['Patient/p', { resourceType: 'Patient' }, 'id'],
    ['Patient/p', { resourceType: 'Patient', id: 7 }, 'id'],
    ['Patient/p', { id: 'p' }, 'resourceType'],
    ['Patient/p', { resourceType: 'patient', id: 'p' }, 'did you mean "Patient"?'],
    ['Patient/p', { resourceType: 'Nope', id: 'p' }, 'FHIR R4'],
    ['Patient/p', '{"resourceType":"Patient","id":"p"', 'JSON'],
    ['Patient/p', '{"resourceType":"Patient","id":"p"}{}', 'JSON'],
    ['Patient/p', '[]', 'object'],
    ['Patient/p', ' \n', 'JSON'],
    ['Patient/p', '{"resourceType":"Patient","id":"q","id":"p"}', 'twice'],
    ['Patient/p', `{"resourceType":"Patient","id":"p","x":${'['.repeat(201)}${']'.repeat(201)}}`, 'deep'],
  ])('refuses for %s the body %j', async (name, body, word) => {
    expect(await expectOutcome(await put(name, body), 400, 'invalid')).toContain(word)
    expect((await get('Patient/p')).status).toBe(404)
  })

  test('refuses to be without a body', async () => {
    const response = await h.request('/fhir/Patient/p', { method: 'PUT' })
    expect(await expectOutcome(response, 400, 'invalid')).toContain('no body')
  })

  test.each(['text/plain', 'application/xml', 'application/fhir+xml', 'application/fhir+ndjson', ''])(
    'refuses a body of type %j',
    async (contentType) => {
      const headers = { 'content-type': contentType }
      await expectOutcome(await put('Patient/p', patient, headers), 415, 'not-supported')
    },
  )

  test('refuses a body over MAX_RESOURCE_BYTES, whether it says its length or not', async () => {
    const body = JSON.stringify({ ...patient, x: 'x'.repeat(1000) })
    expect(await expectOutcome(await put('Patient/p', body), 413, 'too-long')).toContain('1000 bytes')
    await expectOutcome(await put('Patient/p', body, { 'content-length': '9999' }), 413, 'too-long')
    expect((await put('Patient/p', JSON.stringify(patient).padEnd(1000))).status).toBe(201)
    expect((await put('Patient/p', JSON.stringify(patient).padEnd(1001))).status).toBe(413)
  })

  test('refuses a body that is not UTF-8', async () => {
    const bytes = Buffer.from(JSON.stringify({ ...patient, x: 'é' }), 'latin1')
    const response = await h.request('/fhir/Patient/p', {
      method: 'PUT',
      body: bytes,
      headers: { 'content-type': 'application/fhir+json; charset=iso-8859-1' },
    })
    expect(await expectOutcome(response, 400, 'invalid')).toContain('UTF-8')
  })
})

describe('GET of a resource', () => {
  test('is 200 with its version, and 304 for who has it', async () => {
    await put('Patient/p', patient)
    await put('Patient/p', patient)
    const response = await get('Patient/p', { accept: 'application/fhir+json' })
    expect(response.status).toBe(200)
    expect(response.headers.get('etag')).toBe('W/"2"')
    for (const tag of ['W/"2"', '"2"', 'W/"1", W/"2"', '*']) {
      const notModified = await get('Patient/p', { 'if-none-match': tag })
      expect(notModified.status).toBe(304)
      expect(notModified.headers.get('etag')).toBe('W/"2"')
      expect(await notModified.text()).toBe('')
    }
    expect((await get('Patient/p', { 'if-none-match': 'W/"1"' })).status).toBe(200)
  })

  test('answers HEAD', async () => {
    await put('Patient/p', patient)
    const response = await h.request('/fhir/Patient/p', { method: 'HEAD' })
    expect(response.status).toBe(200)
    expect(response.headers.get('etag')).toBe('W/"1"')
    expect(await response.text()).toBe('')
  })

  test('is 404 for one that never was, and 410 for one that was deleted', async () => {
    await expectOutcome(await get('Patient/p'), 404, 'not-found')
    await put('Patient/p', patient)
    await remove('Patient/p')
    await expectOutcome(await get('Patient/p'), 410, 'deleted')
  })

  test('knows ids by their case', async () => {
    await put('Patient/p', patient)
    await expectOutcome(await get('Patient/P'), 404, 'not-found')
    await expectOutcome(await get('patient/p'), 404, 'not-found')
  })
})

describe('DELETE of a resource', () => {
  test('is 204, as often as it is repeated and for what never was', async () => {
    await put('Patient/p', patient)
    for (let times = 0; times < 3; times++) {
      const response = await remove('Patient/p')
      expect(response.status).toBe(204)
      expect(await response.text()).toBe('')
    }
    expect((await remove('Patient/never')).status).toBe(204)
    await expectOutcome(await get('Patient/never'), 404, 'not-found')
    const versions = await h.deps.db.query.selectFrom('resource_version').selectAll().execute()
    expect(versions).toHaveLength(2) // repeating wrote nothing
  })

  test('takes If-Match', async () => {
    await put('Patient/p', patient)
    await expectOutcome(await remove('Patient/p', { 'if-match': 'W/"2"' }), 412, 'conflict')
    expect((await get('Patient/p')).status).toBe(200)
    expect((await remove('Patient/p', { 'if-match': 'W/"1"' })).status).toBe(204)
    await expectOutcome(await remove('Patient/p', { 'if-match': 'W/"1"' }), 412, 'conflict')
  })
})

describe('The URL of a resource', () => {
  test.each([
    'Nope/p',
    'patient/p',
    'patients/p',
    'Resource/p',
    'DomainResource/p',
    '__proto__/p',
    'constructor/p',
  ])('is 404 for %s, whose type there is not', async (name) => {
    await expectOutcome(await get(name), 404, 'not-found')
    await expectOutcome(await put(name, patient), 404, 'not-found')
    await expectOutcome(await remove(name), 404, 'not-found')
  })

  test('suggests the type that was meant', async () => {
    expect(await expectOutcome(await get('patient/p'), 404, 'not-found')).toContain('"Patient"')
  })

  test.each(['a_b', 'a%20b', 'a%2Fb', '..%2fx', 'é', '%00', 'a'.repeat(65), '%', '*', 'a:b', '%E0%A4%A'])(
    'is 400 for the id %s',
    async (id) => {
      await expectOutcome(await get(`Patient/${id}`), 400, 'invalid')
      await expectOutcome(await put(`Patient/${id}`, patient), 400, 'invalid')
      await expectOutcome(await remove(`Patient/${id}`), 400, 'invalid')
    },
  )

  test.each(['a', 'A-b.9', '0', 'a'.repeat(64), '-', '123.456', '...'])('takes the id %s', async (id) => {
    expect((await put(`Basic/${id}`, { resourceType: 'Basic', id })).status).toBe(201)
    expect((await get(`Basic/${id}`)).status).toBe(200)
  })

  test('is 405 for another method, with what it allows', async () => {
    for (const method of ['POST', 'PATCH', 'OPTIONS']) {
      const response = await h.request('/fhir/Patient/p', { method })
      expect(response.headers.get('allow')).toBe('GET, HEAD, PUT, DELETE')
      await expectOutcome(response, 405, 'not-supported')
    }
  })
})
