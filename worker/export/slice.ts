import type { Deps } from '../deps.ts'
import {
  commitFile,
  commitRestart,
  commitUnitDone,
  type OpenFile,
  readOpenFile,
} from '../store/export-files.ts'
import type { Job } from '../store/jobs.ts'
import { type Page, type PageRange, readPage } from '../store/read-page.ts'
import type { ClaimedUnit } from '../store/units.ts'
import type { Budget } from './budget.ts'
import { expandCarry } from './carry.ts'
import { type Cut, type Cutter, createCutter } from './cutter.ts'
import { completeUpload, createFileWriter, type FileWriter, isLostFile } from './file-writer.ts'
import { held, type LeaseKeeper } from './lease-keeper.ts'
import { createPartBuffers } from './part-buffers.ts'

/**
 * A slice of a unit that writes files: reads pages after its cursor, cuts them into parts, uploads and commits them, until the
 * rows or the budget are used up. May be repeated from any point: what was committed says where to go on.
 */
export const runFileSlice = async (
  deps: Deps,
  job: Job,
  unit: ClaimedUnit,
  lease: LeaseKeeper,
  budget: Budget,
): Promise<void> => {
  const open = await readOpenFile(deps.db, unit)
  try {
    if (open?.state === 'completing') return await resumeCompleting(deps, job, unit, open, lease)
    await writeFiles(deps, job, unit, open, lease, budget)
  } catch (error) {
    if (!isLostFile(error)) throw error
    deps.log('warn', 'file restarted', { job: job.jobId, unit: unit.ordinal, reason: error.code })
    await restartFile(deps, unit)
    throw error
  }
}

const writeFiles = async (
  deps: Deps,
  job: Job,
  unit: ClaimedUnit,
  open: OpenFile | undefined,
  lease: LeaseKeeper,
  budget: Budget,
): Promise<void> => {
  const buffers = createPartBuffers(job.partBytes)
  const carry = await expandCarry(open?.carry ?? [])
  const start = { cursor: unit.cursor, lines: open?.lines ?? 0, bytes: open?.bytes ?? 0, carry }
  const cutter = createCutter(job, start, buffers.take)
  const writer = createFileWriter(deps, job, unit, open, lease, buffers)
  try {
    const isUsedUp = await copyPages(deps, job, unit, lease, budget, cutter, writer)
    if (!isUsedUp) return await writer.pause(cutter.rest())
    const last = cutter.end()
    if (last !== undefined) return await writer.endFile(last, true)
    const end = { now: deps.clock.now(), retentionMs: deps.config.limits.retentionMs }
    held(await commitUnitDone(deps.db, unit, end))
  } finally {
    await writer.settle()
  }
}

/** Copies page after page; true when the unit's rows are used up, false when the budget is. */
const copyPages = async (
  deps: Deps,
  job: Job,
  unit: ClaimedUnit,
  lease: LeaseKeeper,
  budget: Budget,
  cutter: Cutter,
  writer: FileWriter,
): Promise<boolean> => {
  let { after, offset } = unit.cursor
  for (;;) {
    await lease.keep()
    const page = await readUnitPage(deps, job, unit, after)
    if (page === undefined) return true
    budget.spend('rows', page.rows)
    budget.spend('bytes', page.bytes.length)
    for (const cut of cutter.cut(page, offset)) await writeCut(writer, cut)
    offset = Math.max(0, offset - page.bytes.length)
    after = page.last
    if (budget.isSpent()) return false
    // A statement on a file runs on this thread: without this, uploads and requests would wait for the whole slice.
    await deps.clock.yield()
  }
}

const writeCut = (writer: FileWriter, cut: Cut): Promise<void> =>
  cut.kind === 'part' ? writer.part(cut) : writer.endFile(cut, false)

const readUnitPage = async (
  deps: Deps,
  job: Job,
  unit: ClaimedUnit,
  after: number,
): Promise<Page | undefined> => {
  if (unit.kind === 'error') return outcomePage(job, after)
  const { pageRows: maxRows, pageBytes: maxBytes } = deps.config.limits
  const range: PageRange = {
    kind: unit.kind === 'deleted' ? 'deleted' : 'output',
    end: unit.rangeEnd,
    asOf: job.asOf,
    sinceSeq: job.sinceSeq,
    typeIds: job.typeIds,
  }
  return readPage(deps.db, range, after, { maxRows, maxBytes })
}

/** The OperationOutcomes of a job were fixed at kick-off and are few: one page. */
const outcomePage = (job: Job, after: number): Page | undefined => {
  if (after > 0) return undefined
  const lines = job.outcomeLines.split('\n').length - 1
  return { after: 0, last: 1, rows: lines, lines, bytes: new TextEncoder().encode(job.outcomeLines) }
}

/** A crash fell between the storage's answer and ours. */
const resumeCompleting = async (
  deps: Deps,
  job: Job,
  unit: ClaimedUnit,
  file: OpenFile,
  lease: LeaseKeeper,
): Promise<void> => {
  const upload = {
    key: `${job.folder}/${file.name}`,
    uploadId: file.uploadId ?? '',
    partBytes: job.partBytes,
  }
  const etag = await lease.during(completeUpload(deps, upload, file.parts, file.bytes))
  const progress = { ...file, cursor: unit.cursor, linesDone: unit.linesDone }
  held(await commitFile(deps.db, unit, progress, etag, 0, undefined))
}

/** The committed state is read again, for this slice may have gone further than what it began with (I4). */
const restartFile = async (deps: Deps, unit: ClaimedUnit): Promise<void> => {
  const file = await readOpenFile(deps.db, unit)
  if (file === undefined) return
  held(await commitRestart(deps.db, unit, file))
}
