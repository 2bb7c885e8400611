import { isJsonObject, type Json, type JsonObject } from '../../../worker/fhir/json.ts'
import { textOf } from '../../fhir/r4-package.ts'
import { type Asked, plain, split } from './asked.ts'
import { add, type Fraction, fractionOf, isLess, multiply } from './fraction.ts'
import { exactly, judgeNumber, type Numbers, numberOf } from './judge-number.ts'
import type { Value } from './select-values.ts'

/** R4 search, "quantity": a number, and perhaps system and code, or what is either the code or the unit as people read it. */
export const judgeQuantity = ({ json, type }: Value, asked: Asked): boolean => {
  if (!isJsonObject(json)) return false
  const [number = '', system = '', code = ''] = split(asked, '|').map(plain)
  const numbers = numbersOf(json, type)
  if (numbers === undefined || !judgeNumber(numbers, number)) return false
  return measuresOf(json, type).some(
    (measure) =>
      (system === '' || measure.system === system) &&
      (code === '' || measure.code === code || (system === '' && measure.unit === code)),
  )
}

/** What a number or quantity parameter looks at: a number, what it may be by its comparator, a Range, or the bounds of sampled data. */
export const numbersOf = (json: Json, type: string): Numbers | undefined => {
  const single = numberOf(json)
  if (single !== undefined) return exactly(single)
  if (!isJsonObject(json)) return undefined
  if (type === 'Range') {
    const [low, high] = [json.low, json.high].map((end) =>
      isJsonObject(end) ? numberOf(end.value) : undefined,
    )
    return low === undefined && high === undefined ? undefined : { low, high, isStrict: false }
  }
  if (type === 'SampledData') return sampledBounds(json)
  const value = numberOf(json.value)
  if (value === undefined) return undefined
  const comparator = textOf(json.comparator)
  const isStrict = comparator === '<' || comparator === '>'
  if (comparator.startsWith('<')) return { low: undefined, high: value, isStrict }
  return comparator.startsWith('>') ? { low: value, high: undefined, isStrict } : exactly(value)
}

/** HL7's definition of `value-quantity`: "just search on the bounds of the values in sampled data". */
const sampledBounds = ({ origin, factor, data, lowerLimit, upperLimit }: JsonObject): Numbers | undefined => {
  const zero = isJsonObject(origin) ? (numberOf(origin.value) ?? fractionOf('0')) : fractionOf('0')
  const scale = numberOf(factor) ?? fractionOf('1')
  const points = textOf(data)
    .split(' ')
    .flatMap((point): readonly Fraction[] => {
      if (point === 'L') return [numberOf(lowerLimit) ?? []].flat()
      if (point === 'U') return [numberOf(upperLimit) ?? []].flat()
      return point === 'E' || point === '' ? [] : [add(zero, multiply(scale, fractionOf(point)))]
    })
  if (points.length === 0) return undefined
  return {
    low: points.reduce((a, b) => (isLess(a, b) ? a : b)),
    high: points.reduce((a, b) => (isLess(a, b) ? b : a)),
    isStrict: false,
  }
}

type Measure = { readonly system: string; readonly code: string; readonly unit: string }

/** Of a Money the currency, which is a code of ISO 4217. */
const measuresOf = (json: JsonObject, type: string): readonly Measure[] => {
  if (type === 'Money') return [{ system: 'urn:iso:std:iso:4217', code: textOf(json.currency), unit: '' }]
  const parts = type === 'Range' ? [json.low, json.high] : type === 'SampledData' ? [json.origin] : [json]
  return parts.filter(isJsonObject).map(({ system, code, unit }) => ({
    system: textOf(system),
    code: textOf(code),
    unit: textOf(unit),
  }))
}
