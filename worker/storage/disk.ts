import { stat, unlink } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { type Clock, systemClock } from '../platform/clock.ts'
import type { NewId } from '../platform/ids.ts'
import { errnoOf, onDisk, unlessMissing } from './disk-error.ts'
import { headOf, makeRoot, removeEmptyFolders } from './disk-file.ts'
import { listObjects } from './disk-list.ts'
import { readObject } from './disk-read.ts'
import { listStaging, makeUploadId, removeStaging } from './disk-staging.ts'
import { beginUpload, completeUpload, putObject, uploadPart } from './disk-upload.ts'
import { assertKey, assertPrefix } from './key.ts'
import { assertPartBytes, assertPartNumber } from './parts.ts'
import type { Storage } from './storage.ts'

export type DiskOptions = {
  /** The folder that holds the objects, made on first use; nothing else should write there. */
  readonly root: string
  readonly newId: NewId
  /** Dates the uploads. Objects carry the time of the file system. */
  readonly clock?: Pick<Clock, 'now'>
}

/**
 * Objects as files below a folder, for Node and Deno: key `a/b` is the file `b` in the folder `a`. Hence two limits that other
 * storages do not have, both `storage-unavailable`: `a` and `a/b` cannot both be objects, and there must be room. Everything a
 * call has answered is on the disk, whatever happens next; several processes may share a root.
 */
export const diskStorage = ({ root: givenRoot, newId, clock = systemClock }: DiskOptions): Storage => {
  const root = resolve(givenRoot)
  const nextUploadId = () => makeUploadId(clock.now(), newId())
  const inRoot = <Result>(attempt: string, work: () => Promise<Result>): Promise<Result> =>
    onDisk(attempt, async () => {
      await makeRoot(root)
      return work()
    })

  return {
    async put(key, bytes) {
      assertKey(key)
      return inRoot(`put object "${key}"`, () => putObject(root, { key, uploadId: nextUploadId() }, bytes))
    },
    async beginUpload(key, { partBytes }) {
      assertKey(key)
      assertPartBytes(partBytes)
      const upload = { key, uploadId: nextUploadId(), partBytes }
      return inRoot(`begin upload of "${key}"`, () => beginUpload(root, upload))
    },
    async uploadPart(upload, partNumber, bytes) {
      assertPartNumber(partNumber)
      const attempt = `upload part ${partNumber} of "${upload.key}"`
      return onDisk(attempt, () => uploadPart(root, upload, partNumber, bytes))
    },
    completeUpload: async (upload, parts) =>
      onDisk(`complete upload of "${upload.key}"`, () => completeUpload(root, upload, parts)),
    abortUpload: async (upload) =>
      onDisk(`abort upload of "${upload.key}"`, () => removeStaging(root, upload)),

    async head(key) {
      assertKey(key)
      return inRoot(`head object "${key}"`, async () => {
        const stats = await unlessMissing(stat(join(root, key), { bigint: true }))
        return stats && headOf(key, stats)
      })
    },
    async read(key, range) {
      assertKey(key)
      return inRoot(`read object "${key}"`, () => readObject(root, key, range))
    },
    async list(prefix, after = '') {
      assertPrefix(prefix)
      return inRoot(`list objects "${prefix}"`, () => listObjects(root, prefix, after, 1_000))
    },
    async remove(keys) {
      for (const key of keys) assertKey(key)
      await inRoot(`remove ${keys.length} objects`, () => removeObjects(root, keys))
    },
    async listUploads(prefix) {
      assertPrefix(prefix)
      return inRoot(`list uploads "${prefix}"`, () => listStaging(root, prefix))
    },
  }
}

const removeObjects = async (root: string, keys: readonly string[]): Promise<void> => {
  const paths = keys.map((key) => join(root, key))
  for (const path of paths) await removeFile(path)
  const oneOfEachFolder = new Map(paths.map((path) => [dirname(path), path]))
  for (const path of oneOfEachFolder.values()) await removeEmptyFolders(path, root)
}

const removeFile = async (path: string): Promise<void> => {
  try {
    await unlessMissing(unlink(path))
  } catch (error) {
    if (errnoOf(error) !== 'EISDIR') throw error // a folder is no object
  }
}
