import type { Deps } from '../deps.ts'
import { freeMemory } from '../platform/free-memory.ts'
import {
  commitFile,
  commitRestart,
  commitUnitDone,
  type OpenFile,
  readOpenFile,
} from '../store/export-files.ts'
import type { Job } from '../store/jobs.ts'
import type { ClaimedUnit } from '../store/units.ts'
import type { Budget } from './budget.ts'
import { expandCarry } from './carry.ts'
import { type Cut, type Cutter, createCutter } from './cutter.ts'
import { digestsOfParts } from './digest.ts'
import { completeUpload, createFileWriter, type FileWriter, isLostFile } from './file-writer.ts'
import { held, type LeaseKeeper, LostLease } from './lease-keeper.ts'
import { createPageReader } from './page-reader.ts'
import type { PartBuffers } from './part-buffers.ts'
import type { SliceAccount } from './slice-account.ts'

/** The work done under one lease: on which unit of which job, how the lease is kept, and what may be spent. */
export type Slice = {
  readonly deps: Deps
  readonly job: Job
  readonly unit: ClaimedUnit
  readonly lease: LeaseKeeper
  readonly budget: Budget
  readonly account: SliceAccount
  /** Those of the tick: its slices use them one after another. */
  readonly buffers: PartBuffers
}

/**
 * A slice of a unit that writes files: reads pages after its cursor, cuts them into parts, uploads and commits them, until the
 * rows or the budget are used up. May be repeated from any point: what was committed says where to go on.
 */
export const runFileSlice = async (slice: Slice): Promise<void> => {
  const { deps, job, unit } = slice
  const open = await openFile(slice)
  try {
    await (open?.state === 'completing' ? resumeCompleting(slice, open) : writeFiles(slice, open))
  } catch (error) {
    if (!isLostFile(error)) throw error
    deps.log('warn', 'file restarted', { job: job.jobId, unit: unit.ordinal, reason: error.code })
    await restartFile(slice)
    throw error
  }
}

const writeFiles = async (slice: Slice, open: OpenFile | undefined): Promise<void> => {
  const { deps, job, unit, buffers } = slice
  const carry = await expandCarry(open?.carry ?? [])
  const start = { cursor: unit.cursor, lines: open?.lines ?? 0, bytes: open?.bytes ?? 0, carry }
  // A file of blocks is all that its unit has: where it ends was planned.
  const limits = unit.source === 'block' ? { ...job, fileBytes: 0 } : job
  const cutter = createCutter(limits, start, () => buffers.take(job.partBytes))
  const writer = createFileWriter(slice, open)
  try {
    const isUsedUp = await copyPages(slice, cutter, writer)
    if (!isUsedUp) return await writer.pause(cutter.rest())
    const last = cutter.end()
    if (last !== undefined) return await writer.endFile(last, true)
    const end = { slice: slice.account('done'), retentionMs: deps.config.limits.retentionMs }
    held(await commitUnitDone(deps.db, unit, end))
  } finally {
    await writer.settle()
  }
}

/** Copies page after page; true when the unit's rows are used up, false when the budget is. */
const copyPages = async (slice: Slice, cutter: Cutter, writer: FileWriter): Promise<boolean> => {
  const { deps, unit, lease, budget } = slice
  const reader = createPageReader(slice)
  let { after, offset } = unit.cursor
  while (after < unit.rangeEnd) {
    await lease.keep()
    // What counts is what goes into the files: the cursor says so many bytes of that.
    const page = await reader.next(after)
    if (page === undefined) break
    for (const cut of cutter.cut(page, offset)) await writeCut(writer, cut)
    offset = Math.max(0, offset - page.bytes.length)
    after = page.last
    freeMemory(page.bytes) // they stand in a part by now
    if (budget.isSpent()) return false
    // A statement on a file runs on this thread: without this, uploads and requests would wait for the whole slice.
    await deps.clock.yield()
  }
  return true
}

const writeCut = (writer: FileWriter, cut: Cut): Promise<void> =>
  cut.kind === 'part' ? writer.part(cut) : writer.endFile(cut, false)

/** A crash fell between the storage's answer and ours. The unit goes on, or is found to be done, in its next slice. */
const resumeCompleting = async (
  { deps, job, unit, lease, account }: Slice,
  file: OpenFile,
): Promise<void> => {
  const upload = {
    key: `${job.folder}/${file.name}`,
    uploadId: file.uploadId ?? '',
    partBytes: job.partBytes,
  }
  const etag = await lease.during(completeUpload(deps, upload, file.parts, file.bytes))
  const progress = { ...file, cursor: unit.cursor, linesDone: unit.linesDone }
  const finished = { etag, digests: await digestsOfParts(file.parts) }
  held(await commitFile(deps.db, unit, progress, finished, { slice: account('continues') }))
}

/** The committed state is read again, for this slice may have gone further than what it began with (I4). */
const restartFile = async (slice: Slice): Promise<void> => {
  const { deps, unit } = slice
  const file = await openFile(slice)
  if (file !== undefined) held(await commitRestart(deps.db, unit, file))
}

const openFile = async ({ deps, unit }: Slice): Promise<OpenFile | undefined> => {
  const read = await readOpenFile(deps.db, unit)
  if (read === undefined) throw new LostLease()
  return read.file
}
