import { pipeline } from 'node:stream/promises'
import { type SampleLine, type SampleSize, samplePopulation } from '../../sample/sample-population.ts'
import { type CommandIo, sayLine } from '../command-io.ts'
import { type LoadDestination, openTarget } from '../load-target.ts'
import { lineStream } from './line-stream.ts'
import { noProgress, openSampleProgress } from './sample-progress.ts'
import { type SampleReport, sampleText, startTally } from './sample-report.ts'
import { writeTypeFiles } from './write-type-files.ts'

/** A folder, or what `load` loads into. */
export type SampleDestination = { readonly folder: string } | LoadDestination

export type SampleRequest = SampleSize & {
  /** Standard output where there is none. */
  readonly destination: SampleDestination | undefined
  readonly json: boolean
}

/** Makes a sample and brings it where it is wanted; the exit code is 0 when all of it came there, else 1. */
export const makeSample = async (request: SampleRequest, io: CommandIo): Promise<number> => {
  const { destination, json } = request
  const { report, refused } = await produce(request, io)
  const isPrinted = destination === undefined
  sayLine(isPrinted ? io.stderr : io.stdout, json ? JSON.stringify(report) : sampleText(report))
  return refused > 0 ? 1 : 0
}

type Produced = { readonly report: SampleReport; readonly refused: number }

const produce = async (request: SampleRequest, io: CommandIo): Promise<Produced> => {
  const { patients, seed, destination } = request
  const tally = startTally({ patients, seed }, io.now())
  // A bar among the lines on one terminal would be neither.
  const isMixed = destination === undefined && io.stdout.isTTY === true
  const progress = isMixed ? noProgress : openSampleProgress(patients, io)
  try {
    const lines = watched(samplePopulation({ patients, seed }), (line) => {
      tally.add(line)
      if (line.type === 'Patient') progress.addPatient()
    })
    const refused = await bring(lines, destination, io)
    return { report: tally.report(io.now(), refused), refused }
  } finally {
    progress.stop()
  }
}

/** Tells how many lines were refused. */
const bring = async (
  lines: Iterable<SampleLine>,
  destination: SampleDestination | undefined,
  io: CommandIo,
): Promise<number> => {
  if (destination === undefined) await print(lines, io)
  else if ('folder' in destination) await writeTypeFiles(lines, destination.folder)
  else return loadLines(lines, destination, io)
  return 0
}

const print = async (lines: Iterable<SampleLine>, { stdout }: CommandIo): Promise<void> => {
  try {
    await pipeline(lineStream(lines), stdout, { end: false })
  } catch (error) {
    // Who reads has had enough, as `head` has.
    if (!(error instanceof Error && 'code' in error && error.code === 'EPIPE')) throw error
  }
}

const loadLines = async (
  lines: Iterable<SampleLine>,
  destination: LoadDestination,
  io: CommandIo,
): Promise<number> => {
  const target = await openTarget(destination, io)
  try {
    const { refused } = await target.ingest(lineStream(lines))
    return refused
  } finally {
    await target.close()
  }
}

function* watched(lines: Iterable<SampleLine>, see: (line: SampleLine) => void): Generator<SampleLine> {
  for (const line of lines) {
    see(line)
    yield line
  }
}
