import { hasCode } from '../errors.ts'
import type { IngestReport } from '../ingest/ingest-report.ts'
import { type CommandIo, sayLine } from './command-io.ts'
import { findInputFiles, type InputFile } from './input-files.ts'
import { type LoadProgress, openProgress } from './load-progress.ts'
import { counted, type FileReport, type LoadReport, reportText, summarize } from './load-report.ts'
import { type LoadDestination, type LoadTarget, openTarget } from './load-target.ts'
import { openInput } from './open-input.ts'

export type LoadRequest = {
  readonly paths: readonly string[]
  readonly destination: LoadDestination
  readonly json: boolean
}

/** Stores the resources of NDJSON files and reports; the exit code is 0 when every line of every file was stored, else 1. */
export const load = async ({ paths, destination, json }: LoadRequest, io: CommandIo): Promise<number> => {
  const { files, skipped } = await findInputFiles(paths)
  if (skipped.length > 0) sayLine(io.stderr, noticeOf(skipped))
  const report = await loadInto(destination, files, io)
  sayLine(io.stdout, json ? JSON.stringify(report) : reportText(report))
  return report.refused + report.failed + report.notTried > 0 ? 1 : 0
}

const noticeOf = (skipped: readonly string[]): string => {
  const shown = [...skipped.slice(0, 3), ...(skipped.length > 3 ? ['…'] : [])]
  return `skipped ${counted(skipped.length, 'file')} not named .ndjson or .ndjson.gz: ${shown.join(', ')}`
}

const loadInto = async (
  destination: LoadDestination,
  files: readonly InputFile[],
  io: CommandIo,
): Promise<LoadReport> => {
  const target = await openTarget(destination, io)
  const progress = openProgress(files, io)
  const startedAt = io.now()
  try {
    const reports = await loadFiles(files, target, progress)
    return summarize(reports, files.length - reports.length, io.now() - startedAt)
  } finally {
    progress.stop()
    await target.close()
  }
}

/** One file after the other: there is one writer at the other end anyway, and memory stays what one file needs. */
const loadFiles = async (
  files: readonly InputFile[],
  target: LoadTarget,
  progress: LoadProgress,
): Promise<readonly FileReport[]> => {
  const reports: FileReport[] = []
  for (const file of files) {
    const { report, isLast } = await loadFile(file, target, progress)
    reports.push(report)
    if (isLast) break
  }
  return reports
}

type Outcome = { readonly report: FileReport; readonly isLast: boolean }

const loadFile = async (file: InputFile, target: LoadTarget, progress: LoadProgress): Promise<Outcome> => {
  progress.begin(file)
  let bytes = 0
  const count = (more: number) => {
    bytes += more
  }
  try {
    const { stored, refused, problems } = await ingestFile(file, target, progress.read, count)
    return { report: { file: file.path, bytes, stored, refused, problems }, isLast: false }
  } catch (error) {
    // Some of its lines may be stored; nobody has counted them.
    const failure = error instanceof Error ? error.message : String(error)
    const report = { file: file.path, bytes, stored: 0, refused: 0, problems: [], failure }
    return { report, isLast: concernsEveryFile(error) }
  }
}

const ingestFile = async (
  { path }: InputFile,
  target: LoadTarget,
  onRead: (bytes: number) => void,
  onNdjson: (bytes: number) => void,
): Promise<IngestReport> => {
  const input = await openInput(path, onRead, onNdjson)
  try {
    return await target.ingest(input)
  } finally {
    input.destroy()
  }
}

/** Then there is no use in trying the rest. */
const concernsEveryFile = (error: unknown): boolean =>
  hasCode(error, 'database-unavailable', 'forbidden', 'not-found')
