/**
 * Gives back at once the memory of bytes that nobody reads any more. What is large and soon over V8 takes for growth, and goes through its
 * whole heap again and again for it: some 17 times in an export of 260 MB, a fifth of its time (measured).
 */
export const freeMemory = ({ buffer }: Uint8Array): void => {
  if (buffer instanceof ArrayBuffer && !buffer.detached) buffer.transfer(0)
}
