/**
 * A point in time as precise as it was written, between two whole milliseconds, which is how fine the store's own
 * instants are. For a stored `t`, `t > floorMs` says exactly "after" and `t < ceilMs` exactly "before".
 */
export type Instant = {
  /** Milliseconds since the Unix epoch, rounded down. */
  readonly floorMs: number
  /** The same, rounded up: equal to `floorMs` unless the fraction goes on behind its third digit. */
  readonly ceilMs: number
}

/**
 * Reads a FHIR R4 `instant`, or a `date` (`2020`, `2020-05`, `2020-05-01`) as its first instant in UTC. A time of day
 * needs its offset, whose `+` may have become a space in a form-decoded query. A leap second, which Unix time does not
 * have, is the first instant of the minute after it.
 */
export const parseInstant = (text: string): Instant | undefined => {
  const found = pattern.exec(text)?.groups
  if (found === undefined) return undefined
  const { year, month = '01', day = '01', hour = '00', minute = '00', second = '00' } = found
  const { fraction = '', sign = '+', offsetHour = '00', offsetMinute = '00' } = found
  const dayMs = dayStartMs(Number(year), Number(month), Number(day))
  if (dayMs === undefined) return undefined
  const offsetMs = (Number(offsetHour) * 60 + Number(offsetMinute)) * 60_000 * (sign === '-' ? -1 : 1)
  const secondMs = dayMs + ((Number(hour) * 60 + Number(minute)) * 60 + Number(second)) * 1000 - offsetMs
  if (second === '60') return { floorMs: secondMs, ceilMs: secondMs }
  const floorMs = secondMs + Number(fraction.slice(0, 3).padEnd(3, '0'))
  return { floorMs, ceilMs: /[1-9]/.test(fraction.slice(3)) ? floorMs + 1 : floorMs }
}

/** Whether `a` is the earlier one. Of two that lie between the same whole milliseconds neither is: nothing stored does. */
export const isBefore = (a: Instant, b: Instant): boolean => a.floorMs + a.ceilMs < b.floorMs + b.ceilMs

/** Of two that lie between the same whole milliseconds it is true, though they differ: nothing stored lies between them. */
export const isSame = (a: Instant, b: Instant): boolean => a.floorMs === b.floorMs && a.ceilMs === b.ceilMs

/** Whole milliseconds as a FHIR instant: `2026-11-20T10:26:46.123Z`. */
export const formatInstant = (ms: number): string => new Date(ms).toISOString()

const offset = String.raw`(?:Z|(?<sign>[-+ ])(?<offsetHour>0\d|1[0-3]|14(?=:00)):(?<offsetMinute>[0-5]\d))`
const second = String.raw`(?<second>[0-5]\d|60)(?:\.(?<fraction>\d+))?`
const time = String.raw`(?<hour>[01]\d|2[0-3]):(?<minute>[0-5]\d):${second}${offset}`

/** The ranges are those of the regular expressions in FHIR R4 "Data Types"; whether the day exists is seen after. */
const pattern = new RegExp(String.raw`^(?<year>\d{4})(?:-(?<month>\d\d)(?:-(?<day>\d\d)(?:T${time})?)?)?$`)

/** Midnight in UTC, or `undefined` for a day that no calendar has. */
const dayStartMs = (year: number, month: number, day: number): number | undefined => {
  // `Date` takes the years 0 to 99 for 1900 to 1999; the calendar repeats itself after 400 years.
  const date = new Date(Date.UTC(year + 400, month - 1, day))
  const isReal = year >= 1 && date.getUTCMonth() === month - 1 // what a month lacks runs over into another
  return isReal ? date.getTime() - daysIn400Years * 86_400_000 : undefined
}

const daysIn400Years = 146_097
