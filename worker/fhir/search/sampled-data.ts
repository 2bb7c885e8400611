import { isJsonObject, type Json, type JsonObject } from '../json.ts'
import { compareDecimals, type Decimal, parseDecimal, plus, times } from './decimal.ts'
import type { Numbers } from './number.ts'
import { text } from './term.ts'

/** The bounds of the values of sampled data, as HL7's `value-quantity` has it: of those that were measured, and of limits that were passed. */
export const sampledSpan = (sampled: JsonObject): Numbers | undefined => {
  const { origin, factor, data } = sampled
  const zero = (isJsonObject(origin) ? decimalOf(origin.value) : undefined) ?? nought
  const scale = decimalOf(factor) ?? one
  const measuredAt = (point: string): Decimal | undefined => {
    if (point === 'L') return decimalOf(sampled.lowerLimit)
    if (point === 'U') return decimalOf(sampled.upperLimit)
    const measured = parseDecimal(point)
    return measured === undefined ? undefined : plus(zero, times(scale, measured))
  }
  const points = (text(data) ?? '').split(' ').flatMap((point) => measuredAt(point) ?? [])
  const [first, ...others] = points
  if (first === undefined) return undefined
  return {
    low: others.reduce((a, b) => (compareDecimals(b, a) < 0 ? b : a), first),
    high: others.reduce((a, b) => (compareDecimals(b, a) > 0 ? b : a), first),
  }
}

const nought: Decimal = { unscaled: 0n, scale: 0 }
const one: Decimal = { unscaled: 1n, scale: 0 }

const decimalOf = (value: Json | undefined): Decimal | undefined =>
  typeof value === 'number' ? parseDecimal(String(value)) : undefined
