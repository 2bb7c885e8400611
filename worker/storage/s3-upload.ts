import { assertParts, invalidPart, noSuchUpload } from './parts.ts'
import type { S3Client } from './s3-client.ts'
import { notUnderstood, refused, type S3Failure, uploadRefused } from './s3-error.ts'
import { etagOf, quoted } from './s3-object.ts'
import { completionXml, parseCompleted, parseInitiated } from './s3-xml.ts'
import type { Part, Upload } from './storage.ts'

/** The steps of a multipart upload; `objectKey` is the key with the prefix of the storage. */
export const beginUpload = async (
  client: S3Client,
  key: string,
  objectKey: string,
  contentType: string,
): Promise<string> => {
  const attempt = `begin upload of "${key}"`
  const headers = { 'content-type': contentType }
  const { text, failure } = await client.call({
    attempt,
    method: 'POST',
    objectKey,
    query: { uploads: '' },
    headers,
  })
  if (failure !== undefined) throw refused(attempt, failure)
  const uploadId = parseInitiated(text)
  if (uploadId === undefined) throw notUnderstood(attempt, 'no UploadId')
  return uploadId
}

export const uploadPart = async (
  client: S3Client,
  upload: Upload,
  objectKey: string,
  partNumber: number,
  bytes: Uint8Array,
): Promise<string> => {
  const attempt = `upload part ${partNumber} of "${upload.key}"`
  if (bytes.length > upload.partBytes) {
    throw invalidPart(upload, partNumber, `it is longer than ${upload.partBytes} bytes`)
  }
  const query = { partNumber: String(partNumber), uploadId: knownId(upload) }
  const { headers, failure } = await client.call({ attempt, method: 'PUT', objectKey, query, body: bytes })
  if (failure !== undefined) throw uploadRefused(attempt, upload, failure)
  return etagOf(attempt, headers)
}

/**
 * Amazon and Swift answer a completion that is repeated as they did the first; R2 and others say `no-such-upload`. An answer that makes no sense
 * leaves open which of the two comes next.
 */
export const completeUpload = async (
  client: S3Client,
  upload: Upload,
  objectKey: string,
  parts: readonly Part[],
): Promise<string> => {
  const attempt = `complete upload of "${upload.key}"`
  assertParts(upload, parts)
  const { text, failure } = await client.call({
    attempt,
    method: 'POST',
    objectKey,
    query: { uploadId: knownId(upload) },
    headers: { 'content-type': 'application/xml' },
    body: new TextEncoder().encode(completionXml(parts)),
  })
  if (failure !== undefined) throw uploadRefused(attempt, upload, failure)
  const etag = parseCompleted(text)
  if (etag === undefined) throw notUnderstood(attempt, 'no result')
  return quoted(etag)
}

export const abortUpload = async (
  client: S3Client,
  { key, uploadId }: Pick<Upload, 'key' | 'uploadId'>,
  objectKey: string,
): Promise<void> => {
  if (uploadId === '') return
  const attempt = `abort upload of "${key}"`
  const { failure } = await client.call({ attempt, method: 'DELETE', objectKey, query: { uploadId } })
  if (failure !== undefined && !isOver(failure)) throw refused(attempt, failure)
}

const isOver = ({ status, code }: S3Failure): boolean =>
  code === 'NoSuchUpload' || (status === 404 && (code === '' || code === 'NoSuchKey'))

/** Without an id the request would be another: to put, or to remove, the object itself. */
const knownId = (upload: Upload): string => {
  if (upload.uploadId === '') throw noSuchUpload(upload)
  return upload.uploadId
}
