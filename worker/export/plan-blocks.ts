import { endOfBlock, maxPatientsOfBlocks, type Place } from '../store/block.ts'
import type { Statement } from '../store/db.ts'
import type { NewUnit } from '../store/insert-units.ts'
import {
  type CountedBlock,
  countBlocks,
  type MeasuredBlock,
  readBlockLines,
  saveBlocks,
} from '../store/measure-blocks.ts'
import { spanOf } from '../store/walk.ts'
import { closeFile, type Filling, fileLimit, putBlock, putHeader, putLine } from './fill-blocks.ts'
import type { Slice } from './slice.ts'

/** Rows counted by one statement, and patients, most of whom may have none. */
const rowsAtOnce = 10_000
const patientsAtOnce = 1000

/** Rows told one by one, of a block that no file can hold. */
const linesAtOnce = 2000

/** How far the planning of blocks has come. */
export type BlockPlan = Pick<Filling, 'file' | 'nextOrdinal'> & {
  /** Patients up to this ordinal are measured, and in files, but for one that is being cut. */
  readonly ordinal: number
  /** What has been counted of the next one. */
  readonly open: CountedBlock | null
  /** The last of them has more than a file can hold, and is in files up to here. */
  readonly cut: { readonly at: Place; readonly headerBytes: number } | null
}
export type BlockStep = {
  readonly plan: BlockPlan
  readonly units: readonly NewUnit[]
  readonly rows: number
  readonly statements: readonly Statement[]
}

/**
 * Measures the blocks of some patients more, and puts them into files; `undefined` when there is nobody left. Where a file ends depends on
 * the snapshot alone, not on how much a step looks at (I2).
 */
export const planBlocks = async (
  slice: Slice,
  plan: BlockPlan,
  total: number,
): Promise<BlockStep | undefined> => {
  if (plan.cut !== null) return cutNext(slice, plan, plan.cut)
  return plan.ordinal < total ? measureNext(slice, plan, total) : undefined
}

/** The file that is open when everybody is measured. */
export const lastBlocks = ({ job }: Slice, plan: BlockPlan): readonly NewUnit[] =>
  closeFile(job, { ...plan, units: [] }).units

const measureNext = async (slice: Slice, plan: BlockPlan, total: number): Promise<BlockStep> => {
  const { deps, job, unit } = slice
  const most = Math.min(patientsAtOnce, maxPatientsOfBlocks(spanOf(job.asOf)))
  const last = Math.min(total, plan.ordinal + most)
  const after = plan.open?.last ?? endOfBlock(plan.ordinal)
  const { rows, blocks } = await countBlocks(deps.db, job, after, endOfBlock(last), rowsAtOnce)
  const counted = joined(plan.open, blocks)
  const open = rows < rowsAtOnce ? undefined : counted.at(-1)
  const whole = counted.filter((block) => block !== open && block.news > 0)
  const tooLarge = whole.find((block) => block.bytes + block.headerBytes > fileLimit(job))
  // Those behind a block that has to be cut are measured again when it is.
  const measured = whole.slice(0, tooLarge && whole.indexOf(tooLarge) + 1)
  const { units, ...next } = fill(slice, plan, measured, tooLarge)
  return {
    plan: { ...next, ...placeBehind(tooLarge, open, last) },
    units,
    rows: rows + last - plan.ordinal,
    statements: measured.length === 0 ? [] : [saveBlocks(unit, measured.map(toBlock))],
  }
}

/** What was counted of a block before goes with the rest of it, if there is any. */
const joined = (open: CountedBlock | null, blocks: readonly CountedBlock[]): readonly CountedBlock[] => {
  if (open === null) return blocks
  const [first, ...others] = blocks
  if (first?.ordinal !== open.ordinal) return [open, ...blocks]
  const { lines, bytes, news } = first
  const sums = { lines: open.lines + lines, bytes: open.bytes + bytes, news: open.news + news }
  return [{ ...first, ...sums }, ...others]
}

const fill = (
  { job }: Slice,
  plan: BlockPlan,
  blocks: readonly CountedBlock[],
  tooLarge: CountedBlock | undefined,
): Filling => {
  const whole = blocks.filter((block) => block !== tooLarge).map(toBlock)
  const start: Filling = { file: plan.file, nextOrdinal: plan.nextOrdinal, units: [] }
  const filling = whole.reduce((before, block) => putBlock(job, before, block), start)
  return tooLarge === undefined ? filling : putHeader(job, filling, tooLarge.ordinal, tooLarge.headerBytes)
}

const toBlock = ({ ordinal, lines, bytes, headerBytes }: CountedBlock): MeasuredBlock => ({
  ordinal,
  lines: lines + 1,
  bytes: bytes + headerBytes,
})

const placeBehind = (
  tooLarge: CountedBlock | undefined,
  open: CountedBlock | undefined,
  last: number,
): Pick<BlockPlan, 'ordinal' | 'open' | 'cut'> => {
  if (tooLarge !== undefined) {
    const { ordinal, headerBytes } = tooLarge
    return { ordinal, open: null, cut: { at: endOfBlock(ordinal - 1), headerBytes } }
  }
  return { ordinal: open === undefined ? last : open.ordinal - 1, open: open ?? null, cut: null }
}

const cutNext = async (
  { deps, job }: Slice,
  plan: BlockPlan,
  { at, headerBytes }: NonNullable<BlockPlan['cut']>,
): Promise<BlockStep> => {
  const end = endOfBlock(plan.ordinal)
  const lines = await readBlockLines(deps.db, job, at, end, linesAtOnce)
  const start: Filling = { file: plan.file, nextOrdinal: plan.nextOrdinal, units: [] }
  const { units, ...next } = lines.reduce((before, line) => putLine(job, before, line, headerBytes), start)
  const isWhole = lines.length < linesAtOnce
  const file = isWhole && next.file !== null ? { ...next.file, last: end } : next.file
  const cut = isWhole ? null : { at: lines.at(-1)?.place ?? at, headerBytes }
  return { plan: { ...plan, ...next, file, cut }, units, rows: lines.length + 1, statements: [] }
}
