import { freeMemory } from '../platform/free-memory.ts'

/**
 * Memory for parts, used again: a slice needs a buffer for each part in flight and one being filled (I6), and making a new one for
 * every part cost a tenth of an export in garbage collection (measured).
 */
export type PartBuffers = {
  take(partBytes: number): Uint8Array<ArrayBuffer>
  /** Gives back the buffer that `content` is in; nobody may read it any more. Content that was never in one is left alone. */
  giveBack(content: Uint8Array<ArrayBuffer>): void
  /** Frees what was given back. What was not, somebody may still be reading. */
  free(): void
}

export const createPartBuffers = (): PartBuffers => {
  const taken = new WeakSet<ArrayBuffer>()
  let unused: readonly ArrayBuffer[] = []
  const free = (): void => {
    for (const buffer of unused) freeMemory(new Uint8Array(buffer))
    unused = []
  }
  return {
    take: (partBytes) => {
      if (unused[0]?.byteLength !== partBytes) free() // those of a job with parts of another size
      const [buffer = new ArrayBuffer(partBytes), ...others] = unused
      unused = others
      taken.add(buffer)
      return new Uint8Array(buffer)
    },
    giveBack: ({ buffer }) => {
      if (taken.delete(buffer)) unused = [buffer, ...unused]
    },
    free,
  }
}
