import { freeMemory } from '../platform/free-memory.ts'

/**
 * Memory for parts, used again: a slice needs a buffer for each part in flight and one being filled (I6), and making a new one for
 * every part cost a tenth of an export in garbage collection (measured).
 */
export type PartBuffers = {
  take(): Uint8Array<ArrayBuffer>
  /** Gives back the buffer that `content` is in; nobody may read it any more. Content that was never in one is left alone. */
  giveBack(content: Uint8Array<ArrayBuffer>): void
  /** Frees what was given back. What was not, somebody may still be reading. */
  free(): void
}

export const createPartBuffers = (partBytes: number): PartBuffers => {
  const unused: ArrayBuffer[] = []
  return {
    take: () => new Uint8Array(unused.pop() ?? new ArrayBuffer(partBytes)),
    giveBack: ({ buffer }) => {
      if (buffer.byteLength === partBytes) unused.push(buffer)
    },
    free: () => {
      for (const buffer of unused.splice(0)) freeMemory(new Uint8Array(buffer))
    },
  }
}
