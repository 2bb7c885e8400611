import { mkdir, mkdtemp, readdir, readlink, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { randomId } from '../../worker/platform/ids.ts'
import { diskStorage } from '../../worker/storage/disk.ts'
import { makeUploadId, stagingFolder, stagingPath } from '../../worker/storage/disk-staging.ts'
import type { Part, Storage, Upload } from '../../worker/storage/storage.ts'
import { fakeClock } from '../support/fake-clock.ts'
import { bytesOf, describeStorageContract, eachOf, expectCode, expectSame, sampleBytes } from './contract.ts'

describeStorageContract('diskStorage', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-disk-'))
  return {
    storage: diskStorage({ root: join(folder, 'not', 'there', 'yet'), newId: randomId }),
    partBytes: 100_000,
    cannot: ['sign', 'locate'],
    dispose: () => rm(folder, { recursive: true }),
  }
})

describe('diskStorage', () => {
  let folder: string
  let root: string
  let storage: Storage
  const clock = fakeClock(1_750_000_000_000)
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sluice-disk-'))
    root = join(folder, 'root')
    storage = diskStorage({ root, newId: randomId, clock })
  })
  afterEach(() => rm(folder, { recursive: true }))

  const put = (key: string, content = sampleBytes(3)) => storage.put(key, content, 'text/plain')
  const begin = (key: string, partBytes = 10) =>
    storage.beginUpload(key, { contentType: 'text/plain', partBytes })
  const uploadPart = async (upload: Upload, partNumber: number, content: Uint8Array): Promise<Part> => {
    const etag = await storage.uploadPart(upload, partNumber, content)
    return { partNumber, etag, bytes: content.length }
  }
  const staged = () => readdir(stagingFolder(root))
  const modeOf = async (...path: string[]) => ((await stat(join(root, ...path))).mode & 0o777).toString(8)

  test('keeps objects and unfinished uploads from other users', async () => {
    await put('job/a')
    await begin('job/b')
    expect(await modeOf()).toBe('700')
    expect(await modeOf('job')).toBe('700')
    expect(await modeOf('~staging')).toBe('700')
    expect(await modeOf('job', 'a')).toBe('600')
    for (const name of await staged()) expect(await modeOf('~staging', name)).toBe('600')
  })

  test('makes an upload the object without a second copy of its bytes', async () => {
    const upload = await begin('job/a', 1_000)
    const parts = [
      await uploadPart(upload, 2, sampleBytes(9)),
      await uploadPart(upload, 1, sampleBytes(1_000)),
    ]
    const { ino } = await stat(stagingPath(root, upload, 'data'))
    await storage.completeUpload(upload, parts.reverse())
    expect(await stat(join(root, 'job', 'a'))).toMatchObject({ ino, size: 1_009 })
    expect(await staged()).toEqual([])
  })

  test('gives a part uploaded again with the same bytes the same ETag', async () => {
    const upload = await begin('a')
    const [first, second] = [
      await uploadPart(upload, 1, sampleBytes(5)),
      await uploadPart(upload, 1, sampleBytes(5)),
    ]
    expect(second).toEqual(first)
    await storage.completeUpload(upload, [first])
  })

  test('refuses a listed length that is not the one stored', async () => {
    const upload = await begin('a')
    const part = await uploadPart(upload, 1, sampleBytes(5))
    await expectCode('invalid-part', storage.completeUpload(upload, [{ ...part, bytes: 6 }]))
    await expectCode('invalid-part', storage.completeUpload(upload, [{ ...part, bytes: 4 }]))
  })

  test('refuses a part longer than the part size before it can overwrite the next', async () => {
    const upload = await begin('a')
    const second = await uploadPart(upload, 2, sampleBytes(5, 2))
    await expectCode('invalid-part', storage.uploadPart(upload, 1, sampleBytes(11)))
    await storage.completeUpload(upload, [await uploadPart(upload, 1, sampleBytes(10, 1)), second])
    expectSame((await bytesOf(await storage.read('a'))).subarray(10), sampleBytes(5, 2))
  })

  test('refuses parts whose bytes something else has cut off', async () => {
    const upload = await begin('a')
    const part = await uploadPart(upload, 1, sampleBytes(5))
    await truncate(stagingPath(root, upload, 'data'), 4)
    await expectCode('invalid-part', storage.completeUpload(upload, [part]))
  })

  test('joins ten thousand parts', async () => {
    const upload = await begin('a', 2)
    const numbers = Array.from({ length: 10_000 }, (_, index) => index + 1)
    const parts: Part[] = []
    await eachOf(numbers, 50, async (number) => {
      parts[number - 1] = await uploadPart(upload, number, new Uint8Array([number >> 8, number]))
    })
    await storage.completeUpload(upload, parts)
    const bytes = await bytesOf(await storage.read('a'))
    expect([...bytes.subarray(19_998)]).toEqual([39, 16])
    expect(bytes.length).toBe(20_000)
  }, 120_000)

  test('never brings an upload back that is over', async () => {
    const [completed, aborted] = [await begin('job/a'), await begin('job/b')]
    await storage.completeUpload(completed, [await uploadPart(completed, 1, sampleBytes(5))])
    await storage.abortUpload(aborted)
    for (const upload of [completed, aborted]) {
      await expectCode('no-such-upload', storage.uploadPart(upload, 1, sampleBytes(6)))
    }
    expect(await staged()).toEqual([])
    expect(await readdir(join(root, 'job'))).toEqual(['a'])
  })

  test('completes an upload once, however many try at the same time', async () => {
    const upload = await begin('job/a')
    const parts = [await uploadPart(upload, 1, sampleBytes(5))]
    const tries = Array.from({ length: 8 }, () => storage.completeUpload(upload, parts))
    const outcomes = await Promise.allSettled(tries)
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'no-such-upload' })
    }
    expectSame(await bytesOf(await storage.read('job/a')), sampleBytes(5))
  })

  test('lists what a crash left of uploads and puts, with its start, to be aborted', async () => {
    const startedAt = clock.now()
    const upload = await begin('job/a')
    await uploadPart(upload, 1, sampleBytes(5))
    const ofPut = { key: 'job/b', uploadId: makeUploadId(startedAt, randomId()) }
    await writeFile(stagingPath(root, ofPut, 'put'), 'half')
    const ofCompletion = { key: 'job/c', uploadId: makeUploadId(startedAt, randomId()) }
    await writeFile(stagingPath(root, ofCompletion, 'parts'), '')
    clock.advance(60_000)

    const later = diskStorage({ root, newId: randomId, clock })
    const listed = (await later.listUploads?.('job/')) ?? []
    const { key, uploadId } = upload
    expect(listed).toEqual([
      { key, uploadId, startedAt },
      { ...ofPut, startedAt },
      { ...ofCompletion, startedAt },
    ])
    expect(await later.listUploads?.('job/b')).toHaveLength(1)
    expect(await later.list('')).toEqual([])
    for (const leftover of listed) await later.abortUpload(leftover)
    expect(await staged()).toEqual([])
  })

  test('completes an upload again after a crash cut and synced it, but did not move it', async () => {
    const upload = await begin('a')
    const parts = [
      await uploadPart(upload, 1, sampleBytes(10, 1)),
      await uploadPart(upload, 2, sampleBytes(5, 2)),
    ]
    await uploadPart(upload, 3, sampleBytes(5, 3))
    await truncate(stagingPath(root, upload, 'data'), 15)
    await storage.completeUpload(upload, parts)
    expect(await storage.head('a')).toMatchObject({ bytes: 15 })
  })

  test('answers storage-unavailable, without a path, when the root is no folder', async () => {
    await writeFile(root, '')
    const upload = { key: 'a', uploadId: makeUploadId(0, 'x'), partBytes: 10 }
    const attempts: readonly (() => Promise<unknown>)[] = [
      () => put('a'),
      () => begin('a'),
      () => storage.head('a'),
      () => storage.read('a'),
      () => storage.list(''),
      () => storage.remove(['a']),
      async () => storage.listUploads?.(''),
      () => uploadPart(upload, 1, sampleBytes(3)),
      () => storage.completeUpload(upload, [{ partNumber: 1, etag: '"1"', bytes: 3 }]),
    ]
    for (const attempt of attempts) {
      await expect(attempt()).rejects.toMatchObject({
        code: 'storage-unavailable',
        message: expect.not.stringContaining(folder),
        cause: expect.objectContaining({ code: expect.stringMatching(/^(EEXIST|ENOTDIR)$/) }),
      })
    }
  })

  test('answers storage-unavailable, and leaves nothing, when an object stands where a folder should', async () => {
    await put('a')
    await expectCode('storage-unavailable', put('a/b'))
    await put('c/d')
    await expectCode('storage-unavailable', put('c'))
    expect(await staged()).toEqual([])
    expect((await storage.list('')).map(({ key }) => key)).toEqual(['a', 'c/d'])
  })

  test('completes an upload once the object that stood in its way is gone', async () => {
    await put('a')
    const upload = await begin('a/b/c')
    const parts = [await uploadPart(upload, 1, sampleBytes(5))]
    await expectCode('storage-unavailable', storage.completeUpload(upload, parts))
    await storage.remove(['a'])
    await storage.completeUpload(upload, parts)
    expectSame(await bytesOf(await storage.read('a/b/c')), sampleBytes(5))
  })

  test('reads an object to its end though it is removed meanwhile', async () => {
    await put('job/a', sampleBytes(3_000_000))
    const read = await storage.read('job/a')
    await storage.remove(['job/a'])
    expect(await storage.head('job/a')).toBeUndefined()
    expectSame(await bytesOf(read), sampleBytes(3_000_000))
  })

  test('fails a read, and does not end it, when the file is shorter than it was', async () => {
    await put('a', sampleBytes(1_000_000))
    const read = await storage.read('a')
    await truncate(join(root, 'a'), 300_000)
    await expectCode('storage-unavailable', bytesOf(read))
  })

  test.runIf(process.platform === 'linux')('closes files that were read, cancelled, or empty', async () => {
    await put('a', sampleBytes(1_000_000))
    await put('empty', new Uint8Array())
    await bytesOf(await storage.read('a'))
    await storage.read('empty')
    await expectCode('invalid-range', storage.read('empty', { from: 0, to: 1 }))
    await (await storage.read('a'))?.body.cancel()
    const reader = (await storage.read('a'))?.body.getReader()
    await Promise.all([reader?.read(), reader?.cancel()])
    expect(await openFilesBelow(root)).toEqual([])
  })

  test('removes folders that became empty, but never the root', async () => {
    await put('a/b/c/d')
    await put('a/e')
    await storage.remove(['a/b/c/d'])
    expect((await readdir(join(root, 'a'))).sort()).toEqual(['e'])
    await storage.remove(['a/e'])
    await rm(stagingFolder(root), { recursive: true })
    await storage.remove(['unknown'])
    expect(await readdir(root)).toEqual([])
  })

  test('puts and removes in the same folder at the same time', async () => {
    const work = Array.from({ length: 200 }, async (_, index) => {
      await put(`job/deep/${index}`)
      await storage.remove([`job/deep/${index}`])
    })
    await Promise.all(work)
    expect(await storage.list('')).toEqual([])
    expect(await readdir(root)).toEqual(['~staging'])
  }, 60_000)

  test('does not list what is not an object', async () => {
    await put('a')
    await writeFile(join(root, 'lost+found'), '')
    await mkdir(join(root, 'empty', 'folder'), { recursive: true })
    await writeFile(join(stagingFolder(root), 'something else'), '')
    expect((await storage.list('')).map(({ key }) => key)).toEqual(['a'])
    expect(await storage.listUploads?.('')).toEqual([])
  })

  test('shares its root with other instances, as with other processes', async () => {
    const other = diskStorage({ root: join(dirname(root), '.', 'root'), newId: randomId })
    const upload = await begin('a')
    const etag = await other.uploadPart(upload, 1, sampleBytes(5))
    const objectTag = await storage.completeUpload(upload, [{ partNumber: 1, etag, bytes: 5 }])
    expect(await other.head('a')).toMatchObject({ etag: objectTag })
  })
})

const openFilesBelow = async (root: string): Promise<readonly string[]> => {
  const names = await readdir('/proc/self/fd')
  const targets = await Promise.all(names.map((name) => readlink(`/proc/self/fd/${name}`).catch(() => '')))
  return targets.filter((target) => target.startsWith(root))
}
