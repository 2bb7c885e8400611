import type { ByteRange } from '../storage/storage.ts'

/**
 * What a `Range` header asks of a file of `bytes` bytes (RFC 9110 §14.1.2, §14.2). A header that is missing, malformed, of another
 * unit or of several ranges is ignored, which the RFC allows: the whole file.
 */
export const requestedRange = (
  header: string | null,
  bytes: number,
): ByteRange | 'whole' | 'unsatisfiable' => {
  const [, set = ''] = header?.match(/^bytes=(.*)$/i) ?? []
  const [spec, another] = set.split(',').flatMap((member) => member.trim() || []) // empty members do not count (§5.6.1)
  const [, first, last] = spec?.match(/^(\d*)-(\d*)$/) ?? []
  if (first === undefined || last === undefined || another !== undefined) return 'whole'
  if (first === '') return suffixRange(last, bytes)
  if (last !== '' && Number(last) < Number(first)) return 'whole'
  if (Number(first) >= bytes) return 'unsatisfiable'
  return { from: Number(first), to: last === '' ? bytes - 1 : Math.min(Number(last), bytes - 1) }
}

/** The last so many bytes. Of an empty file that is all of it, for which a 206 has no words. */
const suffixRange = (length: string, bytes: number): ByteRange | 'whole' | 'unsatisfiable' => {
  if (length === '') return 'whole'
  if (Number(length) === 0) return 'unsatisfiable'
  return bytes === 0 ? 'whole' : { from: Math.max(0, bytes - Number(length)), to: bytes - 1 }
}
