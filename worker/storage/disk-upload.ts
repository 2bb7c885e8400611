import { type FileHandle, rm } from 'node:fs/promises'
import { errnoOf } from './disk-error.ts'
import { etagOf, makeFolder, moveToKey, syncFolder, withFile, writeAll } from './disk-file.ts'
import { assertPartRecords, partTag, writePartRecord } from './disk-part-record.ts'
import { isUploadId, stagingFolder, stagingPath } from './disk-staging.ts'
import { assertParts, invalidPart, noSuchUpload } from './parts.ts'
import type { Part, Upload } from './storage.ts'

/** Writes a whole object beside its place, makes it durable, and only then moves it there. */
export const putObject = async (
  root: string,
  upload: Omit<Upload, 'partBytes'>,
  bytes: Uint8Array,
): Promise<string> => {
  const path = stagingPath(root, upload, 'put')
  await makeFolder(stagingFolder(root))
  try {
    const etag = await withFile(path, 'wx', async (file) => {
      await writeAll(file, bytes, 0)
      await file.datasync()
      return etagOf(await file.stat({ bigint: true }))
    })
    await moveToKey(path, root, upload.key)
    return etag
  } catch (error) {
    await rm(path, { force: true })
    throw error
  }
}

/** Makes the two files of an upload, durably: a part cannot be more durable than the name of its file. */
export const beginUpload = async (root: string, upload: Upload): Promise<Upload> => {
  await makeFolder(stagingFolder(root))
  for (const role of ['data', 'parts'] as const) {
    await withFile(stagingPath(root, upload, role), 'wx', async () => {})
  }
  await Promise.all([stagingFolder(root), root].map(syncFolder))
  return upload
}

/**
 * Writes a part in its place, and its record. The record goes first: of a part half overwritten with other bytes neither the old
 * ETag is valid any more nor the new one known. `r+` never creates a file, so an upload that is over stays over. A zombie that
 * has opened the file before it was completed writes into the object, but the same bytes (DESIGN I2); all that changes is the
 * object's ETag, and clients that resume start again.
 */
export const uploadPart = async (
  root: string,
  upload: Upload,
  partNumber: number,
  bytes: Uint8Array,
): Promise<string> => {
  if (bytes.length > upload.partBytes) {
    throw invalidPart(upload, partNumber, `it is longer than ${upload.partBytes} bytes`)
  }
  const etag = partTag(partNumber, bytes)
  await withUpload(root, upload, async (data, records) => {
    await writePartRecord(records, partNumber, etag)
    await writeAll(data, bytes, (partNumber - 1) * upload.partBytes)
    await Promise.all([records.datasync(), data.datasync()])
  })
  return etag
}

/**
 * Cuts the file to the length of the listed parts and moves it to its key: no byte is copied. It may be repeated until the file has
 * moved; from then on it is `no-such-upload`, also when a crash has left the records to the sweep. A file that has its length
 * already is not cut, as that would touch its time, and so the ETag of what another may just have completed.
 */
export const completeUpload = async (
  root: string,
  upload: Upload,
  parts: readonly Part[],
): Promise<string> => {
  const etag = await withUpload(root, upload, async (data, records) => {
    assertParts(upload, parts)
    await assertPartRecords(records, upload, parts)
    const bytes = parts.reduce((sum, part) => sum + part.bytes, 0)
    const { size } = await data.stat()
    if (size < bytes) throw invalidPart(upload, parts.length, 'its bytes are missing')
    if (size > bytes) await data.truncate(bytes)
    await data.sync()
    return etagOf(await data.stat({ bigint: true }))
  })
  await orNoSuchUpload(upload, moveToKey(stagingPath(root, upload, 'data'), root, upload.key))
  await rm(stagingPath(root, upload, 'parts'), { force: true })
  return etag
}

const withUpload = async <Result>(
  root: string,
  upload: Upload,
  use: (data: FileHandle, records: FileHandle) => Promise<Result>,
): Promise<Result> => {
  if (!isUploadId(upload.uploadId)) throw noSuchUpload(upload)
  const used = withFile(stagingPath(root, upload, 'parts'), 'r+', (records) =>
    withFile(stagingPath(root, upload, 'data'), 'r+', (data) => use(data, records)),
  )
  return orNoSuchUpload(upload, used)
}

/** Only ENOENT says so: ENOTDIR would be an object where a folder should be. */
const orNoSuchUpload = async <Result>(upload: Upload, work: Promise<Result>): Promise<Result> => {
  try {
    return await work
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') throw noSuchUpload(upload, error)
    throw error
  }
}
