import type { FileHandle } from 'node:fs/promises'
import { crc32 } from 'node:zlib'
import { writeAll } from './disk-file.ts'
import { invalidPart } from './parts.ts'
import type { Part, Upload } from './storage.ts'

/** One line a part, at (n - 1) · 64 bytes: its ETag, then spaces. No ETag has more than 28 characters. */
const recordBytes = 64

/**
 * The ETag of a part says its number, its length and a checksum of what is in it. So a part uploaded again with the same bytes (DESIGN
 * I2) keeps its ETag, and a zombie that repeats one does no harm. A checksum is enough, for nobody here means to deceive; a
 * cryptographic hash cost a fifth of an export (measured).
 */
export const partTag = (partNumber: number, bytes: Uint8Array): string =>
  `"${partNumber}-${bytes.length}-${crc32(bytes).toString(16).padStart(8, '0')}"`

export const writePartRecord = (records: FileHandle, partNumber: number, etag: string): Promise<void> =>
  writeAll(
    records,
    new TextEncoder().encode(`${etag.padEnd(recordBytes - 1)}\n`),
    (partNumber - 1) * recordBytes,
  )

/** Refuses, with `invalid-part`, a list of parts that are not those stored: never uploaded, uploaded anew, or of another length. */
export const assertPartRecords = async (
  records: FileHandle,
  upload: Upload,
  parts: readonly Part[],
): Promise<void> => {
  const text = await records.readFile('latin1')
  for (const part of parts) {
    const at = (part.partNumber - 1) * recordBytes
    const etag = text.slice(at, at + recordBytes).trimEnd()
    if (!etag.startsWith('"')) throw invalidPart(upload, part.partNumber, 'it was not uploaded')
    if (etag !== part.etag) throw invalidPart(upload, part.partNumber, 'its ETag is another')
    const bytes = Number(etag.split('-')[1])
    if (bytes !== part.bytes) throw invalidPart(upload, part.partNumber, `it has ${bytes} bytes`)
  }
}
