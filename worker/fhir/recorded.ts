import { parseInstant } from './instant.ts'

/** When something was recorded, to be compared: whole milliseconds, and the digits behind them. */
export type Recorded = readonly [ms: number, rest: string]

/** `Provenance.recorded`, a FHIR R4 instant; what is none is earlier than all that are. */
export const readRecorded = (text: string | null): Recorded => {
  // A date, and a space for the `+`, are read where people write them into a query.
  const instant = text?.includes('T') && !text.includes(' ') ? parseInstant(text) : undefined
  if (text === null || instant === undefined) return [Number.NEGATIVE_INFINITY, '']
  const isLeapSecond = text.slice(17, 19) === '60' // the instant after it, whatever its fraction
  const digits = isLeapSecond ? '' : (/\.(\d+)/.exec(text)?.[1] ?? '')
  return [instant.floorMs, withoutZeros(digits.slice(3))]
}

/** Those at the end; a pattern for them would begin anew at every zero that is not there. */
const withoutZeros = (digits: string): string => {
  let end = digits.length
  while (digits[end - 1] === '0') end--
  return digits.slice(0, end)
}

export const isLater = (a: Recorded, b: Recorded): boolean => a[0] > b[0] || (a[0] === b[0] && a[1] > b[1])
