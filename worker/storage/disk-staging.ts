import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { SluiceError } from '../errors.ts'
import { unlessMissing } from './disk-error.ts'
import { assertKey, isSegment } from './key.ts'
import type { OpenUpload, Upload } from './storage.ts'

/**
 * The staging area: one flat folder inside the root, so that a rename stays on one file system. `~` and `+` are no characters of
 * a key; so the folder cannot collide with one, and a file name `<key>~<upload id>~<role>`, `+` standing for `/`, can be read
 * back. That is all a sweep needs to find what a crash left behind.
 */
type Role =
  /** The bytes of a `put` under way. */
  | 'put'
  /** The bytes of a multipart upload, part n at (n - 1) · partBytes: they become the object as they are. */
  | 'data'
  /** The ETags of the parts of a multipart upload (`disk-part-record.ts`). */
  | 'parts'

const roles: readonly Role[] = ['put', 'data', 'parts']

export const stagingFolder = (root: string): string => join(root, '~staging')

export const stagingPath = (root: string, upload: Pick<Upload, 'key' | 'uploadId'>, role: Role): string => {
  assertKey(upload.key)
  return join(stagingFolder(root), `${upload.key.replaceAll('/', '+')}~${upload.uploadId}~${role}`)
}

/** The start is part of the id, in milliseconds and base 36; so it is known without a look into the file. */
export const makeUploadId = (startedAt: number, id: string): string => {
  const uploadId = `${startedAt.toString(36)}-${id}`
  if (isUploadId(uploadId)) return uploadId
  throw new SluiceError(
    'internal',
    `Cannot make upload id of "${id}": more than 36 characters, or not those of a key`,
  )
}

/** Whether it could be one of ours. It comes from a row, but becomes a path. */
export const isUploadId = (uploadId: string): boolean =>
  uploadId.length <= 46 && /^[0-9a-z]+-/.test(uploadId) && isSegment(uploadId)

/** Everything in the staging area whose key starts with `prefix`: uploads, and what a crash left of uploads and of puts. */
export const listStaging = async (root: string, prefix: string): Promise<readonly OpenUpload[]> => {
  const names = (await unlessMissing(readdir(stagingFolder(root)))) ?? []
  const found = new Map<string, OpenUpload>()
  for (const name of names.sort()) {
    const [flatKey = '', uploadId = ''] = name.split('~')
    const key = flatKey.replaceAll('+', '/')
    if (!key.startsWith(prefix) || !isUploadId(uploadId)) continue
    found.set(`${key}~${uploadId}`, { key, uploadId, startedAt: Number.parseInt(uploadId, 36) })
  }
  return [...found.values()]
}

/** Forgets an upload; its bytes go first, so that no completion can succeed once this has begun. */
export const removeStaging = async (
  root: string,
  upload: Pick<Upload, 'key' | 'uploadId'>,
): Promise<void> => {
  if (!isUploadId(upload.uploadId)) return
  for (const role of roles) await rm(stagingPath(root, upload, role), { force: true })
}
