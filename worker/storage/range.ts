import { SluiceError } from '../errors.ts'
import type { ByteRange } from './storage.ts'

/**
 * The bytes of an object of `bytes` bytes that `range` asks for, as `[from, end)`: all of them without a range, and what there is
 * of them when the range ends behind the object. `invalid-range` when the range starts behind it, or is none.
 */
export const clampRange = (
  key: string,
  bytes: number,
  range: ByteRange | undefined,
): { readonly from: number; readonly end: number } => {
  if (range === undefined) return { from: 0, end: bytes }
  const { from, to } = range
  const isSatisfiable = Number.isInteger(from) && from >= 0 && from <= to && from < bytes
  if (isSatisfiable) return { from, end: Math.min(to + 1, bytes) }
  throw new SluiceError(
    'invalid-range',
    `Cannot read object "${key}": it has ${bytes} bytes, not a range ${from}-${to}`,
  )
}
