/** R4 OperationOutcome.issue; `code` is one of http://hl7.org/fhir/issue-type, as in `errorTable`. */
export type OutcomeIssue = {
  readonly severity: 'fatal' | 'error' | 'warning' | 'information'
  readonly code: string
  readonly diagnostics: string
}

export type OperationOutcome = {
  readonly resourceType: 'OperationOutcome'
  readonly issue: readonly OutcomeIssue[]
}

/** R4 asks for at least one issue. */
export const outcomeOf = (issues: readonly OutcomeIssue[]): OperationOutcome => ({
  resourceType: 'OperationOutcome',
  issue: issues.map(({ severity, code, diagnostics }) => ({ severity, code, diagnostics })),
})
