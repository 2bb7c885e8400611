import { isKey } from './key.ts'
import type { S3Client } from './s3-client.ts'
import { notUnderstood, refused } from './s3-error.ts'
import { quoted } from './s3-object.ts'
import { parseObjectList, parseUploadList } from './s3-xml.ts'
import type { ObjectHead, OpenUpload } from './storage.ts'

/** Pages one call may ask for; more is no list that an answer can be made of. */
const maxPages = 100

/**
 * The first page of objects after `after`. `folder` is before every key. What others put there under names that are no keys is
 * passed over, and a page with nothing else does not look like the end: then the next one is asked for.
 */
export const listObjects = async (
  client: S3Client,
  folder: string,
  prefix: string,
  after: string | undefined,
): Promise<readonly ObjectHead[]> => {
  const attempt = `list objects "${prefix}"`
  const start = after === undefined ? {} : { 'start-after': folder + after }
  let from: Readonly<Record<string, string>> = start
  for (let page = 0; page < maxPages; page++) {
    const query = { 'list-type': '2', 'max-keys': '1000', prefix: folder + prefix, ...from }
    const { text, failure } = await client.call({ attempt, method: 'GET', objectKey: '', query })
    if (failure !== undefined) throw refused(attempt, failure)
    const list = parseObjectList(text)
    if (list === undefined) throw notUnderstood(attempt, 'no list')
    const objects = list.Contents.flatMap(({ Key, Size, ETag, LastModified }) => {
      const key = keyOf(folder, prefix, Key)
      return key === undefined ? [] : [{ key, bytes: Size, etag: quoted(ETag), lastModified: LastModified }]
    })
    if (objects.length > 0 || !list.IsTruncated) return objects
    if (list.NextContinuationToken === '') throw notUnderstood(attempt, 'no continuation')
    from = { 'continuation-token': list.NextContinuationToken }
  }
  throw notUnderstood(attempt, 'no end')
}

/** All unfinished uploads below `folder` whose key starts with `prefix`. */
export const listUploads = async (
  client: S3Client,
  folder: string,
  prefix: string,
): Promise<readonly OpenUpload[]> => {
  const attempt = `list uploads "${prefix}"`
  const found: OpenUpload[] = []
  let from: Readonly<Record<string, string>> = {}
  for (let page = 0; page < maxPages; page++) {
    const query = { uploads: '', 'max-uploads': '1000', prefix: folder + prefix, ...from }
    const { text, failure } = await client.call({ attempt, method: 'GET', objectKey: '', query })
    if (failure !== undefined) throw refused(attempt, failure)
    const list = parseUploadList(text)
    if (list === undefined) throw notUnderstood(attempt, 'no list')
    for (const { Key, UploadId, Initiated } of list.Upload) {
      const key = keyOf(folder, prefix, Key)
      if (key !== undefined) found.push({ key, uploadId: UploadId, startedAt: Initiated })
    }
    if (!list.IsTruncated) return found
    if (list.NextKeyMarker === '') throw notUnderstood(attempt, 'no continuation')
    from = { 'key-marker': list.NextKeyMarker, 'upload-id-marker': list.NextUploadIdMarker }
  }
  throw notUnderstood(attempt, 'no end')
}

/** The key of the port, if it is one of ours. Asked again, since some storages take a prefix for a hint. */
const keyOf = (folder: string, prefix: string, objectKey: string): string | undefined => {
  if (!objectKey.startsWith(folder + prefix)) return undefined
  const key = objectKey.slice(folder.length)
  return isKey(key) ? key : undefined
}
