import {
  baseBehind,
  blockRow,
  endOfBlock,
  isInsideBlock,
  maxPatientsOfBlocks,
  type Place,
} from '../store/block.ts'
import type { NewUnit } from '../store/insert-units.ts'
import type { Job } from '../store/jobs.ts'
import type { BlockLine, MeasuredBlock } from '../store/measure-blocks.ts'
import { spanOf } from '../store/walk.ts'
import { maxParts } from './cutter.ts'

/** A file that blocks are being put into, and the units made of those that are full. */
export type Filling = {
  readonly file: BlockFile | null
  readonly nextOrdinal: number
  readonly units: readonly NewUnit[]
}
export type BlockFile = {
  readonly number: number
  readonly after: Place
  readonly last: Place
  readonly lines: number
  readonly bytes: number
}

/**
 * What a file of blocks may have: `fileBytes`, and half of what fits the parts of an upload, for where URLs go into a line its size is
 * estimated (`schema/README.md`, `marked`).
 */
export const fileLimit = ({ fileBytes, partBytes }: Pick<Job, 'fileBytes' | 'partBytes'>): number =>
  Math.min(fileBytes || Number.POSITIVE_INFINITY, (partBytes * maxParts) / 2)

/** Puts a whole block into the file if there is room, else into the next one. */
export const putBlock = (job: Job, filling: Filling, block: MeasuredBlock): Filling => {
  const { file } = filling
  const { ordinal, lines, bytes } = block
  if (file !== null && hasRoom(job, file, block))
    return { ...filling, file: extend(file, endOfBlock(ordinal), lines, bytes) }
  return begin(job, filling, { after: endOfBlock(ordinal - 1), last: endOfBlock(ordinal), lines, bytes })
}

const hasRoom = (job: Job, file: BlockFile, { ordinal, bytes }: MeasuredBlock): boolean =>
  file.bytes + bytes <= fileLimit(job) &&
  ordinal - baseBehind(file.after) <= maxPatientsOfBlocks(spanOf(job.asOf))

/** Begins a file with the header of a block that no file can hold: so its lines come in as few files as can be. */
export const putHeader = (job: Job, filling: Filling, ordinal: number, bytes: number): Filling =>
  begin(job, filling, { after: endOfBlock(ordinal - 1), last: endOfBlock(ordinal - 1), lines: 1, bytes })

/** Puts a line of such a block into the file, or behind its header into the next one. A line too long for any file stands with the header. */
export const putLine = (
  job: Job,
  filling: Filling,
  { place, bytes }: BlockLine,
  headerBytes: number,
): Filling => {
  const { file } = filling
  if (bytes === null || file === null) return filling
  if (file.lines === 1 || file.bytes + bytes <= fileLimit(job))
    return { ...filling, file: extend(file, place, 1, bytes) }
  return begin(job, filling, { after: file.last, last: place, lines: 2, bytes: headerBytes + bytes })
}

const extend = (file: BlockFile, last: Place, lines: number, bytes: number): BlockFile => ({
  ...file,
  last,
  lines: file.lines + lines,
  bytes: file.bytes + bytes,
})

const begin = (job: Job, filling: Filling, file: Omit<BlockFile, 'number'>): Filling => ({
  ...closeFile(job, filling),
  file: { number: (filling.file?.number ?? 0) + 1, ...file },
})

/** The file becomes a unit: where its rows are, and what it is called, is fixed here. */
export const closeFile = (job: Job, filling: Filling): Filling => {
  const { file, nextOrdinal, units } = filling
  if (file === null) return filling
  const rows = { base: baseBehind(file.after), span: spanOf(job.asOf) }
  const unit: NewUnit = {
    ordinal: nextOrdinal,
    kind: 'output',
    typeId: null,
    fileStem: `blocks-${file.number}`,
    rangeAfter: blockRow(rows, file.after),
    rangeEnd: blockRow(rows, file.last),
    linesTotal: file.lines,
    plan: null,
    walkBase: rows.base,
    source: 'block',
    isContinued: isInsideBlock(file.last),
  }
  return { file: null, nextOrdinal: nextOrdinal + 1, units: [...units, unit] }
}
