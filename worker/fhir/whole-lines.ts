/**
 * Whether `bytes` are `count` lines of NDJSON as far as can be seen without parsing: each begins with `{` and ends with `}` and a newline,
 * and there is no other newline. So a sequence of lines is whole when, and only when, each of them is.
 */
export const areWholeLines = (bytes: Uint8Array, count: number): boolean => {
  if (bytes.length === 0) return count === 0
  if (bytes[0] !== opening) return false
  const words = wordsOf(bytes)
  let found = 0
  for (let at = nextNewline(bytes, words, 0); at < bytes.length; at = nextNewline(bytes, words, at + 1)) {
    const isLast = at === bytes.length - 1
    if (bytes[at - 1] !== closing || !(isLast || bytes[at + 1] === opening)) return false
    found++
    if (isLast) return found === count
  }
  return false
}

const newline = 0x0a
const opening = 0x7b
const closing = 0x7d

/** Bytes looked at together: four words. */
const stride = 16

const wordsOf = ({ buffer, byteOffset, length }: Uint8Array): Int32Array =>
  byteOffset % 4 === 0
    ? new Int32Array(buffer, byteOffset, Math.floor(length / stride) * 4)
    : new Int32Array(0)

/**
 * The place of the next newline, or behind the end. A line has about a thousand bytes: they are passed over sixteen at a time, twice as fast
 * as by `indexOf` (measured).
 */
const nextNewline = (bytes: Uint8Array, words: Int32Array, from: number): number => {
  let at = from
  while (at < bytes.length) {
    if (at % stride === 0) at = skipStrides(words, at)
    if (bytes[at] === newline) return at
    at++
  }
  return at
}

/** The first stride from `at` on that may hold a newline. */
const skipStrides = (words: Int32Array, at: number): number => {
  let word = at / 4
  while (word < words.length) {
    const a = (words[word] ?? 0) ^ newlines
    const b = (words[word + 1] ?? 0) ^ newlines
    const c = (words[word + 2] ?? 0) ^ newlines
    const d = (words[word + 3] ?? 0) ^ newlines
    if (((((a - ones) & ~a) | ((b - ones) & ~b) | ((c - ones) & ~c) | ((d - ones) & ~d)) & highs) !== 0) break
    word += 4
  }
  return word * 4
}

/** A word of newlines; and what tells whether a word has a byte that is zero: `(word - ones) & ~word & highs`. */
const newlines = 0x0a0a0a0a
const ones = 0x01010101
const highs = 0x80808080
