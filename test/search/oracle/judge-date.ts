import { isJsonObject, type Json } from '../../../worker/fhir/json.ts'
import { textOf, textsOf } from '../../fhir/r4-package.ts'
import { type Asked, plain } from './asked.ts'
import { type Interval, prefixOf } from './intervals.ts'
import type { Value } from './select-values.ts'

/** R4 search, "date" and "Prefixes": both sides are intervals of time, here in nanoseconds. */
export const judgeDate = ({ json, type }: Value, asked: Asked, nowMs: number): boolean => {
  const target = intervalOf(json, type)
  if (target === undefined) return false
  const [prefix, text] = prefixOf(plain(asked))
  const search = timeOf(text.replace(' ', '+'))
  const contains = !isBefore(target.from, search.from) && !isAfter(target.to, search.to)
  const reachesAbove = isAfter(target.to, search.to)
  const reachesBelow = isBefore(target.from, search.from)
  switch (prefix) {
    case 'eq':
      return contains
    case 'ne':
      return !contains
    case 'gt':
      return reachesAbove
    case 'lt':
      return reachesBelow
    case 'ge':
      return reachesAbove || contains
    case 'le':
      return reachesBelow || contains
    case 'sa':
      return target.from !== undefined && target.from >= search.to
    case 'eb':
      return target.to !== undefined && target.to <= search.from
    default: {
      const gap = search.from - BigInt(nowMs) * 1_000_000n
      const tenth = (gap < 0n ? -gap : gap) / 10n
      const near = { from: search.from - tenth, to: search.to + tenth }
      return (
        (target.from === undefined || target.from < near.to) &&
        (target.to === undefined || target.to > near.from)
      )
    }
  }
}

/** A missing lower boundary is less than any date, and a missing upper one greater. */
const isBefore = (end: bigint | undefined, than: bigint): boolean => end === undefined || end < than
const isAfter = (end: bigint | undefined, than: bigint): boolean => end === undefined || end > than

const intervalOf = (json: Json, type: string): Interval<bigint> | undefined => {
  if (typeof json === 'string') {
    const time = timeOf(json)
    // "An instant is a fixed point in time with an interval smaller than the precision of the system": a nanosecond.
    return type === 'instant' ? { from: time.from, to: time.from + 1n } : time
  }
  if (!isJsonObject(json)) return undefined
  if (type === 'Period') return periodOf(json.start, json.end)
  // Timing: "the specified scheduling details are ignored and only the outer limits matter".
  const repeat = isJsonObject(json.repeat) ? json.repeat : {}
  const { boundsPeriod } = repeat
  const bounds = isJsonObject(boundsPeriod) ? periodOf(boundsPeriod.start, boundsPeriod.end) : undefined
  const parts = [...textsOf(json.event).map(timeOf), ...(bounds === undefined ? [] : [bounds])]
  const [first, ...others] = parts
  return others.reduce<Interval<bigint> | undefined>(
    (a, b) => a && { from: outer(a.from, b.from, isBefore), to: outer(a.to, b.to, isAfter) },
    first,
  )
}

/** The end that lies further out. */
const outer = (
  a: bigint | undefined,
  b: bigint | undefined,
  isFurther: (end: bigint | undefined, than: bigint) => boolean,
): bigint | undefined => (a === undefined || b === undefined ? undefined : isFurther(a, b) ? a : b)

const periodOf = (start: Json | undefined, end: Json | undefined): Interval<bigint> | undefined => {
  const [from, to] = [textOf(start), textOf(end)]
  if (from === '' && to === '') return undefined
  return {
    from: from === '' ? undefined : timeOf(from).from,
    to: to === '' ? undefined : timeOf(to).to,
  }
}

/** What a date, a dateTime or an instant leaves open belongs to it: a year, a month … or a fraction of a second. */
const timeOf = (text: string): { readonly from: bigint; readonly to: bigint } => {
  const [, local = '', fraction = '', zone = 'Z'] =
    /^([\dT:-]*?)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)?$/.exec(text) ?? []
  const [date = '', time = ''] = local.split('T')
  const [year = '', month, day] = date.split('-')
  const [hour, minute, second] = time === '' ? [] : time.split(':')
  const start = `${year}-${month ?? '01'}-${day ?? '01'}T${hour ?? '00'}:${minute ?? '00'}:${second ?? '00'}${zone}`
  const ms = Date.parse(start)
  if (Number.isNaN(ms)) throw new Error(`${text} is no date`)
  const from = BigInt(ms) * 1_000_000n + BigInt(`${fraction}000000000`.slice(0, 9))
  const end = new Date(ms)
  if (fraction !== '') return { from, to: from + 10n ** BigInt(9 - fraction.length) }
  if (month === undefined) end.setUTCFullYear(end.getUTCFullYear() + 1)
  else if (day === undefined) end.setUTCMonth(end.getUTCMonth() + 1)
  else if (hour === undefined) end.setUTCDate(end.getUTCDate() + 1)
  else if (second === undefined) end.setUTCMinutes(end.getUTCMinutes() + 1)
  else end.setUTCSeconds(end.getUTCSeconds() + 1)
  return { from, to: BigInt(end.getTime()) * 1_000_000n }
}
