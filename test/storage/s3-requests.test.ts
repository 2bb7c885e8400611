import { createServer } from 'node:http'
import { describe, expect, test } from 'vitest'
import { maxRequestsInFlight } from '../../worker/storage/requests-in-flight.ts'
import { s3Storage } from '../../worker/storage/s3.ts'
import { type S3ClientOptions, s3Client } from '../../worker/storage/s3-client.ts'
import { type FakeAnswer, fakeS3, s3Error, xml } from '../support/fake-s3.ts'
import { bytesOf, expectCode, sampleBytes } from './contract.ts'

/** What no real server does on demand. What one does is in `s3.test.ts`. */

const upload = { key: 'job/Patient.ndjson', uploadId: 'id-1', partBytes: 10 }
const parts = [{ partNumber: 1, etag: '"a"', bytes: 5 }]
const stored = { etag: '"a"', 'last-modified': 'Wed, 12 Oct 2022 17:50:00 GMT' }
const object = (headers: Record<string, string> = {}, status = 200, body: string | null = 'hello') =>
  new Response(body, { status, headers: { ...stored, 'content-length': '5', ...headers } })
const messageOf = async (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'no error',
    (error: unknown) =>
      error instanceof Error ? `${error.message} ${String(error.cause ?? '')}` : String(error),
  )

describe('A signature', () => {
  const now = Date.UTC(2013, 4, 24)
  const amazons = {
    bucket: 'examplebucket',
    region: 'us-east-1',
    pathStyle: false,
    credentials: {
      accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
      secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
    },
    clock: { now: () => now },
  }

  test('in a URL is the one of Amazon’s example', async () => {
    const storage = s3Storage({ ...amazons, prefix: '', endpoint: 'https://s3.amazonaws.com' })
    const url = new URL((await storage.sign?.('test.txt', { expiresInSeconds: 86_400, now })) ?? '')
    expect(url.origin + url.pathname).toBe('https://examplebucket.s3.amazonaws.com/test.txt')
    expect(Object.fromEntries(url.searchParams)).toEqual({
      'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
      'X-Amz-Credential': 'AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request',
      'X-Amz-Date': '20130524T000000Z',
      'X-Amz-Expires': '86400',
      'X-Amz-SignedHeaders': 'host',
      'X-Amz-Signature': 'aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404',
    })
  })

  test('in a header is the one of Amazon’s example', async () => {
    let sent = new Headers()
    const fetch: S3ClientOptions['fetch'] = async (_, init) => {
      sent = new Headers(init.headers)
      return new Response()
    }
    const client = s3Client({ ...amazons, endpoint: 'http://s3.amazonaws.com', fetch, timeoutMs: 1_000 })
    await client.call({
      attempt: 'list',
      method: 'GET',
      objectKey: '',
      query: { 'max-keys': '2', prefix: 'J' },
    })
    expect(sent.get('authorization')).toBe(
      'AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature=34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7',
    )
  })

  test('covers a session token, in headers and in URLs', async () => {
    const credentials = { accessKeyId: 'A', secretAccessKey: 'B', sessionToken: 'to+ken/=' }
    const { storage, sent } = fakeS3([object()], { credentials })
    await storage.head('a')
    expect(sent[0]?.headers.get('x-amz-security-token')).toBe('to+ken/=')
    expect(sent[0]?.headers.get('authorization')).toContain(
      'SignedHeaders=host;x-amz-content-sha256;x-amz-date;x-amz-security-token,',
    )
    const url = (await storage.sign?.('a', { expiresInSeconds: 1, now })) ?? ''
    expect(url).toContain('X-Amz-Security-Token=to%2Bken%2F%3D&')
  })

  test('covers the content over http, where nothing else protects it, but not over https', async () => {
    const hashes: unknown[] = []
    for (const endpoint of ['http://s3.example', 'https://s3.example']) {
      const { storage, sent } = fakeS3([object()], { endpoint })
      await storage.put('a', new TextEncoder().encode('hello'), 'text/plain')
      hashes.push(sent[0]?.headers.get('x-amz-content-sha256'))
    }
    expect(hashes).toEqual([
      '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824',
      'UNSIGNED-PAYLOAD',
    ])
  })

  test('leaves out what proxies change, and no compression is asked for', async () => {
    const { storage, sent } = fakeS3([object({ 'content-range': 'bytes 1-2/5' }, 206, 'el')])
    await bytesOf(await storage.read('a', { from: 1, to: 2 }))
    expect(sent[0]?.headers.get('accept-encoding')).toBe('identity')
    expect(sent[0]?.headers.get('range')).toBe('bytes=1-2')
    expect(sent[0]?.headers.get('authorization')).toContain(
      'SignedHeaders=host;x-amz-content-sha256;x-amz-date,',
    )
  })
})

describe('An address', () => {
  const prefix = "sp ace/+%41/ü☃/(!'*)~"
  const encoded = 'sp%20ace/%2B%2541/%C3%BC%E2%98%83/%28%21%27%2A%29~'
  test.each([
    [{ pathStyle: true }, 'https://s3.example/exports'],
    [{ pathStyle: false }, 'https://exports.s3.example'],
    [{ pathStyle: true, endpoint: 'http://s3.example:9000/s3' }, 'http://s3.example:9000/s3/exports'],
    [{ pathStyle: false, endpoint: 'http://s3.example:9000/s3' }, 'http://exports.s3.example:9000/s3'],
  ])('is encoded once and begins, with %j, with %s', async (style, base) => {
    const empty = '<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>'
    const { storage, sent } = fakeS3([object(), xml(empty)], { ...style, prefix })
    await storage.head('job/a')
    expect(sent[0]?.url.href).toBe(`${base}/${encoded}/job/a`)
    await storage.list('job/', 'job/a')
    const slash = style.pathStyle ? '' : '/'
    const [path, query] = sent[1]?.url.href.split('?') ?? []
    expect(path).toBe(base + slash)
    const inQuery = encoded.replaceAll('/', '%2F')
    expect(query).toBe(
      `list-type=2&max-keys=1000&prefix=${inQuery}%2Fjob%2F&start-after=${inQuery}%2Fjob%2Fa`,
    )
    expect(storage.locate?.('job/a')).toEqual({
      url: `${base}/${encoded}/job/a`,
      uri: `s3://exports/${prefix}/job/a`, // as the tools of S3 take it, which do not decode
    })
  })
})

describe('A refusal', () => {
  const verbs: readonly [string, (answer: FakeAnswer, key?: string) => Promise<unknown>][] = [
    ['put', (answer) => fakeS3([answer]).storage.put('job/a', sampleBytes(3), 'text/plain')],
    ['begin', (answer) => fakeS3([answer]).storage.beginUpload('a', { contentType: 'x', partBytes: 10 })],
    ['part', (answer) => fakeS3([answer]).storage.uploadPart(upload, 1, sampleBytes(3))],
    ['complete', (answer) => fakeS3([answer]).storage.completeUpload(upload, parts)],
    ['abort', (answer) => fakeS3([answer]).storage.abortUpload(upload)],
    ['head', (answer) => fakeS3([answer]).storage.head('job/a')],
    ['read', (answer) => fakeS3([answer]).storage.read('job/a')],
    ['list', (answer) => fakeS3([answer]).storage.list('job/')],
    ['remove', (answer) => fakeS3([answer]).storage.remove(['job/a'])],
    ['uploads', async (answer) => fakeS3([answer]).storage.listUploads?.('job/')],
  ]

  test.each(verbs)(
    'of %s is storage-unavailable, sent once, and tells status and code only',
    async (_, run) => {
      const refusals: readonly [number, string][] = [
        [403, 'AccessDenied'],
        [404, 'NoSuchBucket'],
        [500, 'InternalError'],
        [503, 'SlowDown'],
        [301, 'PermanentRedirect'],
        [400, 'ExpiredToken'],
      ]
      for (const [status, code] of refusals) {
        await expectCode('storage-unavailable', run(s3Error(status, code)))
        const message = await messageOf(run(s3Error(status, code)))
        expect(message).toMatch(/^Cannot [a-z]+ .*"(?:job\/.*|a)": the storage answered /)
        expect(message).toContain(`the storage answered ${status} ${code}`)
        expect(message).not.toMatch(/AKID|sEcReT|X-Amz|https/)
      }
    },
  )

  test.each(verbs)('of %s that is no XML, or too much of it, is storage-unavailable', async (_, run) => {
    const long = () => new Response(new Blob([`<Error>${'x'.repeat(5_000_000)}`]), { status: 502 })
    const bomb = () => xml('<!DOCTYPE x [<!ENTITY a "SlowDown">]><Error><Code>&a;</Code></Error>', 503)
    const evil = () => xml('<Error><Code>Evil\n"code" https://x</Code></Error>', 500)
    expect(await messageOf(run(new Response('<html>Bad gateway', { status: 502 })))).toMatch(/answered 502 $/)
    expect(await messageOf(run(bomb()))).toMatch(/answered 503 $/)
    expect(await messageOf(run(evil()))).toMatch(/answered 500 $/)
    expect(await messageOf(run(long()))).toContain('the answer of the storage has more than 4194304 bytes')
  })

  test.each(verbs)('of %s by the network is storage-unavailable and hides the URL', async (_, run) => {
    const cause = Object.assign(new Error('connect 10.0.0.1'), { code: 'ECONNREFUSED' })
    const error = new TypeError('error sending request for url (https://s3.example/?X-Amz-Signature=1)', {
      cause,
    })
    await expectCode('storage-unavailable', run(error))
    expect(await messageOf(run(error))).toMatch(/: the connection to the storage failed, ECONNREFUSED $/)
    expect(await messageOf(run(new TypeError('fetch failed')))).toMatch(
      /: the connection to the storage failed $/,
    )
  })

  test('that names the upload or its parts is what the port calls it', async () => {
    const part = (status: number, code: string) =>
      fakeS3([s3Error(status, code)]).storage.uploadPart(upload, 1, sampleBytes(3))
    const complete = (status: number, code: string) =>
      fakeS3([s3Error(status, code)]).storage.completeUpload(upload, parts)
    await expectCode('no-such-upload', part(404, 'NoSuchUpload'))
    await expectCode('no-such-upload', complete(404, 'NoSuchUpload'))
    for (const code of ['InvalidPart', 'InvalidPartOrder', 'EntityTooSmall']) {
      await expectCode('invalid-part', complete(400, code))
    }
    await expectCode('storage-unavailable', complete(404, 'NoSuchBucket'))
    await fakeS3([s3Error(404, 'NoSuchUpload')]).storage.abortUpload(upload)
    await fakeS3([new Response(null, { status: 404 })]).storage.abortUpload(upload)
    await expectCode(
      'storage-unavailable',
      fakeS3([s3Error(404, 'NoSuchBucket')]).storage.abortUpload(upload),
    )
  })

  test('of a request that would otherwise mean the object itself is made here', async () => {
    const { storage, sent } = fakeS3([])
    const nameless = { ...upload, uploadId: '' }
    await expectCode('no-such-upload', storage.uploadPart(nameless, 1, sampleBytes(3)))
    await expectCode('no-such-upload', storage.completeUpload(nameless, parts))
    await storage.abortUpload(nameless)
    expect(sent).toEqual([])
  })

  test('to answer in time ends the request', async () => {
    const never: FakeAnswer = ({ init }) =>
      new Promise((_, reject) => {
        const abort = () => reject(new DOMException('https://s3.example', 'AbortError'))
        // On a busy machine the time may be over before the request is there to be ended.
        if (init.signal?.aborted) abort()
        init.signal?.addEventListener('abort', abort)
      })
    for (const run of [
      () => fakeS3([never], { timeoutMs: 20 }).storage.put('a', sampleBytes(3), 'text/plain'),
      () => fakeS3([never], { timeoutMs: 20 }).storage.read('a'),
    ]) {
      expect(await messageOf(run())).toMatch(/"a": no answer of the storage within 20 ms $/)
    }
  })

  test('is not taken for a redirection to follow', async () => {
    const headers = { location: 'https://elsewhere.example/' }
    const { storage, sent } = fakeS3([new Response(null, { status: 307, headers })])
    await expectCode('storage-unavailable', storage.head('a'))
    expect(sent.map(({ init }) => init.redirect)).toEqual(['manual'])
  })
})

describe('Completing an upload', () => {
  const complete = (answer: FakeAnswer) => fakeS3([answer]).storage.completeUpload(upload, parts)

  test('lists the parts as XML, ETags verbatim', async () => {
    const done = '<CompleteMultipartUploadResult><ETag>&quot;z-2&quot;</ETag></CompleteMultipartUploadResult>'
    const { storage, sent } = fakeS3([xml(done)])
    const listed = [
      { partNumber: 1, etag: '"<a>&\'"', bytes: 10 },
      { partNumber: 2, etag: '"b"', bytes: 3 },
    ]
    expect(await storage.completeUpload(upload, listed)).toBe('"z-2"')
    expect(sent[0]?.url.search).toBe('?uploadId=id-1')
    expect(sent[0]?.body).toBe(
      '<CompleteMultipartUpload xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Part><PartNumber>1</PartNumber><ETag>&quot;&lt;a&gt;&amp;&apos;&quot;</ETag></Part><Part><PartNumber>2</PartNumber><ETag>&quot;b&quot;</ETag></Part></CompleteMultipartUpload>',
    )
  })

  test('fails where status 200 brings an error', async () => {
    const error = (code: string) => new Response(`  \n\n${`<Error><Code>${code}</Code></Error>`}`)
    await expectCode('storage-unavailable', complete(error('InternalError')))
    expect(await messageOf(complete(error('InternalError')))).toContain('answered 200 InternalError')
    await expectCode('no-such-upload', complete(error('NoSuchUpload')))
    await expectCode('invalid-part', complete(error('InvalidPart')))
    await expectCode('storage-unavailable', complete(xml('<Error/>')))
  })

  test.each([
    ['nothing', ''],
    ['blanks', ' \n '],
    ['another document', '<ListBucketResult><ETag>"a"</ETag></ListBucketResult>'],
    ['no ETag', '<CompleteMultipartUploadResult></CompleteMultipartUploadResult>'],
    ['half a document', '<CompleteMultipartUploadResult><ETag>"a"</ETag>'],
    [
      'two documents',
      '<CompleteMultipartUploadResult><ETag>"a"</ETag></CompleteMultipartUploadResult><Error/>',
    ],
    [
      'a document type',
      '<!DOCTYPE a []><CompleteMultipartUploadResult><ETag>"a"</ETag></CompleteMultipartUploadResult>',
    ],
    ['no XML', '{"ETag":"a"}'],
  ])('fails where status 200 brings %s', async (_, text) => {
    await expectCode('storage-unavailable', complete(new Response(text)))
  })

  test('fails where its answer is lost, and may then find that it was done', async () => {
    const lost = new TypeError('fetch failed', {
      cause: Object.assign(new Error(), { code: 'UND_ERR_SOCKET' }),
    })
    const { storage } = fakeS3([lost, s3Error(404, 'NoSuchUpload')])
    await expectCode('storage-unavailable', storage.completeUpload(upload, parts))
    await expectCode('no-such-upload', storage.completeUpload(upload, parts))
  })

  test('after white space that kept the connection alive succeeds', async () => {
    const done = '<CompleteMultipartUploadResult><ETag>"z"</ETag></CompleteMultipartUploadResult>'
    expect(await complete(new Response(`\n \n<?xml version="1.0"?>\n${done}\n`))).toBe('"z"')
  })
})

describe('Reading', () => {
  const read = (answer: Response, range?: { from: number; to: number }) =>
    fakeS3([answer]).storage.read('a', range)

  test('takes a range only for what it was asked for, and leaves no body open', async () => {
    const ranges: readonly [Record<string, string>, number][] = [
      [{ 'content-range': 'bytes 0-2/5' }, 206],
      [{ 'content-range': 'bytes 1-3/5' }, 206],
      [{ 'content-range': 'bytes 1-2/*' }, 206],
      [{}, 206],
      [{}, 200],
    ]
    for (const [headers, status] of ranges) {
      let isCancelled = false
      const body = new ReadableStream({
        cancel: () => {
          isCancelled = true
        },
      })
      const answer = new Response(body, { status, headers: { ...stored, 'content-length': '5', ...headers } })
      await expectCode('storage-unavailable', read(answer, { from: 1, to: 2 }))
      expect(isCancelled).toBe(true)
    }
  })

  test('takes the whole object for a range that is all of it, and knows an empty one has none', async () => {
    expect((await read(object(), { from: 0, to: 100 }))?.bytes).toBe(5)
    await expectCode('invalid-range', read(object({ 'content-length': '0' }, 200, ''), { from: 0, to: 0 }))
  })

  test.each([
    { from: 3, to: 2 },
    { from: -1, to: 2 },
    { from: 0.5, to: 2 },
    { from: 0, to: Number.NaN },
  ])('refuses the range %j without asking', async (range) => {
    const { storage, sent } = fakeS3([])
    await expectCode('invalid-range', storage.read('a', range))
    expect(sent).toEqual([])
  })

  test.each(['etag', 'last-modified', 'content-length'])('needs the header %s', async (name) => {
    const headers = new Headers(object().headers)
    headers.delete(name)
    const answer = () => new Response('hello', { headers })
    await expectCode('storage-unavailable', read(answer()))
    await expectCode('storage-unavailable', fakeS3([answer()]).storage.head('a'))
  })

  test('tells a missing object from a missing bucket', async () => {
    expect(await read(s3Error(404, 'NoSuchKey'))).toBeUndefined()
    await expectCode('storage-unavailable', read(s3Error(404, 'NoSuchBucket')))
  })

  test('fails, and does not end, where the connection ends too early', async () => {
    const server = createServer((_, response) => {
      response.writeHead(200, { ...stored, 'content-length': 100_000 })
      response.write('x'.repeat(50_000), () => response.destroy())
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    const port = typeof address === 'object' ? address?.port : undefined
    const { storage } = fakeS3([], {
      endpoint: `http://127.0.0.1:${port}`,
      fetch: (url, init) => fetch(url, init),
    })
    const found = await storage.read('a')
    expect(found?.bytes).toBe(100_000)
    await expect(bytesOf(found)).rejects.toThrow()
    server.close()
  })

  test('may take longer than the deadline of a request', async () => {
    const slow = new ReadableStream<Uint8Array>({
      async pull(controller) {
        await new Promise((resolve) => setTimeout(resolve, 60))
        controller.enqueue(sampleBytes(5))
        controller.close()
      },
    })
    const answer = new Response(slow, { headers: { ...stored, 'content-length': '5' } })
    const { storage } = fakeS3([answer], { timeoutMs: 20 })
    expect(await bytesOf(await storage.read('a'))).toHaveLength(5)
  })
})

describe('An ETag', () => {
  test.each([
    ['"9a0364b9e99bb480dd25e1f0284c8555-12"', '"9a0364b9e99bb480dd25e1f0284c8555-12"'],
    ['9a0364b9e99bb480dd25e1f0284c8555', '"9a0364b9e99bb480dd25e1f0284c8555"'],
    ['W/"a"', 'W/"a"'],
  ])('%s is %s everywhere', async (etag, expected) => {
    const inXml = etag.replaceAll('"', '&#34;')
    const entry = `<Key>a</Key><Size>5</Size><LastModified>2022-10-12T17:50:00.123Z</LastModified><ETag>${inXml}</ETag>`
    const list = `<ListBucketResult><IsTruncated>false</IsTruncated><Contents>${entry}</Contents></ListBucketResult>`
    const done = `<CompleteMultipartUploadResult><ETag>${inXml}</ETag></CompleteMultipartUploadResult>`
    const { storage } = fakeS3([object({ etag }), object({ etag }), object({ etag }), xml(list), xml(done)])
    expect(await storage.put('a', sampleBytes(5), 'text/plain')).toBe(expected)
    expect(await storage.uploadPart(upload, 1, sampleBytes(5))).toBe(expected)
    const head = await storage.head('a')
    expect(head).toEqual({ key: 'a', bytes: 5, etag: expected, lastModified: Date.UTC(2022, 9, 12, 17, 50) })
    expect(await storage.list('')).toEqual([head])
    expect(await storage.completeUpload(upload, parts)).toBe(expected)
  })
})

describe('A list of objects', () => {
  const entry = (key: string) =>
    `<Contents><Key>${key}</Key><Size>5</Size><LastModified>2022-10-12T17:50:00.000Z</LastModified><ETag>&quot;a&quot;</ETag></Contents>`
  const page = (keys: readonly string[], next?: string) =>
    xml(
      `<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${keys.map(entry).join('')}<IsTruncated>${next !== undefined}</IsTruncated>${next === undefined ? '' : `<NextContinuationToken>${next}</NextContinuationToken>`}</ListBucketResult>`,
    )

  test('passes over what is no key of ours, without taking it for the end', async () => {
    const foreign = ['x/', 'x/a b', 'x/a//b', 'y/a', 'x/&lt;a&gt;']
    const { storage, sent } = fakeS3([page(foreign, 'to+ken/='), page([...foreign, 'x/b'], 'more')], {
      prefix: 'x',
    })
    expect((await storage.list('')).map(({ key }) => key)).toEqual(['b'])
    expect(sent.map(({ url }) => url.search)).toEqual([
      '?list-type=2&max-keys=1000&prefix=x%2F',
      '?list-type=2&max-keys=1000&prefix=x%2F&continuation-token=to%2Bken%2F%3D',
    ])
  })

  test('of a thousand objects with quoted ETags is within the limits of the parser', async () => {
    const keys = Array.from({ length: 1000 }, (_, index) => `${'k'.repeat(190)}${index}`)
    expect(await fakeS3([page(keys)]).storage.list('')).toHaveLength(1000)
  })

  test.each([
    ['is cut off', '<ListBucketResult><IsTruncated>false</IsTruncated><Contents><Key>a</Key>'],
    ['does not say whether it is all', '<ListBucketResult></ListBucketResult>'],
    ['goes on, but not where', '<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>'],
    [
      'has an object without a size',
      '<ListBucketResult><IsTruncated>false</IsTruncated><Contents><Key>a</Key></Contents></ListBucketResult>',
    ],
    [
      'brings entities of its own',
      `<!DOCTYPE x [<!ENTITY a "${'a'.repeat(1000)}"><!ENTITY b "${'&a;'.repeat(1000)}">]><ListBucketResult><IsTruncated>false</IsTruncated><Name>${'&b;'.repeat(1000)}</Name></ListBucketResult>`,
    ],
    [
      'reaches for a file',
      '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><ListBucketResult><IsTruncated>&a;</IsTruncated></ListBucketResult>',
    ],
    [
      'is nested without end',
      `<ListBucketResult><IsTruncated>false</IsTruncated>${'<a>'.repeat(10_000)}${'</a>'.repeat(10_000)}</ListBucketResult>`,
    ],
    [
      'names a prototype',
      '<ListBucketResult><IsTruncated>false</IsTruncated><__proto__><x>1</x></__proto__></ListBucketResult>',
    ],
  ])('that %s is none', async (_, text) => {
    await expectCode('storage-unavailable', fakeS3([xml(text)]).storage.list(''))
  })

  test('that never ends is given up', async () => {
    const answers = Array.from({ length: 101 }, () => page([], 'again'))
    const { storage, sent } = fakeS3(answers)
    await expectCode('storage-unavailable', storage.list(''))
    expect(sent).toHaveLength(100)
  })
})

describe('A list of unfinished uploads', () => {
  const page = (uploads: readonly [string, string][], next?: readonly [string, string]) =>
    xml(
      `<ListMultipartUploadsResult>${uploads
        .map(
          ([key, id]) =>
            `<Upload><Key>${key}</Key><UploadId>${id}</UploadId><Initiated>2022-10-12T17:50:00.500Z</Initiated></Upload>`,
        )
        .join(
          '',
        )}${next === undefined ? '' : `<NextKeyMarker>${next[0]}</NextKeyMarker><NextUploadIdMarker>${next[1]}</NextUploadIdMarker>`}<IsTruncated>${next !== undefined}</IsTruncated></ListMultipartUploadsResult>`,
    )

  test('is read to its end, page by page', async () => {
    const first = page(
      [
        ['x/job/a', '1'],
        ['x/job/a', '2+'],
      ],
      ['x/job/a', '2+'],
    )
    const second = page([
      ['x/job/b', '3'],
      ['x/other', '4'],
      ['x/job/b c', '5'],
    ])
    const { storage, sent } = fakeS3([first, second], { prefix: 'x' })
    const startedAt = Date.UTC(2022, 9, 12, 17, 50)
    expect(await storage.listUploads?.('job/')).toEqual([
      { key: 'job/a', uploadId: '1', startedAt },
      { key: 'job/a', uploadId: '2+', startedAt },
      { key: 'job/b', uploadId: '3', startedAt },
    ])
    expect(sent.map(({ url }) => url.search)).toEqual([
      '?uploads=&max-uploads=1000&prefix=x%2Fjob%2F',
      '?uploads=&max-uploads=1000&prefix=x%2Fjob%2F&key-marker=x%2Fjob%2Fa&upload-id-marker=2%2B',
    ])
  })

  test('that goes on, but not where, is none', async () => {
    await expectCode(
      'storage-unavailable',
      Promise.resolve(fakeS3([page([['a', '1']], ['', ''])]).storage.listUploads?.('')),
    )
  })

  test('is a capability one can do without', () => {
    expect(fakeS3([]).storage.listUploads).toBeDefined()
    expect(fakeS3([], { listsUploads: false }).storage.listUploads).toBeUndefined()
  })
})

describe('Removing', () => {
  const keys = Array.from({ length: 40 }, (_, index) => `job/${index}`)

  test('is done a few at a time', async () => {
    let underWay = 0
    let most = 0
    const answer: FakeAnswer = async () => {
      most = Math.max(most, ++underWay)
      await new Promise((resolve) => setTimeout(resolve, 1))
      underWay--
      return new Response(null, { status: 204 })
    }
    const { storage, sent } = fakeS3(keys.map(() => answer))
    await storage.remove([...keys, 'job/1'])
    expect(most).toBe(maxRequestsInFlight)
    expect(most).toBeLessThanOrEqual(3)
    expect(sent.map(({ method, url }) => `${method} ${url.pathname}`).sort()).toEqual(
      keys.map((key) => `DELETE /exports/${key}`).sort(),
    )
  })

  test('stops at a failure, when what was begun has ended', async () => {
    const answers = keys.map(
      (_, index) => () => (index === 5 ? s3Error(503, 'SlowDown') : new Response(null, { status: 204 })),
    )
    const { storage, sent } = fakeS3(answers)
    await expectCode('storage-unavailable', storage.remove(keys))
    expect(sent.length).toBeLessThan(12)
  })
})
