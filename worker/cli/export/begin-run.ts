import { SluiceError } from '../../errors.ts'
import type { Asking } from './ask.ts'
import { discardRun } from './discard-run.ts'
import { type ExportRequest, keyOf } from './export-request.ts'
import { kickOff } from './kick-off.ts'
import { printable } from './printable.ts'
import { type ExportState, nextSinceOf, type Run, readState, writeState } from './state.ts'

export type BegunRun = {
  readonly run: Run
  readonly state: ExportState
  /** What to tell the user about how it began. */
  readonly notice: string
}

/**
 * The run that the command is about: one that is unfinished in the folder, one by its status URL, or a new one. Its status URL is in the
 * state file before anything else is done, so that a command that is killed can go on.
 */
export const beginRun = async (asking: Asking, request: ExportRequest): Promise<BegunRun> => {
  const { out, query, statusUrl } = request
  const state = await readState(out)
  const { run } = state
  const isSame = run !== undefined && isMeant(run, request)
  if (run !== undefined && isSame && !request.isRestart) {
    return { run, state, notice: `goes on with the export that began at ${run.startedAt}` }
  }
  if (run !== undefined && !request.isRestart) {
    throw refusal(
      out,
      'an unfinished run of another request is there; --resume goes on with it, --restart gives it up',
    )
  }
  if (request.isResume) throw refusal(out, 'no unfinished run is there to resume')
  refuseOverwriting(request, state)
  const since = sinceOf(request, state)
  const startedAt = new Date(asking.limits.clock.now()).toISOString()
  const url = statusUrl ?? (query && (await kickOff(asking, query, since)).href)
  if (url === undefined) throw refusal(out, 'give --server, --status or --resume')
  const isInSubfolder = request.since === 'auto'
  const begun: Run = { statusUrl: url, query, since, isInSubfolder, startedAt, files: undefined }
  if (run !== undefined) await discardRun(out, run)
  const next = { ...state, run: begun }
  await writeState(out, next)
  return { run: begun, state: next, notice: noticeOf(request, since, state) }
}

const isMeant = (run: Run, { isResume, statusUrl, query, since }: ExportRequest): boolean => {
  if (isResume) return true
  if (statusUrl !== undefined) return run.statusUrl === statusUrl
  const isSameSince = since === 'auto' ? run.isInSubfolder : !run.isInSubfolder && run.since === since
  return isSameSince && query !== undefined && run.query !== undefined && keyOf(query) === keyOf(run.query)
}

/** A folder has the files of one export; only those of a chain (`--since auto`) lie side by side, each in its own folder. */
const refuseOverwriting = ({ out, since }: ExportRequest, { last }: ExportState): void => {
  if (last === undefined || since === 'auto') return
  throw refusal(
    out,
    `it has a complete export as of ${printable(last.transactionTime)}; give another folder, or --since auto for what has changed`,
  )
}

const sinceOf = ({ since, query, out }: ExportRequest, { last }: ExportState): string | undefined => {
  if (since !== 'auto') return since
  if (last === undefined || query === undefined) return undefined
  if (last.key === keyOf(query)) return nextSinceOf(last)
  throw refusal(out, 'its last complete run was of another request, so --since auto cannot go on from it')
}

const noticeOf = (
  { since, statusUrl }: ExportRequest,
  from: string | undefined,
  { last }: ExportState,
): string => {
  if (statusUrl !== undefined) return 'goes on by the status URL'
  if (since !== 'auto') return 'export started'
  const what = from === undefined ? 'of everything' : `since ${printable(from)}`
  if (last?.again !== undefined) {
    return `export ${what} started, once more, for the server reported errors in the last run`
  }
  return `export ${what} started${last === undefined ? ', the first of its chain' : ''}`
}

const refusal = (out: string, reason: string): SluiceError =>
  new SluiceError('invalid', `Cannot export into "${out}": ${reason}`)
