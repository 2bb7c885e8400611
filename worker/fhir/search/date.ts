import { type DateSpan, dateSpanOf, dateSpanOfElement } from './date-span.ts'
import { type CompileTerm, malformed, unsupportedModifier } from './term.ts'
import { answers, splitPrefix } from './values.ts'

/** `date` (R4 search, "date"): value and element are both spans, as wide as they are precise. */
export const compileDate: CompileTerm = (clause, { nowMs }) => {
  if (clause.modifier !== '') throw unsupportedModifier(clause, 'only :missing is')
  const { prefix, rest } = splitPrefix(clause.value)
  // A `+` that a form decoder has made a space.
  const asked = dateSpanOf(rest.replace(/(T.*) (\d\d:\d\d)$/, '$1+$2'))
  if (asked === undefined) throw malformed(clause, 'it is no date or dateTime of FHIR')
  const near = around(asked, nowMs)
  return {
    matches: ({ value, type }) => {
      const span = dateSpanOfElement(value, type)
      return span !== undefined && answers(prefix, span, asked, near, compare)
    },
    needle: '',
    test: (text) => {
      const span = dateSpanOf(text)
      return span === undefined || answers(prefix, span, asked, near, compare)
    },
  }
}

const compare = (a: number, b: number): number => (a < b ? -1 : a > b ? 1 : 0)

/** "Approximately": a tenth of the distance from now, on either side. */
const around = ({ low, high }: DateSpan, nowMs: number): DateSpan => {
  const slack = Math.abs(nowMs - low) / 10
  return { low: low - slack, high: high + slack }
}
