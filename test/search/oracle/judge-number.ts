import type { Json } from '../../../worker/fhir/json.ts'
import { add, type Fraction, fractionOf, isLess, multiply, precisionOf } from './fraction.ts'
import { prefixOf } from './intervals.ts'

/** From the lowest number that the value may be to the highest, both included unless `isStrict`; `undefined` for no end. */
export type Numbers = {
  readonly low: Fraction | undefined
  readonly high: Fraction | undefined
  /** The end that is given is not itself meant: `< 5`. */
  readonly isStrict: boolean
}

export const numberOf = (json: Json | undefined): Fraction | undefined =>
  typeof json === 'number' ? fractionOf(String(json)) : undefined

export const exactly = (number: Fraction): Numbers => ({ low: number, high: number, isStrict: false })

/** R4 search, "number" and "Prefixes": `eq`, `ne` and `ap` go by the precision of what was written, the others by its exact value. */
export const judgeNumber = ({ low, high, isStrict }: Numbers, asked: string): boolean => {
  const [prefix, text] = prefixOf(asked)
  const exact = fractionOf(text)
  const half = precisionOf(text)
  const [from, to] = [add(exact, negative(half)), add(exact, half)]
  const isInPrecision = low !== undefined && high !== undefined && !isLess(low, from) && isLess(high, to)
  const isExactly = low !== undefined && high !== undefined && !isLess(low, exact) && !isLess(exact, high)
  const reachesAbove = high === undefined || isLess(exact, high)
  const reachesBelow = low === undefined || isLess(low, exact)
  switch (prefix) {
    case 'eq':
      return isInPrecision
    case 'ne':
      return !isInPrecision
    case 'gt':
      return reachesAbove
    case 'lt':
      return reachesBelow
    case 'ge':
      return reachesAbove || isExactly
    case 'le':
      return reachesBelow || isExactly
    case 'sa':
      return low !== undefined && (isLess(exact, low) || (isStrict && !isLess(low, exact)))
    case 'eb':
      return high !== undefined && (isLess(high, exact) || (isStrict && !isLess(exact, high)))
    default:
      return isNear({ low, high }, exact, half)
  }
}

/** "10% of the stated value", and no less than its precision. */
const isNear = ({ low, high }: Omit<Numbers, 'isStrict'>, exact: Fraction, half: Fraction): boolean => {
  const share = multiply(exact, { top: exact.top < 0n ? -1n : 1n, bottom: 10n })
  const slack = isLess(share, half) ? half : share
  const [from, to] = [add(exact, negative(slack)), add(exact, slack)]
  return (low === undefined || !isLess(to, low)) && (high === undefined || !isLess(high, from))
}

const negative = ({ top, bottom }: Fraction): Fraction => ({ top: -top, bottom })
