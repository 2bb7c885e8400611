import { isJsonObject, type Json } from '../json.ts'
import type { Span } from './values.ts'

/** Nanoseconds since the epoch: whole, for fractions of milliseconds are not exact. Open ends are infinite. */
export type Moment = bigint | number
export type DateSpan<End = Moment> = Span<End>

export const msOf = 1_000_000n

export const compareMoments = (a: Moment, b: Moment): number => (a < b ? -1 : a > b ? 1 : 0)

/**
 * The span that a date or dateTime means by its precision: a year, a month, … a second, or a fraction of one. What has no offset is
 * taken for UTC, as dates are throughout this service. `undefined` for what is none of them. Seconds may be missing, as a search allows.
 */
export const dateSpanOf = (text: string): DateSpan<bigint> | undefined => {
  const found = text.length > maxLength ? null : pattern.exec(text)
  if (found === null) return undefined
  const [, year, month, day, hour, minute, second, fraction, zone = 'Z'] = found
  const [y, m, d] = [Number(year), Number(month ?? 1) - 1, Number(day ?? 1)]
  if (!isDay(y, m, d)) return undefined
  if (month === undefined) return { low: utc(y, 0, 1), high: utc(y + 1, 0, 1) }
  if (day === undefined) return { low: utc(y, m, 1), high: utc(y, m + 1, 1) }
  if (hour === undefined) return { low: utc(y, m, d), high: utc(y, m, d + 1) }
  const seconds = Number(hour) * 3600 + Number(minute) * 60 + Number(second ?? 0) - offsetSeconds(zone)
  const low = utc(y, m, d, seconds)
  if (second === undefined) return { low, high: low + 60n * secondOf }
  if (fraction === undefined) return { low, high: low + secondOf }
  const digits = fraction.slice(0, 9)
  const begin = low + BigInt(digits.padEnd(9, '0'))
  return { low: begin, high: begin + 10n ** BigInt(9 - digits.length) }
}

/**
 * What an element of a type that dates are searched in means; `undefined` for what is none. An instant has no width (R4 search, "date"):
 * here it is a nanosecond.
 */
export const dateSpanOfElement = (value: Json, type: string): DateSpan | undefined => {
  if (typeof value === 'string') return type === 'instant' ? instantSpan(value) : dateSpanOf(value)
  if (!isJsonObject(value)) return undefined
  if (type === 'Period') return periodSpan(value.start, value.end)
  return type === 'Timing' ? timingSpan(value) : undefined
}

const instantSpan = (text: string): DateSpan | undefined => {
  const span = dateSpanOf(text)
  return span === undefined ? undefined : { low: span.low, high: span.low + 1n }
}

/** A missing end is infinite: it has always been so, or goes on. */
const periodSpan = (start: Json | undefined, end: Json | undefined): DateSpan | undefined => {
  const [from, to] = [textSpan(start), textSpan(end)]
  if (from === undefined && to === undefined) return undefined
  return { low: from?.low ?? -Infinity, high: to?.high ?? Infinity }
}

/** Only its outer limits matter (R4 search, "date"): of its events, and of the bounds of its repetition. */
const timingSpan = (timing: { readonly [name: string]: Json | undefined }): DateSpan | undefined => {
  const events = Array.isArray(timing.event) ? timing.event.flatMap((event) => textSpan(event) ?? []) : []
  const bounds = isJsonObject(timing.repeat) ? timing.repeat.boundsPeriod : undefined
  const period = isJsonObject(bounds) ? periodSpan(bounds.start, bounds.end) : undefined
  const [first, ...others]: readonly DateSpan[] = period === undefined ? events : [...events, period]
  return first === undefined ? undefined : others.reduce(hull, first)
}

const hull = (a: DateSpan, b: DateSpan): DateSpan => ({
  low: compareMoments(b.low, a.low) < 0 ? b.low : a.low,
  high: compareMoments(b.high, a.high) > 0 ? b.high : a.high,
})

const textSpan = (value: Json | undefined): DateSpan | undefined =>
  typeof value === 'string' ? dateSpanOf(value) : undefined

const maxLength = 64
const pattern =
  /^(\d{4})(?:-(0[1-9]|1[0-2])(?:-(0[1-9]|[12]\d|3[01])(?:T([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d|60)(?:\.(\d+))?)?(Z|[+-](?:0\d|1[0-4]):[0-5]\d)?)?)?)?$/

const secondOf = 1000n * msOf

/** `Date` takes the years 0 to 99 for 1900 to 1999; the calendar repeats itself after 400 years. */
const utc = (y: number, m: number, d: number, seconds = 0): bigint =>
  BigInt(Date.UTC(y + 400, m, d, 0, 0, seconds) - daysIn400Years * 86_400_000) * msOf

const isDay = (y: number, m: number, d: number): boolean =>
  new Date(Date.UTC(y + 400, m, d)).getUTCDate() === d

const daysIn400Years = 146_097

const offsetSeconds = (zone: string): number => {
  if (zone === 'Z') return 0
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4))
  return (zone.startsWith('-') ? -1 : 1) * minutes * 60
}
