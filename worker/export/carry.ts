/**
 * The bytes a slice leaves behind, as database values: gzip, in pieces of at most 1 MB, since a server refuses a value over 5,000,000
 * bytes and a slice may leave almost a whole part.
 */
const chunkBytes = 1_000_000

export const compressCarry = async (bytes: Uint8Array<ArrayBuffer>): Promise<readonly Uint8Array[]> => {
  if (bytes.length === 0) return []
  const packed = await transformed(bytes, new CompressionStream('gzip'))
  return Array.from({ length: Math.ceil(packed.length / chunkBytes) }, (_, i) =>
    packed.subarray(i * chunkBytes, (i + 1) * chunkBytes),
  )
}

export const expandCarry = async (chunks: readonly Uint8Array[]): Promise<Uint8Array> => {
  if (chunks.length === 0) return new Uint8Array(0)
  const packed = new Uint8Array(await new Blob(chunks.map((chunk) => new Uint8Array(chunk))).arrayBuffer())
  return transformed(packed, new DecompressionStream('gzip'))
}

const transformed = async (
  bytes: Uint8Array<ArrayBuffer>,
  through: CompressionStream | DecompressionStream,
): Promise<Uint8Array> =>
  new Uint8Array(await new Response(new Blob([bytes]).stream().pipeThrough(through)).arrayBuffer())
