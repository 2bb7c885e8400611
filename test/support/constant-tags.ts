import type { MemoryStorage } from '../../worker/storage/memory.ts'
import type { Storage } from '../../worker/storage/storage.ts'

/**
 * A storage whose part has the same ETag when it is uploaded again, as on disk and, for the same bytes, on S3; so nothing tells a part
 * from one that another worker has written over it.
 */
export const constantTags = (memory: MemoryStorage): Storage => ({
  ...memory,
  uploadPart: async (upload, partNumber, bytes) => {
    await memory.uploadPart(upload, partNumber, bytes)
    return constantTag(partNumber, bytes.length)
  },
  completeUpload: (upload, parts) => {
    const stored = memory.uploads.get(upload.uploadId)?.parts
    const etagOf = (partNumber: number, fallback: string, bytes: number): string => {
      const part = stored?.get(partNumber)
      return part?.content.length === bytes && fallback === constantTag(partNumber, bytes)
        ? part.etag
        : fallback
    }
    return memory.completeUpload(
      upload,
      parts.map((part) => ({ ...part, etag: etagOf(part.partNumber, part.etag, part.bytes) })),
    )
  },
})

const constantTag = (partNumber: number, bytes: number): string => `"${partNumber}-${bytes}"`
