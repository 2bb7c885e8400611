import { isJsonObject, type Json } from '../json.ts'
import type { Span } from './values.ts'

/** In milliseconds since the epoch, with a fraction where one was written. */
export type DateSpan = Span<number>

/**
 * The span that a date, dateTime or instant means by its precision: a year, a month, … a second, or a fraction of one. What has no offset is
 * taken for UTC, as dates are throughout this service. `undefined` for what is none of them. Seconds may be missing, as a search allows.
 */
export const dateSpanOf = (text: string): DateSpan | undefined => {
  const found = pattern.exec(text)
  if (found === null) return undefined
  const [, year = '', month, day, hour, minute, second, fraction, zone = 'Z'] = found
  const parts = [
    Number(year),
    Number(month ?? 1) - 1,
    Number(day ?? 1),
    Number(hour ?? 0),
    Number(minute ?? 0),
  ]
  const [y = 0, m = 0, d = 1, h = 0, min = 0] = parts
  if (!isDay(y, m, d)) return undefined
  const offset = offsetMs(zone)
  const at = (...moved: readonly [number, number, number, number, number, number]): number =>
    utc(...moved) - offset
  if (month === undefined) return { low: at(y, 0, 1, 0, 0, 0), high: at(y + 1, 0, 1, 0, 0, 0) }
  if (day === undefined) return { low: at(y, m, 1, 0, 0, 0), high: at(y, m + 1, 1, 0, 0, 0) }
  if (hour === undefined) return { low: at(y, m, d, 0, 0, 0), high: at(y, m, d + 1, 0, 0, 0) }
  const low = at(y, m, d, h, min, Number(second ?? 0))
  if (second === undefined) return { low, high: low + 60_000 }
  if (fraction === undefined) return { low, high: low + 1000 }
  const begin = low + Number(`0.${fraction}`) * 1000
  return { low: begin, high: begin + 1000 / 10 ** fraction.length }
}

/** What an element of a type that dates are searched in means; `undefined` for what is none. */
export const dateSpanOfElement = (value: Json, type: string): DateSpan | undefined => {
  if (typeof value === 'string') return dateSpanOf(value)
  if (!isJsonObject(value)) return undefined
  if (type === 'Period') return periodSpan(value.start, value.end)
  return type === 'Timing' ? timingSpan(value) : undefined
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
  const spans = period === undefined ? events : [...events, period]
  if (spans.length === 0) return undefined
  return { low: Math.min(...spans.map(({ low }) => low)), high: Math.max(...spans.map(({ high }) => high)) }
}

const textSpan = (value: Json | undefined): DateSpan | undefined =>
  typeof value === 'string' ? dateSpanOf(value) : undefined

const pattern =
  /^(\d{4})(?:-(0[1-9]|1[0-2])(?:-(0[1-9]|[12]\d|3[01])(?:T([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d|60)(?:\.(\d{1,9}))?)?(Z|[+-](?:0\d|1[0-4]):[0-5]\d)?)?)?)?$/

/** `Date` takes the years 0 to 99 for 1900 to 1999; the calendar repeats itself after 400 years. */
const utc = (y: number, m: number, d: number, h: number, min: number, s: number): number =>
  Date.UTC(y + 400, m, d, h, min, s) - daysIn400Years * 86_400_000

const isDay = (y: number, m: number, d: number): boolean =>
  new Date(Date.UTC(y + 400, m, d)).getUTCDate() === d

const daysIn400Years = 146_097

const offsetMs = (zone: string): number => {
  if (zone === 'Z') return 0
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4))
  return (zone.startsWith('-') ? -1 : 1) * minutes * 60_000
}
