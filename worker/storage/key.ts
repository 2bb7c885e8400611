import { SluiceError } from '../errors.ts'

/**
 * Longest key, in characters. S3 would take 1,024, but on a local disk one file name of 255 bytes must hold a whole key beside
 * the id of its upload (`disk-staging.ts`), and a key that one adapter takes all must take. Ours stay below 100.
 */
export const maxKeyLength = 200

/** Refuses, with `invalid`, a key that is not of the form `storage.ts` describes. */
export const assertKey = (key: string): void => {
  if (key === '') refuse('key', key, 'it is empty')
  assertSegments('key', key, key.split('/'))
}

/**
 * Refuses, with `invalid`, a prefix that no key can have. A prefix may be empty, end in `/`, or end inside a segment; it may not
 * end in a segment `.` or `..`, so that no caller ever has to think about what such a path would mean.
 */
export const assertPrefix = (prefix: string): void => {
  const segments = prefix.split('/')
  const unfinished = segments.at(-1) === ''
  assertSegments('prefix', prefix, unfinished ? segments.slice(0, -1) : segments)
}

/** Whether it is a key as `storage.ts` describes; what others put into a bucket may have any. */
export const isKey = (key: string): boolean => key.length <= maxKeyLength && key.split('/').every(isSegment)

/** A name that may stand between two slashes of a key; of such names no path leads out of a folder. */
export const isSegment = (name: string): boolean =>
  /^[A-Za-z0-9._-]+$/.test(name) && name !== '.' && name !== '..'

const assertSegments = (noun: string, value: string, segments: readonly string[]): void => {
  if (value.length > maxKeyLength) refuse(noun, value, `it is longer than ${maxKeyLength} characters`)
  for (const segment of segments) {
    if (segment === '') refuse(noun, value, 'it has an empty segment')
    if (!isSegment(segment)) refuse(noun, value, `its segment ${JSON.stringify(segment)} is not allowed`)
  }
}

/** What is refused may come from a URL: the message shows it escaped, and not at any length. */
const refuse = (noun: string, value: string, reason: string): never => {
  throw new SluiceError(
    'invalid',
    `Cannot use ${noun} ${JSON.stringify(value.slice(0, maxKeyLength))}: ${reason}`,
  )
}
