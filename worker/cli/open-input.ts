import { type FileHandle, open } from 'node:fs/promises'
import { pipeline, type Readable, Transform } from 'node:stream'
import { createGunzip } from 'node:zlib'

/**
 * The NDJSON of a file as a stream of bytes, decompressed when it begins as gzip does, whatever it is called. Counts the bytes
 * read from disk and those given out. What goes wrong on the way, a damaged archive included, comes out as the stream's error.
 */
export const openInput = async (
  path: string,
  onRead: (bytes: number) => void,
  onNdjson: (bytes: number) => void,
): Promise<Readable> => {
  const handle = await open(path)
  const isGzip = await beginsAsGzip(handle)
  const file = handle.createReadStream({ start: 0, highWaterMark: chunkBytes })
  const ignore = () => {} // the last stream emits the same error, to whom it concerns
  return isGzip
    ? pipeline(file, counter(onRead), createGunzip({ chunkSize: chunkBytes }), counter(onNdjson), ignore)
    : pipeline(file, counter(onRead), counter(onNdjson), ignore)
}

/** Large enough that the cost of a chunk does not show, small beside everything else in memory. */
const chunkBytes = 256 * 1024

const beginsAsGzip = async (handle: FileHandle): Promise<boolean> => {
  const { buffer, bytesRead } = await handle.read(new Uint8Array(2), 0, 2, 0)
  return bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b
}

const counter = (count: (bytes: number) => void): Transform =>
  new Transform({
    highWaterMark: chunkBytes,
    transform: (chunk: Uint8Array, _encoding, done) => {
      count(chunk.byteLength)
      done(null, chunk)
    },
  })
