import { notUnderstood } from './s3-error.ts'
import type { ByteRange, ObjectHead } from './storage.ts'

/** What the headers of an answer tell about the object `key`, which has `bytes` bytes. */
export const headOf = (attempt: string, key: string, bytes: number, headers: Headers): ObjectHead => {
  const lastModified = Date.parse(headers.get('last-modified') ?? '')
  if (!Number.isFinite(lastModified)) throw notUnderstood(attempt, 'no Last-Modified')
  return { key, bytes, etag: etagOf(attempt, headers), lastModified }
}

export const etagOf = (attempt: string, headers: Headers): string => {
  const etag = headers.get('etag')
  if (etag === null || etag === '') throw notUnderstood(attempt, 'no ETag')
  return quoted(etag)
}

/** Verbatim, but for storages that leave out the quotes, in headers or in lists: an object has one ETag, and HTTP wants them. */
export const quoted = (etag: string): string => (/^(?:W\/)?".*"$/.test(etag) ? etag : `"${etag}"`)

/** The size of a whole object from a whole answer. */
export const lengthOf = (attempt: string, headers: Headers): number => {
  const bytes = headers.get('content-length') ?? ''
  if (!/^\d{1,15}$/.test(bytes)) throw notUnderstood(attempt, 'no Content-Length')
  return Number(bytes)
}

/**
 * The size of the whole object from an answer that should hold `range` of it, or what there is of it. `undefined` when it holds
 * anything else: there are storages that do not know ranges, and send everything.
 */
export const lengthOfRanged = (headers: Headers, { from, to }: ByteRange): number | undefined => {
  const [, start, end, total] =
    /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15})$/i.exec(headers.get('content-range') ?? '') ?? []
  const bytes = Number(total)
  return Number(start) === from && Number(end) === Math.min(to, bytes - 1) ? bytes : undefined
}
