import type { IngestReport } from '../ingest/ingest-report.ts'

/** What became of one file. `bytes` is NDJSON, decompressed; `failure` says why its end was not reached. */
export type FileReport = IngestReport & {
  readonly file: string
  readonly bytes: number
  readonly failure?: string
}

/** What `load --json` prints. */
export type LoadReport = {
  readonly files: readonly FileReport[]
  /** Resources stored. */
  readonly stored: number
  /** Lines refused. */
  readonly refused: number
  /** Files that were not loaded to their end. */
  readonly failed: number
  /** Files left when a failure was of a kind that every file would meet. */
  readonly notTried: number
  readonly bytes: number
  readonly seconds: number
  readonly resourcesPerSecond: number
}

export const summarize = (files: readonly FileReport[], notTried: number, elapsedMs: number): LoadReport => {
  const sum = (of: (file: FileReport) => number) => files.reduce((total, file) => total + of(file), 0)
  const stored = sum((file) => file.stored)
  return {
    files,
    stored,
    refused: sum((file) => file.refused),
    failed: sum((file) => (file.failure === undefined ? 0 : 1)),
    notTried,
    bytes: sum((file) => file.bytes),
    seconds: elapsedMs / 1000,
    resourcesPerSecond: Math.round((stored * 1000) / Math.max(elapsedMs, 1)),
  }
}

/** The same for a person: a line or more a file, then the sums. */
export const reportText = (report: LoadReport): string => {
  const { stored, refused, failed, notTried, files, bytes, seconds, resourcesPerSecond } = report
  const sums = `${counted(stored, 'resource')} stored from ${counted(files.length, 'file')}: ${megabytes(bytes)} of NDJSON in ${seconds.toFixed(1)} s, ${number(resourcesPerSecond)} resources/s`
  const losses = [
    ...(refused > 0 ? [`${counted(refused, 'line')} refused`] : []),
    ...(failed > 0 ? [`${counted(failed, 'file')} failed`] : []),
    ...(notTried > 0 ? [`${counted(notTried, 'file')} not tried`] : []),
  ]
  return [...files.flatMap(fileLines), sums, ...(losses.length > 0 ? [losses.join(', ')] : [])].join('\n')
}

const fileLines = ({ file, stored, refused, problems, failure }: FileReport): readonly string[] => {
  if (failure !== undefined) return [`${file}: failed: ${failure}`]
  const shown = problems.slice(0, maxShown).map(({ line, reason }) => `  ${file}:${line}: ${reason}`)
  return [
    `${file}: ${number(stored)} stored${refused > 0 ? `, ${number(refused)} refused` : ''}`,
    ...shown,
    ...(refused > shown.length ? [`  and ${number(refused - shown.length)} more`] : []),
  ]
}

/** Enough to see what is wrong with a file; `--json` has all that were reported. */
const maxShown = 10

export const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`

export const counted = (count: number, noun: string): string =>
  `${number(count)} ${noun}${count === 1 ? '' : 's'}`

const number = (value: number): string => value.toLocaleString('en-US')
