import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { benchFilters, benchLevels, benchOrganized } from './bench-levels.ts'
import { type Running, startServer } from './bench-server.ts'
import { benchLoad, median, percentile, requiredFolder, row, runScript } from './bench-tools.ts'

/**
 * `npm run bench [-- folder]`: loads a folder of NDJSON (gzipped or not) and measures, in one run on one machine,
 * - load: resources a second into a new database file, by the command line;
 * - export: kick-off to completed of a system-level export to disk, over HTTP, as a ratio to `reference.ts`, in turns with it;
 * - memory: the server's peak RSS during exports above its RSS after a warm-up export;
 * - part: exports of Patient level, of a Group of 20, of one type, of some elements, and of what changed, beside one of everything;
 * - organized: output organized by Patient, as a ratio to Patient level by types, in turns with it;
 * - filter: exports of a type by a code, a date, a string…, each in turns with one of all of it;
 * - kick-off: p50 and p99 of a kick-off while an export runs.
 * Absolute times belong to the machine; quote the ratios.
 */
const rounds = 5
const folder = requiredFolder('bench')

const main = async (): Promise<void> => {
  const work = mkdtempSync(join(tmpdir(), 'sluice-bench-'))
  try {
    const database = join(work, 'sluice.db')
    const load = benchLoad(`file:${database}`, folder)
    row('load', `${load.stored} resources, ${Math.round(load.perSecond)} resources/s`)
    runScript('test/bench/reference.ts', ['copy', database, join(work, 'plain.db')])
    const exports = join(work, 'exports')
    const server = await startServer({ DATABASE_URL: `file:${database}`, STORAGE_URL: `file:${exports}` })
    try {
      await benchExport(server, join(work, 'plain.db'), join(work, 'plain.ndjson'))
      await benchKickOff(server)
      await benchLevels(server)
      await benchOrganized(server)
      await benchFilters(server)
    } finally {
      await server.stop()
    }
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

type Scan = { readonly seconds: number; readonly bytes: number; readonly lines: number }

const benchExport = async (server: Running, plain: string, output: string): Promise<void> => {
  await server.exportAll()
  const warmBytes = server.residentBytes()
  server.resetPeak()
  const ratios: number[] = []
  for (let round = 1; round <= rounds; round++) {
    const scan: Scan = JSON.parse(runScript('test/bench/reference.ts', ['scan', plain, output]))
    const { seconds, lines } = await server.exportAll()
    if (lines !== scan.lines) throw new Error(`the export has ${lines} lines, the reference ${scan.lines}`)
    ratios.push(scan.seconds / seconds)
    row(
      `export ${round}`,
      `${seconds.toFixed(2)} s, reference ${scan.seconds.toFixed(2)} s, ratio ${(scan.seconds / seconds).toFixed(2)}`,
    )
  }
  row(
    'export',
    `ratio to the reference, median of ${rounds}: ${median(ratios).toFixed(2)} (target 0.40 or better)`,
  )
  const growth = (server.peakBytes() - warmBytes) / 2 ** 20
  row('memory', `peak RSS ${growth.toFixed(0)} MiB above that after a warm-up export (target under 128 MiB)`)
}

const benchKickOff = async (server: Running): Promise<void> => {
  const exporting = server.exportAll()
  let isRunning = true
  exporting.finally(() => {
    isRunning = false
  })
  const times: number[] = []
  while (isRunning) {
    times.push(await server.timeKickOff())
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  await exporting
  row(
    'kick-off',
    `p50 ${percentile(times, 50).toFixed(1)} ms, p99 ${percentile(times, 99).toFixed(1)} ms of ${times.length} during an export (target p99 under 50 ms)`,
  )
}

await main()
