import { Buffer } from 'node:buffer'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { ErrorCode } from '../../worker/errors.ts'
import { maxKeyLength } from '../../worker/storage/key.ts'
import type { ObjectRead, Part, Storage, Upload } from '../../worker/storage/storage.ts'

const capabilities = ['listUploads', 'sign', 'locate'] as const
type Capability = (typeof capabilities)[number]

export type StorageUnderTest = {
  /** Empty: what others keep in it would show up in lists. */
  readonly storage: Storage
  /** A part size this storage accepts; 5 MiB is the least S3 does. */
  readonly partBytes: number
  /** The capabilities it does not have; all others must be there. */
  readonly cannot: readonly Capability[]
  /** Whether it still knows an upload that was completed, and does with it again what it did (Swift; Amazon when completing). */
  readonly knowsCompleted?: boolean
  readonly dispose?: () => Promise<void>
}

const ndjson = 'application/fhir+ndjson'
const timeoutMs = 120_000

/** What `worker/storage/storage.ts` promises, as tests; every adapter runs them. */
export const describeStorageContract = (name: string, makeStorage: () => Promise<StorageUnderTest>): void => {
  describe(`${name}, as a storage`, { timeout: timeoutMs }, () => {
    let made: StorageUnderTest
    let storage: Storage
    beforeEach(async () => {
      made = await makeStorage()
      storage = made.storage
    }, timeoutMs)
    afterEach(async () => made.dispose?.(), timeoutMs)

    const put = (key: string, content = sampleBytes(3)) => storage.put(key, content, ndjson)
    const begin = (key = 'job/Patient.ndjson') =>
      storage.beginUpload(key, { contentType: ndjson, partBytes: made.partBytes })
    const uploadPart = async (upload: Upload, partNumber: number, content: Uint8Array): Promise<Part> => {
      const etag = await storage.uploadPart(upload, partNumber, content)
      return { partNumber, etag, bytes: content.length }
    }
    const uploadAll = async (upload: Upload, contents: readonly Uint8Array[]): Promise<Part[]> =>
      Promise.all(contents.map((content, index) => uploadPart(upload, index + 1, content)))
    const content = async (key: string, range?: { from: number; to: number }) =>
      bytesOf(await storage.read(key, range))
    const keysIn = async (prefix: string, after?: string) =>
      (await storage.list(prefix, after)).map(({ key }) => key)

    describe('puts an object', () => {
      test('and reads it back, byte for byte, with the same head everywhere', async () => {
        const bytes = sampleBytes(300_000)
        const etag = await put('job/Patient.ndjson', bytes)
        const head = await storage.head('job/Patient.ndjson')
        expect(head).toEqual({
          key: 'job/Patient.ndjson',
          bytes: 300_000,
          etag,
          lastModified: expect.any(Number),
        })
        expect(head?.lastModified).toSatisfy(Number.isInteger)
        const read = await storage.read('job/Patient.ndjson')
        expect(read).toEqual({ ...head, body: expect.any(ReadableStream) })
        expectSame(await bytesOf(read), bytes)
        expect(await storage.list('')).toEqual([head])
      })

      test('with a strong ETag in quotes', async () => {
        expect(await put('a')).toMatch(/^"[\x21\x23-\x7e]+"$/)
      })

      test('of no bytes at all', async () => {
        await put('empty', new Uint8Array())
        expect(await storage.head('empty')).toMatchObject({ bytes: 0 })
        expectSame(await content('empty'), new Uint8Array())
      })

      test('over one that is there, under another ETag', async () => {
        const first = await put('a', sampleBytes(1_000, 1))
        const second = await put('a', sampleBytes(1_000, 2))
        expect(second).not.toBe(first)
        expect(await storage.head('a')).toMatchObject({ etag: second })
        expectSame(await content('a'), sampleBytes(1_000, 2))
      })

      test('over one that is being read, whose reader gets the old bytes or the new ones', async () => {
        const [old, young] = [sampleBytes(400_000, 1), sampleBytes(400_000, 2)]
        await put('a', old)
        const read = await storage.read('a')
        await put('a', young)
        const got = Buffer.from(await bytesOf(read))
        expect(got.equals(old) || got.equals(young)).toBe(true)
      })

      test('that does not change when its source array does', async () => {
        const bytes = sampleBytes(10)
        await put('a', bytes)
        bytes.fill(0)
        expectSame(await content('a'), sampleBytes(10))
      })
    })

    describe('reads', () => {
      const size = 150_000
      const ranges = [
        { from: 0, to: 0 },
        { from: 0, to: size - 1 },
        { from: 17, to: 140_003 },
        { from: size - 1, to: size - 1 },
      ]
      test.each(ranges)('the inclusive range $from to $to', async ({ from, to }) => {
        const bytes = sampleBytes(size)
        await put('a', bytes)
        const read = await storage.read('a', { from, to })
        expect(read?.bytes).toBe(size)
        expectSame(await bytesOf(read), bytes.subarray(from, to + 1))
      })

      test('what there is of a range that ends behind the object', async () => {
        await put('a', sampleBytes(10))
        expectSame(await content('a', { from: 7, to: 10 }), sampleBytes(10).subarray(7))
        expectSame(await content('a', { from: 0, to: Number.MAX_SAFE_INTEGER }), sampleBytes(10))
      })

      test('no range that starts at or behind the end of the object', async () => {
        await put('a', sampleBytes(10))
        await put('empty', new Uint8Array())
        await expectCode('invalid-range', storage.read('a', { from: 10, to: 12 }))
        await expectCode('invalid-range', storage.read('a', { from: 1_000, to: 1_000 }))
        await expectCode('invalid-range', storage.read('empty', { from: 0, to: 0 }))
      })

      test('as far as its reader likes', async () => {
        await put('a', sampleBytes(1_000_000))
        const reader = (await storage.read('a'))?.body.getReader()
        expect((await reader?.read())?.value?.length).toBeGreaterThan(0)
        await reader?.cancel()
        expectSame(await content('a'), sampleBytes(1_000_000))
      })

      test('for several readers at once', async () => {
        await put('a', sampleBytes(200_000))
        const got = await Promise.all([content('a'), content('a', { from: 5, to: 9 }), content('a')])
        expect(got.map(({ length }) => length)).toEqual([200_000, 5, 200_000])
      })

      test('nothing where there is nothing', async () => {
        await put('job/Patient.ndjson')
        for (const key of ['other', 'job', 'job/Patient', 'job/Patient.ndjson/more', 'job/Patient.ndjso']) {
          expect(await storage.head(key)).toBeUndefined()
          expect(await storage.read(key)).toBeUndefined()
          expect(await storage.read(key, { from: 0, to: 1 })).toBeUndefined()
        }
      })
    })

    describe('completes an upload', () => {
      test('of parts uploaded out of order, several at a time, some of them twice', async () => {
        const contents = partsOf(made.partBytes, 4, 1_234)
        const upload = await begin()
        const parts: Part[] = []
        for (const numbers of [
          [3, 1],
          [5, 3],
          [2, 1, 4],
        ]) {
          const uploaded = numbers.map((number) =>
            uploadPart(upload, number, contents[number - 1] ?? missing()),
          )
          for (const part of await Promise.all(uploaded)) parts[part.partNumber - 1] = part
        }
        expect(await storage.head(upload.key)).toBeUndefined()
        const etag = await storage.completeUpload(upload, parts)
        const bytes = Buffer.concat(contents)
        expect(await storage.head(upload.key)).toMatchObject({ bytes: bytes.length, etag })
        expectSame(await content(upload.key), bytes)
        const [from, to] = [made.partBytes - 10, made.partBytes + 9]
        expectSame(await content(upload.key, { from, to }), bytes.subarray(from, to + 1))
      })

      test('whose one part is shorter than a part', async () => {
        const upload = await begin()
        const parts = await uploadAll(upload, [sampleBytes(5)])
        expect(parts[0]?.etag).toMatch(/^".+"$/)
        expect(await storage.completeUpload(upload, parts)).toMatch(/^".+"$/)
        expectSame(await content(upload.key), sampleBytes(5))
      })

      test('whose last part is as long as the others', async () => {
        const contents = partsOf(made.partBytes, 1, made.partBytes)
        const upload = await begin()
        await storage.completeUpload(upload, await uploadAll(upload, contents))
        expectSame(await content(upload.key), Buffer.concat(contents))
      })

      test('from its plain value, as another process reads it from a row', async () => {
        const upload: Upload = JSON.parse(JSON.stringify(await begin()))
        const parts: Part[] = JSON.parse(JSON.stringify(await uploadAll(upload, [sampleBytes(5)])))
        await storage.completeUpload(upload, parts)
        expectSame(await content(upload.key), sampleBytes(5))
      })

      test('over an object that is there', async () => {
        const before = await put('job/Patient.ndjson', sampleBytes(5, 1))
        const upload = await begin('job/Patient.ndjson')
        const parts = await uploadAll(upload, [sampleBytes(5, 2)])
        expect(await storage.head(upload.key)).toMatchObject({ etag: before })
        expect(await storage.completeUpload(upload, parts)).not.toBe(before)
        expectSame(await content(upload.key), sampleBytes(5, 2))
      })

      test('without parts that are not listed', async () => {
        const contents = partsOf(made.partBytes, 2, 9)
        const upload = await begin()
        const parts = await uploadAll(upload, contents)
        await storage.completeUpload(upload, parts.slice(0, 2))
        expectSame(await content(upload.key), Buffer.concat(contents.slice(0, 2)))
      })

      test('with the bytes uploaded last, under the ETag they had', async () => {
        const upload = await begin()
        const first = await uploadPart(upload, 1, sampleBytes(9, 1))
        const second = await uploadPart(upload, 1, sampleBytes(9, 2))
        expect(second.etag).not.toBe(first.etag)
        await expectCode('invalid-part', storage.completeUpload(upload, [first]))
        await storage.completeUpload(upload, [second])
        expectSame(await content(upload.key), sampleBytes(9, 2))
      })

      test('beside another of the same key, each with its own parts', async () => {
        const [one, other] = [await begin('a'), await begin('a')]
        expect(one.uploadId).not.toBe(other.uploadId)
        const ones = await uploadAll(one, [sampleBytes(7, 1)])
        const others = await uploadAll(other, [sampleBytes(8, 2)])
        await expectCode('invalid-part', storage.completeUpload(one, others))
        await storage.completeUpload(one, ones)
        expectSame(await content('a'), sampleBytes(7, 1))
        await storage.completeUpload(other, others)
        expectSame(await content('a'), sampleBytes(8, 2))
      })
    })

    describe('refuses with invalid-part', () => {
      const refused: readonly [string, (parts: readonly Part[]) => readonly Part[]][] = [
        ['no parts', () => []],
        ['an ETag of its own invention', ([first]) => (first ? [{ ...first, etag: '"invented"' }] : [])],
        [
          'the ETag of another part',
          ([first, second]) => (first && second ? [{ ...second, partNumber: 1 }] : []),
        ],
        ['a part that was not uploaded', (parts) => [...parts, { partNumber: 4, etag: '"4"', bytes: 9 }]],
        ['parts in another order', (parts) => parts.toReversed()],
        ['a part listed twice', ([first, ...rest]) => (first ? [first, first, ...rest] : [])],
        ['a list with a gap', (parts) => parts.filter(({ partNumber }) => partNumber !== 2)],
      ]
      test.each(refused)('%s, and leaves the upload as it was', async (_, listed) => {
        const contents = partsOf(made.partBytes, 2, made.partBytes)
        const upload = await begin()
        const parts = await uploadAll(upload, contents)
        await expectCode('invalid-part', storage.completeUpload(upload, listed(parts)))
        expect(await storage.head(upload.key)).toBeUndefined()
        await storage.completeUpload(upload, parts)
        expectSame(await content(upload.key), Buffer.concat(contents))
      })

      test('a part other than the last that is not of part size', async () => {
        for (const bytes of [made.partBytes - 1, made.partBytes + 1]) {
          const upload = await begin()
          const uploaded = uploadAll(upload, [sampleBytes(bytes), sampleBytes(9)])
          await expectCode(
            'invalid-part',
            uploaded.then((parts) => storage.completeUpload(upload, parts)),
          )
          await storage.abortUpload(upload)
        }
      })

      test('a last part that is longer than the part size', async () => {
        const upload = await begin()
        const uploaded = uploadAll(upload, partsOf(made.partBytes, 1, made.partBytes + 1))
        await expectCode(
          'invalid-part',
          uploaded.then((parts) => storage.completeUpload(upload, parts)),
        )
      })
    })

    describe('answers no-such-upload', () => {
      const expectOver = async (upload: Upload, parts: readonly Part[]) => {
        await expectCode('no-such-upload', storage.uploadPart(upload, 1, sampleBytes(5, 9)))
        await expectCode('no-such-upload', storage.uploadPart(upload, 2, sampleBytes(5, 9)))
        await expectCode('no-such-upload', storage.completeUpload(upload, parts))
      }

      test('for an upload that was completed, whose object stays as it is', async ({ skip }) => {
        if (made.knowsCompleted) return skip('this storage still knows completed uploads')
        const upload = await begin()
        const parts = await uploadAll(upload, [sampleBytes(5)])
        const etag = await storage.completeUpload(upload, parts)
        await expectOver(upload, parts)
        await storage.abortUpload(upload)
        expect(await storage.head(upload.key)).toMatchObject({ etag, bytes: 5 })
        expectSame(await content(upload.key), sampleBytes(5))
      })

      test('for an upload that was completed, or does again what it did, to no effect', async () => {
        const contents = partsOf(made.partBytes, 1, 9)
        const upload = await begin()
        const parts = await uploadAll(upload, contents)
        const etag = await storage.completeUpload(upload, parts)
        const again = (promise: Promise<unknown>) =>
          made.knowsCompleted ? promise : expectCode('no-such-upload', promise)
        for (const [index, bytes] of contents.entries())
          await again(storage.uploadPart(upload, index + 1, bytes))
        await again(storage.completeUpload(upload, parts))
        await storage.abortUpload(upload)
        await again(storage.uploadPart(upload, 1, contents[0] ?? missing()))
        expect(await storage.head(upload.key)).toMatchObject({ etag })
        expectSame(await content(upload.key), Buffer.concat(contents))

        await storage.remove([upload.key])
        await expectOver(upload, parts)
        expect(await storage.list('')).toEqual([])
      })

      test('for an upload that was aborted, once or twice', async () => {
        const upload = await begin()
        const parts = await uploadAll(upload, [sampleBytes(5)])
        await storage.abortUpload({ key: upload.key, uploadId: upload.uploadId })
        await storage.abortUpload(upload)
        await expectOver(upload, parts)
        expect(await storage.list('')).toEqual([])
      })

      test('for an upload it never heard of, which can be aborted nevertheless', async () => {
        const { uploadId } = await begin('a')
        const parts = [{ partNumber: 1, etag: '"1"', bytes: 5 }]
        const unknown = ['unknown', '..', '../../a', `${uploadId}0`, '']
        const uploads = [{ key: 'b', uploadId }, ...unknown.map((id) => ({ key: 'a', uploadId: id }))]
        for (const upload of uploads) {
          await expectOver({ ...upload, partBytes: made.partBytes }, parts)
          await storage.abortUpload(upload)
        }
      })
    })

    describe('lists objects', () => {
      const inKeyOrder = ['a-b', 'a.b', 'a/b', 'a/b-c/d', 'a/b.c', 'a/b0', 'a/c/d/e', 'a0', 'b/B', 'b/a']

      test('in key order, those of a prefix only', async () => {
        for (const key of inKeyOrder.toReversed()) await put(key)
        expect(await keysIn('')).toEqual(inKeyOrder)
        expect(await keysIn('a')).toEqual(inKeyOrder.slice(0, 8))
        expect(await keysIn('a/')).toEqual(inKeyOrder.slice(2, 7))
        expect(await keysIn('a/b')).toEqual(inKeyOrder.slice(2, 6))
        expect(await keysIn('a/b-c/')).toEqual(['a/b-c/d'])
        expect(await keysIn('a/c/d/e')).toEqual(['a/c/d/e'])
        expect(await keysIn('a/c/d/e/')).toEqual([])
        expect(await keysIn('c/')).toEqual([])
      })

      test('from the key after any other', async () => {
        for (const key of inKeyOrder) await put(key)
        for (const [index, key] of inKeyOrder.entries()) {
          expect(await keysIn('', key)).toEqual(inKeyOrder.slice(index + 1))
        }
        expect(await keysIn('', 'a/')).toEqual(inKeyOrder.slice(2))
        expect(await keysIn('', 'a/b-c/0')).toEqual(inKeyOrder.slice(3))
        expect(await keysIn('b/', 'a/z')).toEqual(['b/B', 'b/a'])
        expect(await keysIn('a/', 'b')).toEqual([])
      })

      test('a thousand at a time', async () => {
        const keys = Array.from({ length: 1_003 }, (_, index) => `job/${String(index).padStart(5, '0')}`)
        await eachOf(keys, 25, (key) => put(key, sampleBytes(1)))
        await put('job-2/a')
        const first = await keysIn('job/')
        expect(first).toEqual(keys.slice(0, 1_000))
        expect(await keysIn('job/', first.at(-1))).toEqual(keys.slice(1_000))
        expect(await keysIn('job/', keys.at(-1))).toEqual([])
      })

      test('without uploads that are not completed', async () => {
        const upload = await begin()
        await uploadAll(upload, [sampleBytes(5)])
        expect(await keysIn('')).toEqual([])
      })
    })

    test('has every capability but those that are said to be missing', () => {
      const missing = capabilities.filter((name) => storage[name] === undefined)
      expect(missing).toEqual(made.cannot)
    })

    describe('signs URLs, if it can', () => {
      test('with which anybody may read an object, or a range of it, for a while', async ({ skip }) => {
        const { sign } = storage
        if (sign === undefined) return skip('this storage cannot sign URLs')
        await put('job/Patient.ndjson', sampleBytes(300_000))
        const url = await sign('job/Patient.ndjson', { expiresInSeconds: 60, now: Date.now() })
        const whole = await fetch(url)
        expect(whole.status).toBe(200)
        expectSame(new Uint8Array(await whole.arrayBuffer()), sampleBytes(300_000))
        const ranged = await fetch(url, { headers: { range: 'bytes=10-19' } })
        expect(ranged.status).toBe(206)
        expectSame(new Uint8Array(await ranged.arrayBuffer()), sampleBytes(20).subarray(10))
      })

      test('which serve nothing else: not another object, nor a write, nor later', async ({ skip }) => {
        const { sign } = storage
        if (sign === undefined) return skip('this storage cannot sign URLs')
        await put('job/a', sampleBytes(10))
        await put('job/b', sampleBytes(10))
        const url = await sign('job/a', { expiresInSeconds: 60, now: Date.now() })
        const old = await sign('job/a', { expiresInSeconds: 60, now: Date.now() - 61_000 })
        const statuses: number[] = []
        for (const [target, method] of [
          [url.replace('job/a', 'job/b'), 'GET'],
          [url.replace('X-Amz-Expires=60', 'X-Amz-Expires=61'), 'GET'],
          [url, 'PUT'],
          [url, 'DELETE'],
          [old, 'GET'],
        ] as const) {
          const response = await fetch(target, { method, ...(method === 'PUT' && { body: 'x' }) })
          await response.text()
          statuses.push(response.status)
        }
        expect(statuses).toEqual([403, 403, 403, 403, 403])
        expectSame(await content('job/a'), sampleBytes(10))
      })

      test('and refuses to sign what it should not', async ({ skip }) => {
        const { sign } = storage
        if (sign === undefined) return skip('this storage cannot sign URLs')
        const now = Date.now()
        await expectCode('invalid', sign('../a', { expiresInSeconds: 60, now }))
        for (const expiresInSeconds of [0, -1, 1.5, Number.NaN, 604_801]) {
          await expectCode('invalid', sign('a', { expiresInSeconds, now }))
        }
      })
    })

    describe('tells where an object is, if others can reach it', () => {
      test('by a URL that opens nothing by itself, and by a URI that ends with the key', async ({ skip }) => {
        const { locate } = storage
        if (locate === undefined) return skip('nobody else can reach this storage')
        const before = locate('job/Patient.ndjson')
        await put('job/Patient.ndjson')
        expect(locate('job/Patient.ndjson')).toEqual(before)
        expect(before.uri).toMatch(/^[a-z0-9]+:\/\/.+\/job\/Patient\.ndjson$/)
        expect(before.url).toMatch(/^https?:\/\/[^?#]+\/job\/Patient\.ndjson$/)
        const response = await fetch(before.url)
        await response.text()
        expect([400, 401, 403]).toContain(response.status) // R2 calls it a missing argument
      })

      test('of no key that cannot be one', ({ skip }) => {
        const { locate } = storage
        if (locate === undefined) return skip('nobody else can reach this storage')
        for (const key of ['', '../a', 'a b', '/a'])
          expect(() => locate(key)).toThrow(expect.objectContaining({ code: 'invalid' }))
      })
    })

    describe('lists unfinished uploads, if it can', () => {
      test('by prefix, until they are completed or aborted', async ({ skip }) => {
        const { listUploads } = storage
        if (listUploads === undefined) return skip('this storage cannot list uploads')
        const uploads = [await begin('a/b'), await begin('a/b'), await begin('a/c'), await begin('a-b')]
        const [completed = missing(), open = missing(), aborted = missing(), other = missing()] = uploads
        const listed = async (prefix: string) =>
          (await listUploads(prefix)).map(({ uploadId }) => uploadId).sort()
        const idsOf = (...some: Upload[]) => some.map(({ uploadId }) => uploadId).sort()

        expect(await listed('')).toEqual(idsOf(...uploads))
        expect(await listed('a/')).toEqual(idsOf(completed, open, aborted))
        expect(await listed('a/b')).toEqual(idsOf(completed, open))
        await storage.completeUpload(completed, await uploadAll(completed, [sampleBytes(5)]))
        await storage.abortUpload(aborted)
        expect(await listed('a/')).toEqual(idsOf(open))
        expect(await listed('')).toEqual(idsOf(open, other))
        expect(await listUploads('a/')).toEqual([
          { key: 'a/b', uploadId: open.uploadId, startedAt: expect.any(Number) },
        ])
      })

      test('so that each can be aborted as it is listed', async ({ skip }) => {
        const { listUploads } = storage
        if (listUploads === undefined) return skip('this storage cannot list uploads')
        for (const key of ['a', 'b/c', 'b/c']) await uploadAll(await begin(key), [sampleBytes(5)])
        for (const upload of await listUploads('')) await storage.abortUpload(upload)
        expect(await listUploads('')).toEqual([])
      })
    })

    describe('removes', () => {
      test('objects, and is content when they are gone already', async () => {
        for (const key of ['a', 'b/c/d', 'b/e']) await put(key)
        await storage.remove(['a', 'b/c/d', 'b/c/d', 'unknown', 'a/unknown', 'b'])
        await storage.remove(['a'])
        await storage.remove([])
        expect(await storage.head('a')).toBeUndefined()
        expect(await storage.read('b/c/d')).toBeUndefined()
        expect(await keysIn('')).toEqual(['b/e'])
      })

      test('many objects at once', async () => {
        const keys = Array.from({ length: 1_001 }, (_, index) => `job/${index}`)
        await eachOf(keys, 25, (key) => put(key, sampleBytes(1)))
        await storage.remove(keys)
        expect(await keysIn('')).toEqual([])
      })

      test('an object and takes a new one under its key', async () => {
        await put('job/a', sampleBytes(3, 1))
        await storage.remove(['job/a'])
        await put('job/a', sampleBytes(3, 2))
        expectSame(await content('job/a'), sampleBytes(3, 2))
      })
    })

    describe('takes as a key', () => {
      const allowed = ['a', 'A.b_c-D0', '..a', 'a..', '...', '.hidden/-x', '_/-/.-', 'a/b/c/d']
      test.each([...allowed, 'x'.repeat(maxKeyLength)])('%s', async (key) => {
        await put(key, sampleBytes(4, 1))
        expect(await keysIn('')).toEqual([key])
        expect(await keysIn(key)).toEqual([key])
        const upload = await begin(key)
        await storage.completeUpload(upload, await uploadAll(upload, [sampleBytes(5, 2)]))
        expectSame(await content(key), sampleBytes(5, 2))
        await storage.remove([key])
        expect(await storage.head(key)).toBeUndefined()
      })
    })

    describe('refuses', () => {
      const segments = [
        '.',
        '..',
        'a b',
        'a%2eb',
        'ä',
        'a\\b',
        'a\0b',
        'a\nb',
        'a~b',
        'a+b',
        'C:',
        '*',
        '\u{1f600}',
      ]
      const paths = ['/', '/a', 'a//b', '../a', 'a/../b', 'a/./b', 'a/..', 'x'.repeat(maxKeyLength + 1)]

      test.each(['', 'a/', ...segments, ...paths])('the key %j', async (key) => {
        await expectCode('invalid', put(key))
        await expectCode('invalid', begin(key))
        await expectCode('invalid', storage.head(key))
        await expectCode('invalid', storage.read(key))
        await put('a')
        await expectCode('invalid', storage.remove(['a', key]))
        expect(await keysIn('')).toEqual(['a'])
      })

      test.each([...segments, ...paths])('the prefix %j', async (prefix) => {
        await expectCode('invalid', storage.list(prefix))
        if (storage.listUploads) await expectCode('invalid', storage.listUploads(prefix))
      })

      test.each([0, 10_001, -1, 1.5, Number.NaN])('the part number %d', async (partNumber) => {
        const upload = await begin()
        await expectCode('invalid', storage.uploadPart(upload, partNumber, sampleBytes(5)))
      })

      test.each([0, -1, 1.5, Number.NaN])('parts of %d bytes', async (partBytes) => {
        await expectCode('invalid', storage.beginUpload('a', { contentType: ndjson, partBytes }))
      })
    })
  })
}

/** Bytes that tell where they are from: no two shifts of them are equal for long, nor two seeds. */
export const sampleBytes = (length: number, seed = 0): Uint8Array => {
  const words = new Uint32Array(Math.ceil(length / 4))
  for (let index = 0; index < words.length; index++)
    words[index] = Math.imul(index + 1 + seed * 7_919, 0x9e3779b1)
  return new Uint8Array(words.buffer, 0, length)
}

export const bytesOf = async (read: ObjectRead | undefined): Promise<Uint8Array> =>
  new Uint8Array(await new Response((read ?? missing()).body).arrayBuffer())

/** As `toEqual`, but fast on megabytes. */
export const expectSame = (actual: Uint8Array, expected: Uint8Array): void => {
  expect(actual.length).toBe(expected.length)
  expect(Buffer.compare(actual, expected)).toBe(0)
}

export const expectCode = (code: ErrorCode, promise: Promise<unknown>): Promise<void> =>
  expect(promise).rejects.toMatchObject({ name: 'SluiceError', code })

/** `full` parts of part size and a last one. */
const partsOf = (partBytes: number, full: number, lastBytes: number): readonly Uint8Array[] => [
  ...Array.from({ length: full }, (_, index) => sampleBytes(partBytes, index + 1)),
  sampleBytes(lastBytes, full + 1),
]

export const eachOf = async <Item>(
  items: readonly Item[],
  atOnce: number,
  work: (item: Item) => Promise<unknown>,
) => {
  for (let at = 0; at < items.length; at += atOnce) await Promise.all(items.slice(at, at + atOnce).map(work))
}

const missing = (): never => {
  throw new Error('This test expected something to be there')
}
