import { expect, it } from 'vitest'
import { outcomeOf } from '../../worker/fhir/operation-outcome.ts'

it('makes an OperationOutcome with one issue for each that it is given, in order', () => {
  const first = { severity: 'error', code: 'invalid', diagnostics: 'Cannot read the request body' } as const
  const second = { severity: 'warning', code: 'not-supported', diagnostics: 'Ignored' } as const
  expect(outcomeOf([first, second])).toEqual({ resourceType: 'OperationOutcome', issue: [first, second] })
})
