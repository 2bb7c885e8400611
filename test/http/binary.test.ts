import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createHarness, type Harness } from '../support/harness.ts'
import { expectOutcome } from './expect-outcome.ts'

let h: Harness
beforeEach(async () => {
  h = await createHarness({ maxResourceBytes: 1000 })
})
afterEach(() => h.close())

type Headers = Record<string, string>
type Content = string | Uint8Array<ArrayBuffer>
const fhir = 'application/fhir+json'
const get = (path: string, headers: Headers = {}) => h.request(`/fhir/${path}`, { headers })
const send = (method: string, path: string, body: Content, contentType?: string, headers: Headers = {}) =>
  h.request(`/fhir/${path}`, {
    method,
    body,
    headers: { ...(contentType === undefined ? {} : { 'content-type': contentType }), ...headers },
  })
const put = (body: Content, contentType?: string, headers?: Headers) =>
  send('PUT', 'Binary/b', body, contentType, headers)
const read = async () => (await get('Binary/b', { accept: fhir })).json()
const allBytes = Uint8Array.from({ length: 256 }, (_, i) => i)
const base64 = (content: Content) => Buffer.from(content).toString('base64')

describe('Raw content', () => {
  test('becomes a Binary, by PUT and by POST, and comes back byte by byte', async () => {
    const stored = await put(allBytes, 'application/pdf')
    expect(stored.status).toBe(201)
    expect(stored.headers.get('content-type')).toContain(fhir)
    expect(await stored.json()).toMatchObject({
      resourceType: 'Binary',
      id: 'b',
      contentType: 'application/pdf',
      data: base64(allBytes),
    })
    const raw = await get('Binary/b')
    expect(raw.headers.get('content-type')).toBe('application/pdf')
    expect(new Uint8Array(await raw.arrayBuffer())).toEqual(allBytes)

    const created = await send('POST', 'Binary', 'päper', 'text/plain; charset=utf-8')
    expect(created.status).toBe(201)
    const { id } = await created.json()
    const text = await get(`Binary/${id}`)
    expect(text.headers.get('content-type')).toBe('text/plain; charset=utf-8')
    expect(await text.text()).toBe('päper')
  })

  test('is versioned, like any resource', async () => {
    await put('one', 'text/plain')
    expect((await put('two', 'text/css', { 'if-match': 'W/"1"' })).status).toBe(200)
    await expectOutcome(await put('three', 'text/css', { 'if-match': 'W/"1"' }), 412, 'conflict')
    expect(await (await get('Binary/b/_history/1')).text()).toBe('one')
    const second = await get('Binary/b/_history/2')
    expect([second.headers.get('content-type'), await second.text()]).toEqual(['text/css', 'two'])
    expect((await (await get('Binary/b/_history/1', { accept: fhir })).json()).data).toBe(base64('one'))
    expect((await (await get('Binary/b/_history')).json()).total).toBe(2)
    expect((await get('Binary/b', { 'if-none-match': 'W/"2"' })).status).toBe(304)
    await h.remove('Binary/b')
    await expectOutcome(await get('Binary/b'), 410, 'deleted')
    await expectOutcome(await get('Binary/b/_history/3'), 410, 'deleted')
    await expectOutcome(await get('Binary/never'), 404, 'not-found')
  })

  test('keeps what X-Security-Context says, and says it again', async () => {
    await put('x', 'text/plain', { 'x-security-context': 'Patient/p' })
    expect((await read()).securityContext).toEqual({ reference: 'Patient/p' })
    expect((await get('Binary/b')).headers.get('x-security-context')).toBe('Patient/p')
    for (const good of ['http://127.0.0.1:8080/fhir/Patient/p', 'https://example.org/fhir/Patient/p'])
      expect((await put('x', 'text/plain', { 'x-security-context': good })).status).toBe(200)
    for (const bad of ['', 'Patient', 'patient/p', 'javascript:x', 'Patient/a b', '#p'])
      await expectOutcome(await put('x', 'text/plain', { 'x-security-context': bad }), 400, 'invalid')
  })

  test('has as many bytes as fit into MAX_RESOURCE_BYTES once encoded', async () => {
    const envelope = JSON.stringify({ resourceType: 'Binary', id: 'b', contentType: 'text/plain', data: '' })
    const most = Math.floor((1000 - envelope.length) / 4) * 3
    expect((await put('x'.repeat(most), 'text/plain')).status).toBe(201)
    const refused = await expectOutcome(await put('x'.repeat(most + 1), 'text/plain'), 413, 'too-long')
    expect(refused).toContain(`${most} bytes`)
    await expectOutcome(await put(`"${'x'.repeat(990)}"`, fhir), 413, 'too-long')
    await expectOutcome(await put('x', `text/plain; a=${'b'.repeat(2000)}`), 413, 'too-long')
  })

  test.each([undefined, '', 'text', 'text/', 'text/plain, text/html', 'text/plain; charset', 'a b/c'])(
    'is refused as %j',
    async (contentType) => {
      const body = new TextEncoder().encode('x') // of a string the platform would say the type itself
      await expectOutcome(await put(body, contentType), 415, 'not-supported')
    },
  )

  test('is refused when there is none, or its coding is unknown', async () => {
    await expectOutcome(await put('', 'text/plain'), 400, 'invalid')
    await expectOutcome(await put('x', 'text/plain', { 'content-encoding': 'br' }), 415, 'not-supported')
  })

  test('may be JSON or FHIR itself: only a Binary resource is one', async () => {
    const patient = '{"resourceType":"Patient","id":"p","x":1.00}'
    for (const [body, type] of [
      [patient, fhir],
      [patient, 'application/json'],
      ['[1.00]', 'application/json; charset=utf-8'],
      ['<Patient xmlns="http://hl7.org/fhir"/>', 'application/fhir+xml'],
      ['<Binary/>', 'application/xml'],
    ] as const) {
      await put(body, type)
      const raw = await get('Binary/b')
      expect([raw.headers.get('content-type'), await raw.text()]).toEqual([type, body])
    }
    const resource = { resourceType: 'Binary', id: 'b', contentType: 'text/plain', data: base64('hello') }
    for (const type of [fhir, 'application/json']) {
      await put(JSON.stringify(resource), type)
      expect(await read()).toMatchObject(resource)
      expect(await (await get('Binary/b')).text()).toBe('hello')
    }
  })

  test('that was meant as a resource is refused when it cannot be read as one', async () => {
    await expectOutcome(await put('{"resourceType":"Binary"', fhir), 400, 'invalid')
    await expectOutcome(await put('{"resourceType":"Binary","id":"other"}', fhir), 400, 'invalid')
    await expectOutcome(await put(new Uint8Array([0xff]), fhir), 400, 'invalid')
    for (const root of ['<Binary xmlns="http://hl7.org/fhir">', '<f:Binary xmlns:f="http://hl7.org/fhir">']) {
      const xml = `<?xml version="1.0"?><!-- <x> -->\n${root}<data value="eA=="/></Binary>`
      await expectOutcome(await put(xml, 'application/fhir+xml'), 415, 'not-supported')
    }
  })
})

describe('A read of a Binary', () => {
  beforeEach(async () => {
    await put('%PDF', 'application/pdf')
  })

  test.each([
    '',
    '*/*',
    'application/pdf',
    'image/png',
    'application/json',
    'text/html, */*;q=0.1',
    'application/fhir+xml, */*',
  ])('sends the content to Accept: %s', async (accept) => {
    const response = await get('Binary/b', { accept })
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('application/pdf')
    expect(response.headers.get('vary')).toBe('Accept')
    expect(response.headers.get('etag')).toBe('W/"1"')
    expect(await response.text()).toBe('%PDF')
  })

  test.each([
    fhir,
    'application/fhir+json; fhirVersion=4.0',
    'application/json+fhir',
    '*/*, application/fhir+json;q=0.5',
  ])('sends the resource to Accept: %s', async (accept) => {
    const response = await get('Binary/b', { accept })
    expect(response.headers.get('content-type')).toBe('application/fhir+json; charset=utf-8')
    expect(response.headers.get('vary')).toBe('Accept')
    expect((await response.json()).data).toBe(base64('%PDF'))
  })

  test('sends the resource for _format=json, and refuses other formats of it', async () => {
    expect((await (await get('Binary/b?_format=json', { accept: '*/*' })).json()).resourceType).toBe('Binary')
    await expectOutcome(await get('Binary/b?_format=xml'), 406, 'not-supported')
    await expectOutcome(await get('Binary/b', { accept: 'application/fhir+xml' }), 406, 'not-supported')
  })

  test('sends content that a browser neither shows nor guesses at', async () => {
    await put('<script>alert(1)</script>', 'text/html')
    const { headers } = await get('Binary/b', { accept: 'text/html' })
    expect(headers.get('content-type')).toBe('text/html')
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('content-disposition')).toBe('attachment')
    expect(headers.get('content-security-policy')).toContain('sandbox')
  })

  test('answers HEAD', async () => {
    const response = await h.request('/fhir/Binary/b', { method: 'HEAD' })
    expect(response.headers.get('content-type')).toBe('application/pdf')
    expect(response.headers.get('content-length')).toBe('4')
    expect(await response.text()).toBe('')
  })

  test.each([
    [{ contentType: 'text/plain', data: '!!!' }, 406, ''],
    [{ contentType: 'text/plain', data: 7 }, 406, ''],
    [{ contentType: 'text/plain' }, 200, 'text/plain'],
    [{ contentType: 'text/plain\r\nX: y', data: 'eA==' }, 200, 'application/octet-stream'],
    [{ contentType: 7, data: 'eA==' }, 200, 'application/octet-stream'],
    [{ data: 'e\nA = =' }, 200, 'application/octet-stream'],
    [{ securityContext: { reference: 'a\r\nb' }, data: 'eA==' }, 200, 'application/octet-stream'],
    [{ securityContext: [], data: 'eA==' }, 200, 'application/octet-stream'],
  ])('that was stored as %j is %i', async (members, status, contentType) => {
    await put(JSON.stringify({ resourceType: 'Binary', id: 'b', ...members }), fhir)
    const response = await get('Binary/b')
    if (status === 406) {
      expect(await expectOutcome(response, 406, 'not-supported')).toContain('application/fhir+json')
      expect((await get('Binary/b', { accept: fhir })).status).toBe(200)
    } else {
      expect(response.status).toBe(status)
      expect(response.headers.get('content-type')).toBe(contentType)
      expect(response.headers.get('x-security-context')).toBeNull()
    }
  })
})

describe('A large Binary', () => {
  test('comes back as it went in', async () => {
    const large = await createHarness()
    const content = Uint8Array.from({ length: 2_900_000 }, (_, i) => (i * 31) % 251)
    const headers = { 'content-type': 'image/png' }
    const stored = await large.request('/fhir/Binary/b', { method: 'PUT', body: content, headers })
    expect(stored.status).toBe(201)
    const raw = await (await large.request('/fhir/Binary/b')).arrayBuffer()
    expect(Buffer.compare(Buffer.from(raw), Buffer.from(content))).toBe(0)
    large.close()
  })
})
