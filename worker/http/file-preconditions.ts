/** What identifies one representation: `etag` with its quotes, `lastModified` as it is sent, an HTTP-date. */
export type Validators = { readonly etag: string; readonly lastModified: string }

export type Verdict = 'proceed' | 'not-modified' | 'precondition-failed'

/** The conditions of a `GET` or `HEAD`, in the order of RFC 9110 §13.2.2: a date counts only where there is no ETag. */
export const checkPreconditions = (headers: Headers, { etag, lastModified }: Validators): Verdict => {
  const ifMatch = headers.get('If-Match')
  const modifiedAt = Date.parse(lastModified)

  if (ifMatch !== null) {
    if (!isAny(ifMatch) && !tagsOf(ifMatch).some((tag) => isSameStrongly(tag, etag)))
      return 'precondition-failed'
  } else if (modifiedAt > dateOf(headers.get('If-Unmodified-Since'))) return 'precondition-failed'

  return isNotModified(headers, { etag, lastModified }) ? 'not-modified' : 'proceed'
}

/** Whether the client has it already: by `If-None-Match`, or where there is none by `If-Modified-Since` (§13.1.2, §13.1.3). */
export const isNotModified = (headers: Headers, { etag, lastModified }: Validators): boolean => {
  const ifNoneMatch = headers.get('If-None-Match')
  if (ifNoneMatch === null) return Date.parse(lastModified) <= dateOf(headers.get('If-Modified-Since'))
  return isAny(ifNoneMatch) || tagsOf(ifNoneMatch).some((tag) => isSameWeakly(tag, etag))
}

/**
 * Whether `If-Range` lets a range be sent (RFC 9110 §13.1.5): there is none, or its ETag, or its date, is the very one that was
 * sent. Dates are as good as ETags here, because a file never changes.
 */
export const allowsRange = (headers: Headers, { etag, lastModified }: Validators): boolean => {
  const ifRange = headers.get('If-Range')?.trim()
  return ifRange === undefined || ifRange === lastModified || isSameStrongly(ifRange, etag)
}

const isAny = (header: string): boolean => header.trim() === '*'

/** A comma may stand inside an entity-tag (§8.8.3), so this does not split. */
const tagsOf = (header: string): readonly string[] => header.match(/(W\/)?"[\x21\x23-\x7e\x80-\xff]*"/g) ?? []

/** §8.8.3.2 */
const isSameStrongly = (tag: string, etag: string): boolean => tag === etag && tag.startsWith('"')
const isSameWeakly = (tag: string, etag: string): boolean =>
  tag.replace(/^W\//, '') === etag.replace(/^W\//, '')

/** Milliseconds; not a number for no date, or for what is none, so that any comparison fails. §5.6.7: asctime lacks the `GMT`. */
const dateOf = (header: string | null): number => {
  if (header === null) return Number.NaN
  return Date.parse(header.endsWith('GMT') ? header : `${header} GMT`)
}
