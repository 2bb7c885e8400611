import { loadLines, type Population } from './export-scene.ts'

const megabyte = 1_000_000

/**
 * Few resources, but large, for storages that take no parts below 5 MiB: a file of two full parts and a last one, a file smaller than a
 * part, a deletion, and budgets with which slices end before the first part, between the parts and behind them.
 */
export const largePopulation: Population = {
  limits: {
    partBytes: 5 * 1024 * 1024,
    fileBytes: 12.6 * megabyte,
    rangeBytes: 100 * megabyte,
    pageRows: 2,
    pageBytes: 2 * megabyte,
    partsInFlight: 2,
    tickRows: 2,
    tickBytes: 100 * megabyte,
  },
  load: async (harness) => {
    const { clock } = harness
    await loadLines(harness, [patientLine('p1'), patientLine('p2')])
    clock.advance(1000)
    const since = new Date(clock.now()).toISOString()
    clock.advance(1000)
    await loadLines(harness, [
      patientLine('p3'),
      ...Array.from({ length: 14 }, (_, n) => binaryLine(n, 'AAAA')),
    ])
    await harness.remove('Patient/p2')
    return since
  },
  change: async (harness) => {
    await loadLines(harness, [patientLine('p3'), binaryLine(5, 'BBBB')])
    await harness.remove('Binary/b7')
  },
}

const patientLine = (id: string): string => `{"resourceType":"Patient","id":"${id}"}`

/** Of just less than a megabyte. */
const binaryLine = (n: number, letters: string): string =>
  `{"resourceType":"Binary","id":"b${n}","contentType":"text/plain","data":"${letters.repeat(240_000 - n)}"}`
