/** What became of an NDJSON stream. Lines are numbered from 1 as in the input; blank lines are counted but not reported. */
export type IngestReport = {
  /** Resources stored, one version each. */
  readonly stored: number
  /** Lines refused; `problems` holds the first of them, at most `maxProblems`. */
  readonly refused: number
  readonly problems: readonly IngestProblem[]
}
export type IngestProblem = { readonly line: number; readonly reason: string }
