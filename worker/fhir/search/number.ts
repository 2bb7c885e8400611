import { isJsonObject, type Json } from '../json.ts'
import { compareDecimals, type Decimal, halfUnit, negated, parseDecimal, plus, tenthOf } from './decimal.ts'
import { rememberLast } from './remember-last.ts'
import { type Clause, type CompileTerm, malformed, unsupportedModifier } from './term.ts'
import { answers, type Prefix, type Span, splitPrefix } from './values.ts'

/** An end of a span of numbers; the infinite ones are not decimals. */
export type End = Decimal | 'lowest' | 'highest'

/** All that a value may be, its ends included unless it is strict, as `< 5` is. A value by itself ends where it begins. */
export type Numbers = Span<End> & { readonly isStrict?: boolean }

/** `number` (R4 search, "number"): `100` is anything that rounds to it, `gt100` what is more than 100 itself. */
export const compileNumber: CompileTerm = (clause) => {
  if (clause.modifier !== '') throw unsupportedModifier(clause, 'only :missing is')
  const isAsked = compileAmount(clause, clause.value)
  return { matches: ({ value }) => isAsked(spanOf(value, '')), needle: '' }
}

/** The test of a span of numbers by a prefix and a number as it was written. */
export const compileAmount = (clause: Clause, value: string): ((span: Numbers | undefined) => boolean) => {
  const { prefix, rest } = splitPrefix(value)
  const number = parseDecimal(rest)
  if (number === undefined) throw malformed(clause, `"${rest}" is no number`)
  const half = halfUnit(rest)
  const asked = isPrecise(prefix)
    ? { low: number, high: number }
    : { low: plus(number, negated(half)), high: plus(number, half) }
  const tenth = tenthOf(number)
  const slack = compareDecimals(tenth, half) < 0 ? half : tenth
  const near = { low: plus(number, negated(slack)), high: plus(number, slack) }
  return (span) => {
    if (span === undefined) return false
    if (prefix === 'eq' || prefix === 'ne') return isWithin(span, asked) === (prefix === 'eq')
    if (prefix === 'ap') return compareEnds(span.low, near.high) <= 0 && compareEnds(near.low, span.high) <= 0
    const apart = span.isStrict === true ? 0 : 1
    if (prefix === 'sa') return compareEnds(span.low, asked.high) >= apart
    if (prefix === 'eb') return compareEnds(asked.low, span.high) >= apart
    return answers<End>(prefix, span, asked, near, compareEnds)
  }
}

/** Only `eq` and `ne` go by the precision of what was written. */
const isPrecise = (prefix: Prefix): boolean => prefix !== 'eq' && prefix !== 'ne'

/** From the lower end on, and below the upper one. */
const isWithin = ({ low, high }: Span<End>, asked: Span<Decimal>): boolean =>
  compareEnds(asked.low, low) <= 0 && compareEnds(high, asked.high) < 0

/** Of an integer, a decimal, or a Range. */
export const numberSpanOf = (value: Json): Numbers | undefined => {
  if (typeof value === 'number') return point(value)
  if (!isJsonObject(value)) return undefined
  const [low, high] = [amountOf(value.low), amountOf(value.high)]
  if (low === undefined && high === undefined) return undefined
  return { low: low ?? 'lowest', high: high ?? 'highest' }
}

export const point = (value: number): Numbers | undefined => {
  const decimal = parseDecimal(String(value))
  return decimal === undefined ? undefined : { low: decimal, high: decimal }
}

const amountOf = (quantity: Json | undefined): Decimal | undefined =>
  isJsonObject(quantity) && typeof quantity.value === 'number'
    ? parseDecimal(String(quantity.value))
    : undefined

const compareEnds = (a: End, b: End): number => {
  if (a === b) return 0
  if (a === 'lowest' || b === 'highest') return -1
  if (a === 'highest' || b === 'lowest') return 1
  return compareDecimals(a, b)
}

const spanOf = rememberLast(numberSpanOf)
