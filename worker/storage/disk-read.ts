import { type FileHandle, open } from 'node:fs/promises'
import { join } from 'node:path'
import { SluiceError } from '../errors.ts'
import { onDisk, unlessMissing } from './disk-error.ts'
import { headOf } from './disk-file.ts'
import { clampRange } from './range.ts'
import type { ByteRange, ObjectRead } from './storage.ts'

/** Memory one reader takes. Chunks of 64 KiB halve the speed, larger ones gain a tenth. */
const chunkBytes = 256 * 1024

/**
 * Opens an object for reading. The open file keeps its bytes though the object be removed or replaced meanwhile (SPEC F-08); the
 * stream closes it when it ends, fails or is cancelled.
 */
export const readObject = async (
  root: string,
  key: string,
  range?: ByteRange,
): Promise<ObjectRead | undefined> => {
  const file = await unlessMissing(open(join(root, key), 'r'))
  if (file === undefined) return undefined
  try {
    const head = headOf(key, await file.stat({ bigint: true }))
    if (head === undefined) {
      await file.close()
      return undefined
    }
    const { from, end } = clampRange(key, head.bytes, range)
    return { ...head, body: streamOf(file, key, from, end) }
  } catch (error) {
    await file.close()
    throw error
  }
}

const streamOf = (file: FileHandle, key: string, from: number, end: number): ReadableStream<Uint8Array> => {
  let position = from
  const closeAtEnd = async (controller: ReadableStreamDefaultController<Uint8Array>) => {
    if (position < end) return
    await file.close()
    controller.close()
  }
  return new ReadableStream<Uint8Array>(
    {
      start: closeAtEnd,
      async pull(controller) {
        const chunk = await readChunk(file, key, position, Math.min(chunkBytes, end - position))
        position += chunk.length
        controller.enqueue(chunk)
        await closeAtEnd(controller)
      },
      cancel: () => file.close(),
    },
    { highWaterMark: 0 },
  )
}

/** At least one byte: a file that ends before its time must not look like one that is complete. */
const readChunk = async (
  file: FileHandle,
  key: string,
  position: number,
  bytes: number,
): Promise<Uint8Array> => {
  try {
    return await onDisk(`read object "${key}"`, async () => {
      const { bytesRead, buffer } = await file.read(new Uint8Array(bytes), 0, bytes, position)
      if (bytesRead > 0) return buffer.subarray(0, bytesRead)
      throw new SluiceError('storage-unavailable', `Cannot read object "${key}": it ends at ${position}`)
    })
  } catch (error) {
    await file.close()
    throw error
  }
}
