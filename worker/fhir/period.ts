import { parseInstant } from './instant.ts'

/**
 * The bounds of a FHIR Period in milliseconds since the epoch. Both are inclusive, and a bound given less precisely means the whole
 * of it: `end: 2020-05` lasts until the last millisecond of May (FHIR R4 datatypes, Period). Unreadable bounds count as absent.
 */
export const firstInstant = (text: string | undefined): number | undefined =>
  text === undefined ? undefined : parseInstant(text)?.floorMs

export const lastInstant = (text: string | undefined): number | undefined => {
  const first = firstInstant(text)
  if (text === undefined || first === undefined) return undefined
  const start = new Date(first)
  const [year, month, day] = [start.getUTCFullYear(), start.getUTCMonth(), start.getUTCDate()]
  switch (text.length) {
    case 4:
      return Date.UTC(year + 1, 0, 1) - 1
    case 7:
      return Date.UTC(year, month + 1, 1) - 1
    case 10:
      return Date.UTC(year, month, day + 1) - 1
    default:
      return text.includes('.') ? first : first + 999
  }
}
