/**
 * How long an answer may be kept from the moment it was asked for, in milliseconds (RFC 9111 section 4.2): never longer than its sender
 * says, with what it has spent in other caches taken off, and never longer than a day. `private` allows it: there is one reader here.
 */
export const freshForMs = (headers: Headers, nowMs: number): number => {
  const said = saidSeconds(headers, nowMs)
  if (said === undefined) return unsaidMs
  return Math.max(0, Math.min((said - ageOf(headers)) * 1000, mostMs))
}

const unsaidMs = 5 * 60_000
const mostMs = 24 * 60 * 60_000

const saidSeconds = (headers: Headers, nowMs: number): number | undefined => {
  const directives = (headers.get('Cache-Control') ?? '')
    .toLowerCase()
    .split(',')
    .map((text) => text.trim())
  if (directives.some((each) => /^no-(?:store|cache)(?:=|$)/.test(each))) return 0
  const ages = directives.flatMap((each) => /^(?:max-age|s-maxage) *= *(.*)$/.exec(each)?.[1] ?? [])
  if (ages.length > 0) return Math.min(...ages.map(secondsOf))
  const expires = headers.get('Expires')
  if (expires === null) return undefined
  const end = Date.parse(expires)
  return Number.isNaN(end) ? 0 : Math.max(0, (end - (Date.parse(headers.get('Date') ?? '') || nowMs)) / 1000)
}

/** What cannot be read has ended already (RFC 9111 section 4.2.1). */
const secondsOf = (text: string): number => {
  const digits = /^"?(\d{1,10})"?$/.exec(text.trim())?.[1]
  return digits === undefined ? 0 : Number(digits)
}

const ageOf = (headers: Headers): number => secondsOf(headers.get('Age') ?? '0')
