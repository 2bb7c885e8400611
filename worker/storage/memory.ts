import type { Clock } from '../platform/clock.ts'
import { assertKey, assertPrefix } from './key.ts'
import { assertPartBytes, assertPartNumber, assertParts, invalidPart, noSuchUpload } from './parts.ts'
import { clampRange } from './range.ts'
import type { ObjectHead, Storage, Upload } from './storage.ts'

export type MemoryObject = ObjectHead & { readonly contentType: string; readonly content: Uint8Array }
export type MemoryUpload = Upload & {
  readonly contentType: string
  readonly startedAt: number
  /** By part number. */
  readonly parts: Map<number, { readonly etag: string; readonly content: Uint8Array }>
}

/** A storage as tests want it: complete, and open to inspection. */
export type MemoryStorage = Required<Omit<Storage, 'sign' | 'locate'>> & {
  /** By key. */
  readonly objects: Map<string, MemoryObject>
  /** By upload id. */
  readonly uploads: Map<string, MemoryUpload>
}

/**
 * A storage in memory, as strict as the strictest real one: parts must be equal (R2), and a part uploaded again has a new ETag,
 * with which alone it can be completed (R2), even when its bytes are the same.
 */
export const memoryStorage = ({ clock }: { readonly clock: Pick<Clock, 'now'> }): MemoryStorage => {
  const objects = new Map<string, MemoryObject>()
  const uploads = new Map<string, MemoryUpload>()
  let made = 0

  const nextTag = () => `"${(++made).toString(16).padStart(8, '0')}"`
  const store = (key: string, content: Uint8Array, contentType: string): string => {
    const etag = nextTag()
    objects.set(key, { key, bytes: content.length, etag, lastModified: clock.now(), contentType, content })
    return etag
  }
  const openUpload = (upload: Upload): MemoryUpload => {
    const found = uploads.get(upload.uploadId)
    if (found === undefined || found.key !== upload.key) throw noSuchUpload(upload)
    return found
  }

  return {
    objects,
    uploads,
    async put(key, bytes, contentType) {
      assertKey(key)
      return store(key, bytes.slice(), contentType)
    },
    async beginUpload(key, { contentType, partBytes }) {
      assertKey(key)
      assertPartBytes(partBytes)
      const uploadId = `upload-${++made}`
      uploads.set(uploadId, {
        key,
        uploadId,
        partBytes,
        contentType,
        startedAt: clock.now(),
        parts: new Map(),
      })
      return { key, uploadId, partBytes }
    },
    async uploadPart(upload, partNumber, bytes) {
      assertPartNumber(partNumber)
      const etag = nextTag()
      openUpload(upload).parts.set(partNumber, { etag, content: bytes.slice() })
      return etag
    },
    async completeUpload(upload, parts) {
      const { contentType, parts: stored } = openUpload(upload)
      const contents = parts.map((part) => {
        const { etag, content } = stored.get(part.partNumber) ?? {}
        if (content === undefined) throw invalidPart(upload, part.partNumber, 'it was not uploaded')
        if (etag !== part.etag) throw invalidPart(upload, part.partNumber, 'its ETag is another')
        if (content.length !== part.bytes) throw invalidPart(upload, part.partNumber, 'its length is another')
        return content
      })
      assertParts(upload, parts)
      uploads.delete(upload.uploadId)
      return store(upload.key, join(contents), contentType)
    },
    async abortUpload({ key, uploadId }) {
      if (uploads.get(uploadId)?.key === key) uploads.delete(uploadId)
    },
    async head(key) {
      assertKey(key)
      const object = objects.get(key)
      return object && headOf(object)
    },
    async read(key, range) {
      assertKey(key)
      const object = objects.get(key)
      if (object === undefined) return undefined
      const { from, end } = clampRange(key, object.bytes, range)
      return { ...headOf(object), body: streamOf(object.content.subarray(from, end)) }
    },
    async list(prefix, after = '') {
      assertPrefix(prefix)
      const found = [...objects.values()].filter(({ key }) => key.startsWith(prefix) && key > after)
      return found.sort(byKey).slice(0, 1_000).map(headOf)
    },
    async remove(keys) {
      for (const key of keys) assertKey(key)
      for (const key of keys) objects.delete(key)
    },
    async listUploads(prefix) {
      assertPrefix(prefix)
      const found = [...uploads.values()].filter(({ key }) => key.startsWith(prefix))
      return found.sort(byKey).map(({ key, uploadId, startedAt }) => ({ key, uploadId, startedAt }))
    },
  }
}

const headOf = ({ key, bytes, etag, lastModified }: MemoryObject): ObjectHead => ({
  key,
  bytes,
  etag,
  lastModified,
})

const byKey = (a: { readonly key: string }, b: { readonly key: string }): number =>
  a.key < b.key ? -1 : a.key > b.key ? 1 : 0

const join = (contents: readonly Uint8Array[]): Uint8Array => {
  const joined = new Uint8Array(contents.reduce((sum, content) => sum + content.length, 0))
  let at = 0
  for (const content of contents) {
    joined.set(content, at)
    at += content.length
  }
  return joined
}

/** In chunks and on demand, as a network would deliver it; each chunk is a copy, so that a reader cannot change the object. */
const streamOf = (content: Uint8Array, chunkBytes = 65_536): ReadableStream<Uint8Array> => {
  let at = 0
  return new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        if (at < content.length) controller.enqueue(content.slice(at, at + chunkBytes))
        at += chunkBytes
        if (at >= content.length) controller.close()
      },
    },
    { highWaterMark: 0 },
  )
}
