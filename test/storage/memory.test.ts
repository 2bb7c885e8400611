import { expect, test } from 'vitest'
import { memoryStorage } from '../../worker/storage/memory.ts'
import { fakeClock } from '../support/fake-clock.ts'
import { describeStorageContract, expectCode, sampleBytes } from './contract.ts'

describeStorageContract('memoryStorage', async () => ({
  storage: memoryStorage({ clock: fakeClock(1_000) }),
  partBytes: 70_000,
  cannot: ['sign', 'locate'],
}))

test('memoryStorage gives a part uploaded again a new ETag, even for the same bytes, as R2 does', async () => {
  const storage = memoryStorage({ clock: fakeClock(0) })
  const upload = await storage.beginUpload('a', { contentType: 'text/plain', partBytes: 10 })
  const first = await storage.uploadPart(upload, 1, sampleBytes(5))
  const second = await storage.uploadPart(upload, 1, sampleBytes(5))
  expect(second).not.toBe(first)
  await expectCode('invalid-part', storage.completeUpload(upload, [{ partNumber: 1, etag: first, bytes: 5 }]))
  await storage.completeUpload(upload, [{ partNumber: 1, etag: second, bytes: 5 }])
})

test('memoryStorage refuses a listed length that is not the one stored', async () => {
  const storage = memoryStorage({ clock: fakeClock(0) })
  const upload = await storage.beginUpload('a', { contentType: 'text/plain', partBytes: 10 })
  const etag = await storage.uploadPart(upload, 1, sampleBytes(5))
  await expectCode('invalid-part', storage.completeUpload(upload, [{ partNumber: 1, etag, bytes: 6 }]))
})

test('memoryStorage shows its objects and uploads, dated by its clock', async () => {
  const clock = fakeClock(1_000)
  const storage = memoryStorage({ clock })
  const upload = await storage.beginUpload('b', { contentType: 'text/plain', partBytes: 10 })
  clock.advance(500)
  await storage.put('a', sampleBytes(5), 'application/json')
  expect(storage.objects.get('a')).toMatchObject({
    lastModified: 1_500,
    contentType: 'application/json',
    bytes: 5,
  })
  expect(storage.uploads.get(upload.uploadId)).toMatchObject({ key: 'b', startedAt: 1_000 })
})
