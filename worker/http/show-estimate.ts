import type { Estimate } from '../export/estimate-export.ts'
import type { DeletedFigure } from '../export/estimate-walks.ts'
import { formatInstant } from '../fhir/instant.ts'
import { type OperationOutcome, outcomeOf } from '../fhir/operation-outcome.ts'
import { typeOfId } from '../fhir/resource-type.ts'

type Parameter =
  | { readonly name: string; readonly valueCode: string }
  | { readonly name: string; readonly valueInstant: string }
  | { readonly name: string; readonly valueDecimal: number }
  | { readonly name: string; readonly valueBoolean: boolean }
  | { readonly name: string; readonly valueString: string }
  | { readonly name: string; readonly part: readonly Parameter[] }
  | { readonly name: string; readonly resource: OperationOutcome }

type Parameters = { readonly resourceType: 'Parameters'; readonly parameter: readonly Parameter[] }

/** An estimate as FHIR has it. Amounts are decimals, as integers of FHIR R4 end at 2,147,483,647. */
export const showEstimate = (estimate: Estimate): Parameters => {
  const { level, transactionTime, types, deleted, count, bytes, files, seconds, speed, issues } = estimate
  return {
    resourceType: 'Parameters',
    parameter: [
      { name: 'level', valueCode: level },
      { name: 'transactionTime', valueInstant: formatInstant(transactionTime) },
      { name: 'isExact', valueBoolean: estimate.isExact },
      amount('count', count),
      amount('bytes', bytes),
      amount('files', files),
      amount('seconds', seconds),
      amount('bytesPerSecond', speed.bytesPerSecond),
      { name: 'speedIsMeasured', valueBoolean: speed.isMeasured },
      ...types.map(({ typeId, ...figure }) => ({
        name: 'type',
        part: [{ name: 'type', valueCode: typeOfId(typeId) }, ...figureParts(figure)],
      })),
      ...(deleted === undefined ? [] : [{ name: 'deleted', part: figureParts(deleted) }]),
      ...estimate.caveats.map(({ text }) => ({ name: 'caveat', valueString: text })),
      ...(issues.length === 0 ? [] : [{ name: 'outcome', resource: outcomeOf(issues) }]),
    ],
  }
}

const amount = (name: string, valueDecimal: number): Parameter => ({ name, valueDecimal })

const figureParts = ({ count, bytes, isExact }: DeletedFigure): readonly Parameter[] => [
  amount('count', count),
  amount('bytes', bytes),
  { name: 'isExact', valueBoolean: isExact },
]

const exampleType = { typeId: 103, count: 615, bytes: 1_468_233, isExact: true }
export const exampleEstimate: Parameters = showEstimate({
  level: 'system',
  transactionTime: Date.parse('2026-11-20T10:26:46.123Z'),
  types: [exampleType],
  deleted: undefined,
  count: exampleType.count,
  bytes: exampleType.bytes,
  files: 1,
  seconds: 1,
  speed: { bytesPerSecond: 20_000_000, isMeasured: false },
  isExact: true,
  issues: [],
  caveats: [],
})
