import { counted, megabytes } from '../load-report.ts'
import type { Issue } from './ask.ts'
import type { CheckedFile } from './check-lines.ts'
import { contentOf, type ListedFile, type Section } from './manifest.ts'
import { printable } from './printable.ts'

/** What became of one file. */
export type FileReport = {
  readonly name: string
  readonly section: Section
  /** `null` where it holds blocks. */
  readonly type: string | null
  /** As the manifest says; `null` where it says nothing. */
  readonly count: number | null
  readonly lines: number
  readonly bytes: number
  /** Why it is not what the manifest says. */
  readonly problem?: string
}

/** What `export --json` prints. URLs of files are not in it: a signed one is a secret. */
export type ExportReport = {
  readonly outcome: 'verified' | 'not-verified'
  readonly transactionTime: string
  readonly since: string | null
  readonly statusUrl: string
  /** Where the files are, with the manifest beside them. */
  readonly folder: string
  readonly files: readonly FileReport[]
  /** Headers of blocks are none. */
  readonly resources: number
  /** Entries of the Bundles in `deleted`. */
  readonly deletions: number
  /** Issues of severity error or fatal in the `error` files, and the first issues of every severity. */
  readonly serverErrors: number
  readonly issues: readonly Issue[]
  /** Of a run with `--since auto`: what the next one asks from; `null` for everything. */
  readonly nextSince?: string | null
  readonly deletedOnServer: boolean
  readonly seconds: number
}

export type FinishedFile = {
  readonly file: ListedFile
  readonly name: string
  readonly checked: CheckedFile
}

export const fileReportOf = ({ file, name, checked }: FinishedFile): FileReport => ({
  name,
  section: file.section,
  type: file.type ?? null,
  count: file.count ?? null,
  lines: checked.lines,
  bytes: checked.bytes,
  ...(checked.problem === undefined ? {} : { problem: checked.problem }),
})

/** The sums that a report has of its files. */
export const sumFiles = (files: readonly FinishedFile[]) => {
  const sum = (of: (file: FinishedFile) => number) => files.reduce((total, file) => total + of(file), 0)
  const isVerified = files.every(({ checked }) => checked.problem === undefined)
  return {
    outcome: isVerified ? ('verified' as const) : ('not-verified' as const),
    files: files.map(fileReportOf),
    resources: sum(({ file, checked }) => (file.section === 'output' ? checked.lines - checked.headers : 0)),
    deletions: sum(({ file, checked }) => (file.section === 'deleted' ? checked.deletions : 0)),
    serverErrors: sum(({ checked }) => checked.errors),
    issues: files
      .filter(({ file }) => file.section === 'error')
      .flatMap(({ checked }) => checked.issues)
      .slice(0, maxIssues),
  }
}

const maxIssues = 20

/** The same for a person: a line a type, what is wrong, and the sums. */
export const exportReportText = (report: ExportReport): string => {
  const { files, resources, deletions, issues, folder, transactionTime, seconds, outcome } = report
  const bytes = files.reduce((total, file) => total + file.bytes, 0)
  const isBad = files.filter(({ problem }) => problem !== undefined)
  return [
    ...linesByType(files),
    ...issues.map(
      ({ severity = 'issue', diagnostics, details, code = '' }) =>
        `${printable(severity)}: ${printable(diagnostics ?? details?.text ?? code)}`,
    ),
    ...isBad.map(({ name, problem }) => `${name}: ${problem}`),
    `${counted(resources, 'resource')}, ${counted(deletions, 'deletion')}, ${counted(files.length, 'file')}, ${megabytes(bytes)} in ${seconds.toFixed(1)} s, as of ${printable(transactionTime)}`,
    ...repetitionIn(report),
    `${outcome === 'verified' ? 'complete and verified' : 'NOT VERIFIED'}: ${folder}`,
  ].join('\n')
}

/** A chain stays where it is when the server has left something out. */
const repetitionIn = ({ outcome, serverErrors, nextSince }: ExportReport): readonly string[] => {
  if (outcome !== 'verified' || serverErrors === 0 || nextSince === undefined) return []
  const what = nextSince === null ? 'everything' : `what has changed since ${printable(nextSince)}`
  return [
    `the server reports ${counted(serverErrors, 'error')}: the next run with --since auto asks again for ${what}`,
  ]
}

const linesByType = (files: readonly FileReport[]): readonly string[] => {
  const byType = new Map<string, { lines: number; files: number }>()
  for (const { section, type, lines } of files) {
    const key = section === 'output' ? contentOf({ type }) : `${section} (${type})`
    const found = byType.get(key) ?? { lines: 0, files: 0 }
    byType.set(key, { lines: found.lines + lines, files: found.files + 1 })
  }
  return [...byType].map(
    ([type, sums]) => `${printable(type)}: ${counted(sums.lines, 'line')} in ${counted(sums.files, 'file')}`,
  )
}
