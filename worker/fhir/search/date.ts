import { compareMoments, type DateSpan, dateSpanOf, dateSpanOfElement, msOf } from './date-span.ts'
import { rememberLast } from './remember-last.ts'
import { type CompileTerm, malformed, unsupportedModifier } from './term.ts'
import { answers, splitPrefix } from './values.ts'

/** `date` (R4 search, "date"): value and element are both spans, as wide as they are precise. */
export const compileDate: CompileTerm = (clause, { nowMs }) => {
  if (clause.modifier !== '') throw unsupportedModifier(clause, 'only :missing is')
  const { prefix, rest } = splitPrefix(clause.value)
  // A `+` that a form decoder has made a space.
  const asked = dateSpanOf(rest.replace(/ (?=\d\d:\d\d$)/, '+'))
  if (asked === undefined) throw malformed(clause, 'it is no date or dateTime of FHIR')
  const near = around(asked, nowMs)
  const isAnsweredBy = (span: DateSpan): boolean => answers(prefix, span, asked, near, compareMoments)
  return {
    matches: ({ value, type }) => {
      const span = spanOf(value, type)
      return span !== undefined && isAnsweredBy(span)
    },
    needle: '',
    test: (text, type) => {
      const span = spanOf(text, type)
      return span === undefined || isAnsweredBy(span)
    },
  }
}

/** "Approximately": a tenth of the distance from now, on either side. */
const around = ({ low, high }: DateSpan<bigint>, nowMs: number): DateSpan => {
  const distance = BigInt(Math.trunc(nowMs)) * msOf - low
  const slack = (distance < 0n ? -distance : distance) / 10n
  return { low: low - slack, high: high + slack }
}

const spanOf = rememberLast(dateSpanOfElement)
