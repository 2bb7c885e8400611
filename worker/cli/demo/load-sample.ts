import { z } from 'zod'
import { SluiceError } from '../../errors.ts'
import { type SampleSize, sampleName, samplePopulation } from '../../sample/sample-population.ts'
import { type CommandIo, sayLine } from '../command-io.ts'
import { counted, megabytes } from '../load-report.ts'
import { postNdjson } from '../post-ndjson.ts'
import { lineStream } from '../sample/line-stream.ts'
import { openSampleProgress } from '../sample/sample-progress.ts'
import { type SampleReport, startTally } from '../sample/sample-report.ts'

/** Loads the sample into the running server, unless it has it already, and tells what the sample has. */
export const loadSample = async (
  base: string,
  origin: string,
  size: SampleSize,
  io: CommandIo,
): Promise<SampleReport> => {
  const isThere = await hasSample(base, size)
  const tally = startTally(size, io.now())
  const progress = openSampleProgress(size.patients, io)
  const lines = function* () {
    for (const line of samplePopulation(size)) {
      tally.add(line)
      if (line.type === 'Patient') progress.addPatient()
      yield line
    }
  }
  try {
    if (isThere)
      for (const _ of lines()); // only to count them
    else await post(origin, lineStream(lines()))
  } finally {
    progress.stop()
  }
  const report = tally.report(io.now(), 0)
  sayLine(
    io.stdout,
    isThere ? `The database has the sample already: ${sizeText(report)}` : loadedText(report),
  )
  return report
}

/** The last resource of the sample says which one it is. A load that broke off is begun again, over what is there. */
const hasSample = async (base: string, size: SampleSize): Promise<boolean> => {
  const response = await fetch(`${base}/Group/sample`, { headers: { Accept: 'application/fhir+json' } })
  if (response.status === 404 || response.status === 410) {
    await response.body?.cancel()
    return false
  }
  if (response.status !== 200)
    throw new SluiceError('internal', `Cannot read Group/sample: HTTP status ${response.status}`)
  const group = groupSchema.safeParse(await response.json())
  return group.success && group.data.identifier.some(({ value }) => value === sampleName(size))
}

const groupSchema = z.object({ identifier: z.array(z.object({ value: z.string().optional() })).default([]) })

const post = async (origin: string, lines: ReturnType<typeof lineStream>): Promise<void> => {
  const { refused, problems } = await postNdjson(origin, lines)
  if (refused > 0)
    throw new SluiceError(
      'internal',
      `Cannot load the sample: ${refused} lines were refused, the first: ${problems[0]?.reason}`,
    )
}

const loadedText = (report: SampleReport): string =>
  `Loaded the sample in ${report.seconds.toFixed(1)} s: ${sizeText(report)}`

const sizeText = ({ patients, resources, bytes }: SampleReport): string =>
  `${counted(patients, 'patient')}, ${counted(resources, 'resource')}, ${megabytes(bytes)}`
