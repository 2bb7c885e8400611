/** What `Retry-After` says (RFC 9110 §10.2.3), seconds or a date, in milliseconds from `now`; `undefined` when it says nothing. */
export const retryAfterMs = (header: string | null, now: number): number | undefined => {
  const text = header?.trim() ?? ''
  if (/^\d+$/.test(text)) return Math.min(Number(text) * 1000, maxWaitMs)
  const at = /^[A-Z][a-z]{2,8},? /.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(at) ? undefined : Math.min(Math.max(0, at - now), maxWaitMs)
}

/** Nobody sleeps longer on a server's word: the end of an export should be heard of within the hour. */
const maxWaitMs = 3_600_000
