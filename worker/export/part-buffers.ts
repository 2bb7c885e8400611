/**
 * Memory for parts, used again: a slice needs a buffer for each part in flight and one being filled (I6), and making a new one for
 * every part cost a tenth of an export in garbage collection (measured).
 */
export type PartBuffers = {
  take(): Uint8Array<ArrayBuffer>
  /** Gives back the buffer that `content` is in; nobody may read it any more. Content that was never in one is left alone. */
  giveBack(content: Uint8Array<ArrayBuffer>): void
}

export const createPartBuffers = (partBytes: number): PartBuffers => {
  const free: ArrayBuffer[] = []
  return {
    take: () => new Uint8Array(free.pop() ?? new ArrayBuffer(partBytes)),
    giveBack: ({ buffer }) => {
      if (buffer.byteLength === partBytes) free.push(buffer)
    },
  }
}
