import { parseInstant } from './instant.ts'

/** When something was recorded, to be compared: whole milliseconds, and the digits behind them. */
export type Recorded = readonly [ms: number, rest: string]

/** `Provenance.recorded`, a FHIR R4 instant; what is none is earlier than all that are. */
export const readRecorded = (text: string | null): Recorded => {
  // A date, and a space for the `+`, are read where people write them into a query.
  const instant = text !== null && /^[^ ]+T[^ ]+$/.test(text) ? parseInstant(text) : undefined
  if (text === null || instant === undefined) return [Number.NEGATIVE_INFINITY, '']
  const isLeapSecond = text.slice(17, 19) === '60' // the instant after it, whatever its fraction
  const digits = isLeapSecond ? '' : (/\.(\d+)/.exec(text)?.[1] ?? '')
  return [instant.floorMs, digits.slice(3).replace(/0+$/, '')]
}

export const isLater = (a: Recorded, b: Recorded): boolean => a[0] > b[0] || (a[0] === b[0] && a[1] > b[1])
