import { isJsonObject, type Json } from '../json.ts'
import { compileAmount, type Numbers, numberSpanOf, point } from './number.ts'
import { rememberLast } from './remember-last.ts'
import { sampledSpan } from './sampled-data.ts'
import { type CompileTerm, malformed, objects, unsupportedModifier } from './term.ts'
import { splitEscaped, unescapeValue } from './values.ts'

/**
 * `quantity` (R4 search, "quantity"): `number`, `number|system|code`, `number||unit`. Units are compared as they are given: nothing is converted,
 * and a unit without a system is one of code or of unit. A Money has its currency for a code.
 */
export const compileQuantity: CompileTerm = (clause) => {
  if (clause.modifier !== '') throw unsupportedModifier(clause, 'only :missing is')
  const parts = splitEscaped(clause.value, '|').map(unescapeValue)
  const [amount = '', system = '', code = ''] = parts
  if (parts.length !== 1 && parts.length !== 3)
    throw malformed(clause, 'a quantity is a number, number|system|code or number||unit')
  const isAmount = compileAmount(clause, amount)
  const isUnit = (unit: Unit): boolean => {
    if (system !== '' && unit.system !== system) return false
    if (code === '') return true
    return unit.code === code || (system === '' && unit.unit === code)
  }
  return {
    matches: ({ value, type }) => unitsOf(value, type).some(isUnit) && isAmount(spanOf(value, type)),
    needle: '',
    test: (text) => {
      const span = pointOf(text, '')
      return span !== undefined && isAmount(span)
    },
  }
}

type Unit = {
  readonly system: Json | undefined
  readonly code: Json | undefined
  readonly unit: Json | undefined
}

const readUnits = (value: Json, type: string): readonly Unit[] => {
  if (!isJsonObject(value)) return []
  if (type === 'Money') return [{ system: iso4217, code: value.currency, unit: undefined }]
  const quantities =
    type === 'Range' ? [value.low, value.high] : type === 'SampledData' ? [value.origin] : [value]
  return quantities.flatMap(objects).map(({ system, code, unit }) => ({ system, code, unit }))
}

const iso4217 = 'urn:iso:std:iso:4217'

const readSpan = (value: Json, type: string): Numbers | undefined => {
  if (!isJsonObject(value)) return undefined
  if (type === 'Range') return numberSpanOf(value)
  if (type === 'SampledData') return sampledSpan(value)
  const exact = typeof value.value === 'number' ? point(value.value) : undefined
  return exact === undefined ? undefined : widen(exact, value.comparator)
}

/** Less than something is anything below it. */
const widen = (exact: Numbers, comparator: Json | undefined): Numbers => {
  const isStrict = comparator === '<' || comparator === '>'
  if (comparator === '<' || comparator === '<=') return { low: 'lowest', high: exact.high, isStrict }
  return comparator === '>' || comparator === '>=' ? { low: exact.low, high: 'highest', isStrict } : exact
}

const spanOf = rememberLast(readSpan)
const pointOf = rememberLast((text) => point(Number(text)))
const unitsOf = rememberLast(readUnits)
