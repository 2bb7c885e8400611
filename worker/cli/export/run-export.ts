import { mkdir, readdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { hasCode, SluiceError } from '../../errors.ts'
import { type CommandIo, sayLine } from '../command-io.ts'
import { type Asking, ask, refusalBy } from './ask.ts'
import { beginRun } from './begin-run.ts'
import { discardRun } from './discard-run.ts'
import { downloadAll } from './download-all.ts'
import { type ExportReport, exportReportText, sumFiles } from './export-report.ts'
import { type ExportRequest, keyOf } from './export-request.ts'
import { openLinks } from './file-links.ts'
import { lockFolder } from './lock-folder.ts'
import type { ListedManifest } from './manifest.ts'
import { nameFiles } from './name-files.ts'
import { openAsking } from './open-asking.ts'
import { poll } from './poll.ts'
import { printableJson } from './printable.ts'
import { type ExportProgress, openExportProgress } from './progress.ts'
import { type ExportState, nextSinceOf, type Run, replaceFile, writeState } from './state.ts'

/**
 * Exports from any server of the FHIR Bulk Data IG into a folder, checks what came, and reports. Exit codes: 0 complete and verified, 1 failed
 * (run again to go on), 3 complete and verified but the server reports errors, 4 what came is not what the manifest says.
 */
export const runExport = async (request: ExportRequest, io: CommandIo): Promise<number> => {
  const startedAt = io.now()
  const unlock = await lockFolder(request.out, startedAt)
  const progress = openExportProgress(io)
  try {
    const report = await exportInto(request, io, progress, startedAt)
    progress.stop()
    sayLine(io.stdout, request.json ? printableJson(report) : exportReportText(report))
    if (report.outcome === 'not-verified') return 4
    return report.serverErrors > 0 ? 3 : 0
  } finally {
    progress.stop()
    await unlock()
  }
}

const exportInto = async (
  request: ExportRequest,
  io: CommandIo,
  progress: ExportProgress,
  startedAt: number,
): Promise<ExportReport> => {
  const asking = await openAsking(request, io, progress.say)
  const { run, state, notice } = await beginRun(asking, request)
  const statusUrl = new URL(run.statusUrl)
  asking.http.trust(statusUrl) // the server itself says that this is where to ask, with the same token (IG, "Status Request")
  progress.say(notice)
  const manifest = await finished(asking, request.out, state, run, progress)
  const known = await keepManifest(request.out, state, run, manifest)
  progress.listed(manifest.files)
  const links = openLinks(asking, statusUrl, manifest)
  const folder = resolve(request.out, known.folder)
  const files = await downloadAll(
    { ...asking, links, progress },
    manifest.files,
    known.names,
    folder,
    request.parallel,
  )
  const sums = sumFiles(files)
  const isVerified = sums.outcome === 'verified'
  const last = lastRunOf(run, known, sums.serverErrors > 0)
  if (isVerified) await writeState(request.out, { version: 1, last })
  const deletesNow = isVerified && request.deletesAfter
  if (deletesNow) await deleteExport(asking, statusUrl)
  return {
    ...sums,
    transactionTime: manifest.transactionTime,
    since: run.since ?? null,
    statusUrl: run.statusUrl,
    folder,
    ...(run.isInSubfolder && { nextSince: nextSinceOf(last) ?? null }),
    deletedOnServer: deletesNow,
    seconds: (io.now() - startedAt) / 1000,
  }
}

/** An export that failed, or is there no more, is nothing to go on with: the next command begins anew. */
const finished = async (
  asking: Asking,
  out: string,
  state: ExportState,
  run: Run,
  progress: ExportProgress,
): Promise<ListedManifest> => {
  try {
    return await poll(asking, new URL(run.statusUrl), progress.polled)
  } catch (error) {
    if (!hasCode(error, 'job-failed', 'not-found')) throw error
    await discardRun(out, run)
    await writeState(out, { ...state, run: undefined })
    throw new SluiceError(error.code, `${error.message}; the next run begins anew`, { cause: error })
  }
}

type KnownFiles = NonNullable<Run['files']>

/** The manifest as it came, beside the files; and their names, which stay when a run goes on and URLs have changed meanwhile. */
const keepManifest = async (
  out: string,
  state: ExportState,
  run: Run,
  manifest: ListedManifest,
): Promise<KnownFiles> => {
  const { transactionTime, files } = manifest
  const isSame = run.files?.transactionTime === transactionTime && run.files.names.length === files.length
  const known = isSame && run.files ? run.files : await newFiles(out, run, manifest)
  await mkdir(join(out, known.folder), { recursive: true, mode: 0o700 })
  await replaceFile(join(out, known.folder, 'manifest.json'), manifest.text)
  await writeState(out, { ...state, run: { ...run, files: known } })
  return known
}

const newFiles = async (out: string, run: Run, manifest: ListedManifest): Promise<KnownFiles> => {
  await discardRun(out, run)
  return {
    transactionTime: manifest.transactionTime,
    folder: run.isInSubfolder ? await freeName(out, folderNameOf(manifest.transactionTime)) : '.',
    names: [...nameFiles(manifest.files)],
  }
}

/** Two runs of a chain have the same transactionTime where a server counts in seconds. */
const freeName = async (out: string, name: string): Promise<string> => {
  const taken = new Set(await readdir(out))
  for (let number = 2, free = name; ; number += 1) {
    if (!taken.has(free)) return free
    free = `${name}-${number}`
  }
}

/** Without colons, which Windows does not take in a name. */
const folderNameOf = (transactionTime: string): string => {
  const name = transactionTime.replaceAll(':', '').replace(/[^A-Za-z0-9.+-]/g, '_')
  return /^[0-9]/.test(name) ? name.slice(0, 60) : `export-${name.slice(0, 60)}`
}

/** What a server reports as an error it has left out, so the chain must not go on behind it; informational issues and warnings hold nothing back. */
const lastRunOf = (
  { query, since }: Run,
  { transactionTime, folder }: KnownFiles,
  hasErrors: boolean,
): NonNullable<ExportState['last']> => ({
  transactionTime,
  folder,
  ...(query && { key: keyOf(query) }),
  ...(hasErrors && { again: { since } }),
})

/** 404 is as good: somebody else was quicker, or an attempt before this one whose answer was lost. */
const deleteExport = async (asking: Asking, statusUrl: URL): Promise<void> => {
  const what = 'delete the export on the server, though its files are here, complete and verified'
  const answer = await ask(asking, statusUrl, { method: 'DELETE', credentials: 'server' }, what)
  const isGone = (answer.status >= 200 && answer.status < 300) || [404, 410].includes(answer.status)
  if (!isGone) throw new SluiceError('job-failed', refusalBy(answer, what).message)
}
