import type { SampleLine, SampleSize } from '../../sample/sample-population.ts'
import { counted, megabytes } from '../load-report.ts'

/** What `sample --json` prints. */
export type SampleReport = SampleSize & {
  /** Resources by type, in alphabetical order. */
  readonly types: Readonly<Record<string, number>>
  readonly resources: number
  /** Lines that the server or the database did not take. */
  readonly refused: number
  readonly bytes: number
  readonly seconds: number
}

export type Tally = {
  add(line: SampleLine): void
  report(now: number, refused: number): SampleReport
}

export const startTally = ({ patients, seed }: SampleSize, startedAt: number): Tally => {
  const types = new Map<string, number>()
  let [resources, bytes] = [0, 0]
  return {
    add: ({ type, text }) => {
      types.set(type, (types.get(type) ?? 0) + 1)
      resources++
      bytes += Buffer.byteLength(text) + 1
    },
    report: (now, refused) => ({
      patients,
      seed,
      types: Object.fromEntries([...types].sort(([a], [b]) => (a < b ? -1 : 1))),
      resources,
      refused,
      bytes,
      seconds: (now - startedAt) / 1000,
    }),
  }
}

export const sampleText = ({ patients, types, resources, refused, bytes, seconds }: SampleReport): string =>
  [
    ...Object.entries(types).map(([type, count]) => `${type}: ${count.toLocaleString('en-US')}`),
    `${counted(resources, 'resource')} of ${counted(patients, 'patient')}: ${megabytes(bytes)} of NDJSON in ${seconds.toFixed(1)} s`,
    ...(refused > 0 ? [`${counted(refused, 'line')} refused`] : []),
  ].join('\n')
