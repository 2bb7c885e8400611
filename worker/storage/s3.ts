import { SluiceError } from '../errors.ts'
import { type Clock, systemClock } from '../platform/clock.ts'
import { assertKey, assertPrefix } from './key.ts'
import { assertPartBytes, assertPartNumber } from './parts.ts'
import { s3Url } from './s3-address.ts'
import { type S3ClientOptions, type S3Credentials, s3Client } from './s3-client.ts'
import { refused } from './s3-error.ts'
import { listObjects, listUploads } from './s3-list.ts'
import { etagOf } from './s3-object.ts'
import { headObject, readObject } from './s3-read.ts'
import { removeObjects } from './s3-remove.ts'
import { abortUpload, beginUpload, completeUpload, uploadPart } from './s3-upload.ts'
import type { SignOptions, Storage } from './storage.ts'

export type S3Options = {
  readonly bucket: string
  /** Before every key: `''`, or whole segments. */
  readonly prefix: string
  /** Absolute http(s) URL without a trailing slash. */
  readonly endpoint: string
  readonly region: string
  /** `endpoint/bucket/key`, instead of `bucket.endpoint/key`. */
  readonly pathStyle: boolean
  readonly credentials: S3Credentials
  /** Whether the storage has ListMultipartUploads, by prefix; wrangler's R2 has not, MinIO only by whole keys. */
  readonly listsUploads?: boolean
  readonly fetch?: S3ClientOptions['fetch']
  /** Dates the requests: a storage refuses those that are off by more than a quarter of an hour. */
  readonly clock?: Pick<Clock, 'now'>
  /** How long a request may take; the body of an object that is read may take longer. */
  readonly timeoutMs?: number
}

/**
 * Objects in a bucket of AWS S3, R2, MinIO, GCS or any other storage that speaks S3, by web standards only. Every verb is one
 * request, sent once (but `remove` and the lists, which are as many as they need): whoever works under a lease tries again.
 */
export const s3Storage = (options: S3Options): Storage => {
  const { fetch: given, clock = systemClock, timeoutMs = 60_000, listsUploads = true } = options
  const folder = options.prefix === '' ? '' : options.prefix.replace(/\/?$/, '/')
  const client = s3Client({ ...options, fetch: given ?? ((url, init) => fetch(url, init)), clock, timeoutMs })

  return {
    async put(key, bytes, contentType) {
      assertKey(key)
      const attempt = `put object "${key}"`
      const headers = { 'content-type': contentType }
      const request = { attempt, method: 'PUT', objectKey: folder + key, headers, body: bytes } as const
      const answer = await client.call(request)
      if (answer.failure !== undefined) throw refused(attempt, answer.failure)
      return etagOf(attempt, answer.headers)
    },
    async beginUpload(key, { contentType, partBytes }) {
      assertKey(key)
      assertPartBytes(partBytes)
      return { key, uploadId: await beginUpload(client, key, folder + key, contentType), partBytes }
    },
    async uploadPart(upload, partNumber, bytes) {
      assertKey(upload.key)
      assertPartNumber(partNumber)
      return uploadPart(client, upload, folder + upload.key, partNumber, bytes)
    },
    async completeUpload(upload, parts) {
      assertKey(upload.key)
      return completeUpload(client, upload, folder + upload.key, parts)
    },
    async abortUpload(upload) {
      assertKey(upload.key)
      await abortUpload(client, upload, folder + upload.key)
    },

    async head(key) {
      assertKey(key)
      return headObject(client, key, folder + key)
    },
    async read(key, range) {
      assertKey(key)
      return readObject(client, key, folder + key, range)
    },
    async list(prefix, after) {
      assertPrefix(prefix)
      return listObjects(client, folder, prefix, after)
    },
    async remove(keys) {
      for (const key of keys) assertKey(key)
      await removeObjects(client, keys, folder)
    },

    ...(listsUploads && {
      listUploads: async (prefix: string) => {
        assertPrefix(prefix)
        return listUploads(client, folder, prefix)
      },
    }),
    async sign(key, signing) {
      assertKey(key)
      assertExpiry(key, signing)
      return client.presign(folder + key, signing.expiresInSeconds, signing.now)
    },
    locate(key) {
      assertKey(key)
      return { url: s3Url(options, folder + key), uri: `s3://${options.bucket}/${folder}${key}` }
    },
  }
}

/** S3's longest. */
const maxExpirySeconds = 604_800

const assertExpiry = (key: string, { expiresInSeconds }: SignOptions): void => {
  const isPossible =
    Number.isInteger(expiresInSeconds) && expiresInSeconds >= 1 && expiresInSeconds <= maxExpirySeconds
  if (isPossible) return
  const reason = `"${expiresInSeconds}" is no whole number of seconds from 1 to ${maxExpirySeconds}`
  throw new SluiceError('invalid', `Cannot sign URL of object "${key}": ${reason}`)
}
