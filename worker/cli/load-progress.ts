import cliProgress from 'cli-progress'
import { type CommandIo, sayLine } from './command-io.ts'
import type { InputFile } from './input-files.ts'
import { megabytes } from './load-report.ts'

/** Tells how far loading has come, by bytes read from disk. */
export type LoadProgress = {
  begin(file: InputFile): void
  read(bytes: number): void
  stop(): void
}

export const openProgress = (files: readonly InputFile[], io: CommandIo): LoadProgress => {
  const total = files.reduce((sum, { bytes }) => sum + bytes, 0)
  return io.stderr.isTTY ? progressBar(total, io) : progressLines(total, io)
}

const progressBar = (total: number, { stderr }: CommandIo): LoadProgress => {
  const bar = new cliProgress.SingleBar(
    {
      format: '{bar} {percentage}% of {size} | {eta_formatted} | {file}',
      stream: stderr,
      clearOnComplete: true,
      hideCursor: true,
    },
    cliProgress.Presets.shades_classic,
  )
  bar.start(total, 0, { file: '', size: megabytes(total) })
  return {
    begin: ({ path }) => bar.update({ file: path }),
    read: (bytes) => bar.increment(bytes),
    stop: () => bar.stop(),
  }
}

/** For a log file: a line now and then, and none when loading is over before the first is due. */
const progressLines = (total: number, { stderr, now }: CommandIo): LoadProgress => {
  let [read, path, saidAt] = [0, '', now()]
  return {
    begin: (file) => {
      path = file.path
    },
    read: (bytes) => {
      read += bytes
      if (now() - saidAt < lineEveryMs) return
      saidAt = now()
      sayLine(stderr, `${Math.floor((100 * read) / total)}% of ${megabytes(total)}: ${path}`)
    },
    stop: () => {},
  }
}

const lineEveryMs = 5000
