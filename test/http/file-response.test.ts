import { gunzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { fileResponse, type OpenFile } from '../../worker/http/file-response.ts'
import { memoryStorage } from '../../worker/storage/memory.ts'
import type { ObjectHead } from '../../worker/storage/storage.ts'
import { fakeClock } from '../support/fake-clock.ts'

const contentType = 'application/fhir+ndjson'
const lastModified = 'Sun, 06 Nov 1994 08:49:37 GMT'
const text = '{"resourceType":"Patient"}\n'.repeat(40_000)
const size = text.length

type Ask = { readonly method?: string; readonly headers?: Record<string, string>; readonly content?: string }

/** Serves a file of a memory storage, and counts how often it was opened. */
const ask = async ({ method = 'GET', headers = {}, content = text }: Ask) => {
  const storage = memoryStorage({ clock: fakeClock(Date.parse(lastModified) + 123) })
  const etag = await storage.put('job/Patient.ndjson', new TextEncoder().encode(content), contentType)
  const head = await storage.head('job/Patient.ndjson')
  if (head === undefined) throw new Error('The file should be there')
  const opened: unknown[] = []
  const open: OpenFile = (range) => {
    opened.push(range)
    return storage.read(head.key, range)
  }
  const withTag = (value: string) => value.replaceAll('ETAG', etag.slice(1, -1))
  const asked = Object.entries(headers).map(([name, value]): [string, string] => [name, withTag(value)])
  const request = new Request('https://example.org/file', { method, headers: asked })
  const response = await fileResponse(request, head, open, contentType)
  return { response, etag, gzipTag: `"${etag.slice(1, -1)}-gzip"`, opened }
}
const statusOf = async (headers: Record<string, string>, content?: string) =>
  (await ask(content === undefined ? { headers } : { headers, content })).response.status
const unzipped = async (response: Response) => gunzipSync(await response.arrayBuffer()).toString()

describe('A file', () => {
  test('is sent as it is to a client that does not speak of codings', async () => {
    const { response, etag } = await ask({})
    expect(response.status).toBe(200)
    expect(Object.fromEntries(response.headers)).toEqual({
      'accept-ranges': 'bytes',
      'cache-control': 'private, no-store, no-transform',
      'content-length': String(size),
      'content-type': contentType,
      etag,
      'last-modified': lastModified,
      'referrer-policy': 'no-referrer',
      vary: 'Accept-Encoding',
      'x-content-type-options': 'nosniff',
    })
    expect(await response.text()).toBe(text)
  })

  test('is sent gzipped to a client that accepts it', async () => {
    const { response, gzipTag } = await ask({ headers: { 'Accept-Encoding': 'gzip, deflate, br' } })
    expect(response.status).toBe(200)
    expect(Object.fromEntries(response.headers)).toEqual({
      'accept-ranges': 'none',
      'cache-control': 'private, no-store, no-transform',
      'content-encoding': 'gzip',
      'content-type': contentType,
      etag: gzipTag,
      'last-modified': lastModified,
      'referrer-policy': 'no-referrer',
      vary: 'Accept-Encoding',
      'x-content-type-options': 'nosniff',
    })
    expect(await unzipped(response)).toBe(text)
  })

  test('of no bytes is sent, either way', async () => {
    const { response } = await ask({ content: '' })
    expect(response.headers.get('Content-Length')).toBe('0')
    expect(await response.text()).toBe('')
    const gzipped = await ask({ content: '', headers: { 'Accept-Encoding': 'gzip' } })
    expect(await unzipped(gzipped.response)).toBe('')
  })

  test.each([
    {},
    { 'Accept-Encoding': 'gzip' },
    { 'If-None-Match': '"ETAG"' },
    { 'If-Match': '"other"' },
    { 'Accept-Encoding': '*;q=0' },
  ])(
    'is answered for HEAD as for GET, but without a body, and unopened: %j',
    async (headers: Record<string, string>) => {
      const [get, head] = [await ask({ headers }), await ask({ method: 'HEAD', headers })]
      expect(head.response.status).toBe(get.response.status)
      expect([...head.response.headers]).toEqual([...get.response.headers])
      expect(head.response.body).toBeNull()
      expect(head.opened).toEqual([])
    },
  )

  test('that is removed between head and open is not found', async () => {
    const head: ObjectHead = { key: 'a', bytes: 3, etag: '"a"', lastModified: 0 }
    for (const headers of [{}, { 'Accept-Encoding': 'gzip' }, { Range: 'bytes=0-1' }]) {
      const request = new Request('https://example.org/file', { headers })
      const response = fileResponse(request, head, async () => undefined, contentType)
      await expect(response).rejects.toMatchObject({ code: 'not-found' })
    }
  })

  test.each([{}, { 'Accept-Encoding': 'gzip' }, { Range: 'bytes=0-99999' }])(
    'whose storage fails in the middle is broken off, and not ended: %j',
    async (headers: Record<string, string>) => {
      const head: ObjectHead = { key: 'a', bytes: 100_000, etag: '"a"', lastModified: 0 }
      let left = 3
      const body = new ReadableStream<Uint8Array>({
        pull(controller) {
          if (left-- > 0) controller.enqueue(crypto.getRandomValues(new Uint8Array(20_000)))
          else controller.error(new Error('The disk is gone'))
        },
      })
      const request = new Request('https://example.org/file', { headers })
      const response = await fileResponse(request, head, async () => ({ ...head, body }), contentType)
      expect(response.status).toBeLessThan(300)
      await expect(response.arrayBuffer()).rejects.toThrow('The disk is gone')
    },
  )

  test.each(['identity', 'gzip'])(
    'that is given up by its reader is given up by us too: %s',
    async (coding) => {
      const head: ObjectHead = { key: 'a', bytes: 1e9, etag: '"a"', lastModified: 0 }
      const cancelled = Promise.withResolvers<void>()
      const body = new ReadableStream<Uint8Array>({
        pull: (controller) => controller.enqueue(crypto.getRandomValues(new Uint8Array(20_000))),
        cancel: () => cancelled.resolve(),
      })
      const request = new Request('https://example.org/file', { headers: { 'Accept-Encoding': coding } })
      const response = await fileResponse(request, head, async () => ({ ...head, body }), contentType)
      const reader = response.body?.getReader()
      await reader?.read()
      await reader?.cancel()
      await cancelled.promise
    },
  )
})

describe('Accept-Encoding', () => {
  const codings: readonly [string, 'gzip' | 'identity'][] = [
    ['gzip', 'gzip'],
    ['GZip', 'gzip'],
    ['x-gzip', 'gzip'],
    ['*', 'gzip'],
    ['br, *;q=0.1', 'gzip'],
    ['gzip;q=0.001', 'gzip'],
    ['gzip ; q=0.5 , identity;q=0.5', 'gzip'],
    ['gzip;q=1.000, identity', 'gzip'],
    ['identity;q=0, gzip;q=0.1', 'gzip'],
    ['*;q=0, gzip', 'gzip'],
    ['deflate, gzip;q=1.0, *;q=0.5', 'gzip'],
    ['', 'identity'],
    ['identity', 'identity'],
    ['br', 'identity'],
    ['gzip;q=0', 'identity'],
    ['gzip;q=0.000, *', 'identity'],
    ['gzip;q=0.5, identity', 'identity'],
    ['gzip;q=0.5, *', 'identity'],
    ['gzip;q=0.4, identity;q=0.5', 'identity'],
    ['*;q=0, identity', 'identity'],
    ['gzip;q=2', 'identity'],
    ['gzip;q=yes', 'identity'],
    ['gzipped', 'identity'],
    ['br;q=0, gzip;q=0, identity;q=0.001', 'identity'],
  ]
  test.each(codings)('"%s" means %s', async (header, coding) => {
    const { response } = await ask({ headers: { 'Accept-Encoding': header } })
    expect(response.headers.get('Content-Encoding') ?? 'identity').toBe(coding)
    expect(response.headers.get('Vary')).toBe('Accept-Encoding')
  })

  test.each(['*;q=0', 'identity;q=0', 'br, identity;q=0', 'gzip;q=0, identity;q=0'])(
    '"%s" cannot be met',
    async (header) => {
      const { response } = await ask({ headers: { 'Accept-Encoding': header } })
      expect(response.status).toBe(406)
      expect(await response.json()).toMatchObject({ resourceType: 'OperationOutcome' })
    },
  )
})

describe('Range', () => {
  const last = size - 1
  const ranges: readonly [string, number, number][] = [
    ['bytes=0-0', 0, 0],
    ['bytes=10-19', 10, 19],
    ['bytes=10-', 10, last],
    ['bytes=-7', size - 7, last],
    [`bytes=-${size + 1}`, 0, last],
    ['bytes=0-', 0, last],
    [`bytes=0-${size}`, 0, last],
    ['bytes=5-99999999999999999999999', 5, last],
    [`bytes=${last}-`, last, last],
    ['BYTES=1-2', 1, 2],
    ['bytes= ,1-2 ,', 1, 2],
  ]
  test.each(ranges)('%s gets bytes %d to %d', async (header, from, to) => {
    const { response, etag } = await ask({ headers: { Range: header } })
    expect(response.status).toBe(206)
    expect(response.headers.get('Content-Range')).toBe(`bytes ${from}-${to}/${size}`)
    expect(response.headers.get('Content-Length')).toBe(String(to - from + 1))
    expect(response.headers.get('Content-Type')).toBe(contentType)
    expect(response.headers.get('ETag')).toBe(etag)
    expect(await response.text()).toBe(text.slice(from, to + 1))
  })

  test.each([`bytes=${size}-`, `bytes=${size}-${size + 5}`, 'bytes=-0', 'bytes=99999999999999999999-'])(
    '%s cannot be satisfied',
    async (header) => {
      const { response, opened } = await ask({ headers: { Range: header } })
      expect(response.status).toBe(416)
      expect(response.headers.get('Content-Range')).toBe(`bytes */${size}`)
      expect(await response.json()).toMatchObject({ resourceType: 'OperationOutcome' })
      expect(opened).toEqual([])
    },
  )

  test.each([
    'bytes=0-1,5-6',
    'bytes=5-2',
    'bytes=a-b',
    'bytes=-',
    'bytes=',
    'bytes',
    'bytes=1',
    'bytes=1-2-3',
    'bytes=+1-2',
    'lines=0-1',
    'bytes =0-1',
  ])('%s is ignored', async (header) => {
    const { response } = await ask({ headers: { Range: header } })
    expect(response.status).toBe(200)
    expect(response.headers.get('Content-Length')).toBe(String(size))
    await response.body?.cancel()
  })

  test('of an empty file is none, and its suffix is all of it', async () => {
    const { response } = await ask({ content: '', headers: { Range: 'bytes=0-' } })
    expect(response.status).toBe(416)
    expect(response.headers.get('Content-Range')).toBe('bytes */0')
    expect(await statusOf({ Range: 'bytes=-5' }, '')).toBe(200)
  })

  test('is ignored for HEAD, for which it is not defined', async () => {
    const { response } = await ask({ method: 'HEAD', headers: { Range: 'bytes=0-1' } })
    expect(response.status).toBe(200)
    expect(response.headers.get('Content-Length')).toBe(String(size))
  })

  test('is served of the file as it is, though gzip is preferred', async () => {
    const headers = { Range: 'bytes=10-19', 'Accept-Encoding': 'gzip, identity;q=0.1' }
    const { response } = await ask({ headers })
    expect(response.status).toBe(206)
    expect(response.headers.get('Content-Encoding')).toBeNull()
    expect(await response.text()).toBe(text.slice(10, 20))
  })

  test('is ignored when the file as it is is excluded', async () => {
    const { response, gzipTag } = await ask({
      headers: { Range: 'bytes=10-19', 'Accept-Encoding': 'gzip, identity;q=0' },
    })
    expect(response.status).toBe(200)
    expect(response.headers.get('ETag')).toBe(gzipTag)
    expect(await unzipped(response)).toBe(text)
  })

  test.each([
    ['"ETAG"', 206],
    [lastModified, 206],
    ['"other"', 200],
    ['W/"ETAG"', 200],
    ['"ETAG-gzip"', 200],
    ['Sun, 06 Nov 1994 08:49:38 GMT', 200],
    ['Sun, 06 Nov 1994 08:49:36 GMT', 200],
    ['nonsense', 200],
  ])('with If-Range: %s is answered %d', async (ifRange, status) => {
    expect(await statusOf({ Range: 'bytes=1-2', 'If-Range': ifRange })).toBe(status)
  })

  test('that cannot be satisfied is the whole file when If-Range does not hold', async () => {
    expect(await statusOf({ Range: `bytes=${size}-`, 'If-Range': '"ETAG"' })).toBe(416)
    expect(await statusOf({ Range: `bytes=${size}-`, 'If-Range': '"other"' })).toBe(200)
  })

  test('pieces put together are the file', async () => {
    const pieces: string[] = []
    for (let from = 0; from < size; from += 300_000) {
      const { response } = await ask({
        headers: { Range: `bytes=${from}-${from + 299_999}`, 'If-Range': '"ETAG"' },
      })
      pieces.push(await response.text())
    }
    expect(pieces.join('')).toBe(text)
  })
})

describe('A condition', () => {
  const gzip = { 'Accept-Encoding': 'gzip' }
  const past = 'Sun, 06 Nov 1994 08:49:36 GMT'
  const conditions: readonly [Record<string, string>, number][] = [
    [{ 'If-None-Match': '"ETAG"' }, 304],
    [{ 'If-None-Match': 'W/"ETAG"' }, 304],
    [{ 'If-None-Match': '*' }, 304],
    [{ 'If-None-Match': '"a,b", W/"c" ,"ETAG"' }, 304],
    [{ 'If-None-Match': '"other"' }, 200],
    [{ 'If-None-Match': 'ETAG' }, 200],
    [{ 'If-None-Match': '"ETAG-gzip"' }, 200],
    [{ 'If-None-Match': '"ETAG-gzip"', ...gzip }, 304],
    [{ 'If-None-Match': '"ETAG"', ...gzip }, 200],
    [{ 'If-None-Match': '"ETAG"', Range: 'bytes=0-1', ...gzip }, 304],
    [{ 'If-None-Match': '"ETAG-gzip"', Range: 'bytes=0-1', ...gzip }, 206],
    [{ 'If-Match': '"ETAG"' }, 200],
    [{ 'If-Match': '"other", "ETAG"' }, 200],
    [{ 'If-Match': '*' }, 200],
    [{ 'If-Match': 'W/"ETAG"' }, 412],
    [{ 'If-Match': '"other"' }, 412],
    [{ 'If-Match': '"ETAG"', ...gzip }, 412],
    [{ 'If-Match': '"ETAG-gzip"', ...gzip }, 200],
    [{ 'If-Match': '"other"', 'If-None-Match': '"ETAG"' }, 412],
    [{ 'If-Match': '"ETAG"', Range: 'bytes=0-1' }, 206],
    [{ 'If-Match': '"other"', Range: `bytes=${size}-` }, 412],
    [{ 'If-Modified-Since': lastModified }, 304],
    [{ 'If-Modified-Since': 'Sunday, 06-Nov-94 08:49:37 GMT' }, 304],
    [{ 'If-Modified-Since': 'Sun Nov  6 08:49:37 1994' }, 304],
    [{ 'If-Modified-Since': past }, 200],
    [{ 'If-Modified-Since': 'nonsense' }, 200],
    [{ 'If-Modified-Since': lastModified, 'If-None-Match': '"other"' }, 200],
    [{ 'If-Unmodified-Since': lastModified }, 200],
    [{ 'If-Unmodified-Since': past }, 412],
    [{ 'If-Unmodified-Since': past, 'If-Match': '"ETAG"' }, 200],
    [{ 'If-Unmodified-Since': 'nonsense' }, 200],
  ]
  test.each(conditions)('%j is answered %d', async (headers, status) => {
    expect(await statusOf(headers)).toBe(status)
  })

  test("that holds for the client's copy is answered with the ETag of that copy, and nothing else of it", async () => {
    const { response, gzipTag, opened } = await ask({ headers: { 'If-None-Match': '"ETAG-gzip"', ...gzip } })
    expect(response.headers.get('ETag')).toBe(gzipTag)
    expect(response.headers.get('Vary')).toBe('Accept-Encoding')
    expect(response.headers.get('Content-Type')).toBeNull()
    expect(response.headers.get('Content-Length')).toBeNull()
    expect(response.body).toBeNull()
    expect(opened).toEqual([])
  })

  test('that fails is explained by an OperationOutcome', async () => {
    const { response } = await ask({ headers: { 'If-Match': '"other"' } })
    expect(response.headers.get('Content-Type')).toMatch(/^application\/fhir\+json/)
    expect(await response.json()).toMatchObject({
      resourceType: 'OperationOutcome',
      issue: [{ code: 'conflict' }],
    })
  })
})
