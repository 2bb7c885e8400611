import cliProgress from 'cli-progress'
import { type CommandIo, sayLine } from '../command-io.ts'

/** Tells how many of the patients are made. */
export type SampleProgress = {
  addPatient(): void
  stop(): void
}

export const noProgress: SampleProgress = { addPatient: () => {}, stop: () => {} }

export const openSampleProgress = (patients: number, io: CommandIo): SampleProgress =>
  io.stderr.isTTY ? progressBar(patients, io) : progressLines(patients, io)

const progressBar = (patients: number, { stderr }: CommandIo): SampleProgress => {
  const bar = new cliProgress.SingleBar(
    {
      format: '{bar} {value}/{total} patients | {eta_formatted}',
      stream: stderr,
      clearOnComplete: true,
      hideCursor: true,
    },
    cliProgress.Presets.shades_classic,
  )
  bar.start(patients, 0)
  return { addPatient: () => bar.increment(), stop: () => bar.stop() }
}

/** For a log file: a line now and then. */
const progressLines = (patients: number, { stderr, now }: CommandIo): SampleProgress => {
  let [made, saidAt] = [0, now()]
  return {
    addPatient: () => {
      made++
      if (now() - saidAt < lineEveryMs) return
      saidAt = now()
      sayLine(stderr, `${made} of ${patients} patients`)
    },
    stop: () => {},
  }
}

const lineEveryMs = 5000
