import type { Deps } from '../deps.ts'
import { typeOfId } from '../fhir/resource-type.ts'
import { countRange, nextPosition, type RangeCount } from '../store/count-range.ts'
import type { Db } from '../store/db.ts'
import { exportedTypeIds } from '../store/exported-types.ts'
import type { NewUnit } from '../store/insert-units.ts'
import type { Job } from '../store/jobs.ts'
import { lastPosition, positionOf, typeIdAt } from '../store/position.ts'

type UnitSource = NonNullable<NewUnit['source']>

/** Rows counted by one statement, at most: index rows of some 30 bytes, so well under a millisecond a thousand. */
const maxPlanRows = 20_000

/** As many rows as should fill the range, judged by what it holds so far; few at first. Depends on the snapshot alone. */
const planRows = (job: Job, range: OpenRange): number => {
  const { rows, bytes } = range
  const room = isFull(job, range) ? job.rangeBytes : job.rangeBytes - bytes
  const wanted = rows === 0 || bytes === 0 ? job.rangeBytes / 10_000 : (room * rows) / bytes
  return job.fileBytes === 0 ? maxPlanRows : Math.max(1, Math.min(maxPlanRows, Math.ceil(wanted)))
}

/** With FILE_BYTES 0 there is one file a type, so nothing to write side by side. */
const isFull = (job: Job, range: OpenRange): boolean => range.bytes >= job.rangeBytes && job.fileBytes !== 0
/** How far the planning of scans has come, type after type. */
export type TypePlan = {
  /** Every position up to here is planned, but for the open range. */
  readonly at: number
  readonly nextOrdinal: number
  readonly range: OpenRange | null
}
type OpenRange = {
  readonly typeId: number
  readonly number: number
  readonly after: number
  readonly last: number
  readonly rows: number
  readonly lines: number
  readonly bytes: number
}
/** Rows in the order of positions, of which a unit reads a range. */
export type TypeRows = {
  readonly source: UnitSource
  /** The first position behind one. */
  next(db: Db, job: Job, after: number): Promise<number | undefined>
  count(
    db: Db,
    job: Job,
    range: { readonly after: number; readonly end: number },
    maxRows: number,
  ): Promise<RangeCount | undefined>
  /** Of a type, what is exported lies above the one seq and up to the other. */
  seqs(job: Job): { readonly after: number; readonly end: number }
  isWanted(job: Job, typeId: number): boolean
  stemOf(job: Job, typeId: number): string
}

export type TypeStep = { readonly plan: TypePlan; readonly units: readonly NewUnit[]; readonly rows: number }

/**
 * Walks the index rows of the snapshot, type after type, and cuts each type into ranges of about `rangeBytes`. At Patient level it
 * counts what a scan will look at, which may be more than belongs to patients.
 */
export const planTypes = async (
  { db }: Deps,
  job: Job,
  plan: TypePlan,
  rows: TypeRows = scanned,
): Promise<TypeStep | undefined> => {
  if (plan.range === null) return openType(db, job, plan, rows)
  const { range } = plan
  const stem = rows.stemOf(job, range.typeId)
  const as = { stem, source: rows.source }
  const bounds = { after: range.last, end: positionOf(range.typeId, rows.seqs(job).end) }
  const maxRows = planRows(job, range)
  const count = await rows.count(db, job, bounds, maxRows)
  if (count === undefined) return closeType(plan, range, as)
  if (!isFull(job, range)) {
    const extended = extend(range, count)
    if (count.rows < maxRows) return { ...closeType(plan, extended, as), rows: count.rows }
    return { plan: { ...plan, range: extended }, units: [], rows: count.rows }
  }
  const next = { ...range, number: range.number + 1, after: range.last, rows: 0, lines: 0, bytes: 0 }
  return { ...closeRange({ ...plan, range: extend(next, count) }, range, true, as), rows: count.rows }
}

/** What is read by scans of types. */
const scanned: TypeRows = {
  source: 'scan',
  next: (db, _job, after) => nextPosition(db, after),
  count: countRange,
  seqs: ({ sinceSeq, untilSeq }) => ({ after: sinceSeq, end: untilSeq }),
  isWanted: (job, typeId) => exportedTypeIds(job).includes(typeId),
  stemOf: (_job, typeId) => typeOfId(typeId),
}

const openType = async (db: Db, job: Job, plan: TypePlan, rows: TypeRows): Promise<TypeStep | undefined> => {
  const position = await rows.next(db, job, plan.at)
  if (position === undefined) return undefined
  const typeId = typeIdAt(position)
  if (!rows.isWanted(job, typeId)) return { plan: { ...plan, at: lastPosition(typeId) }, units: [], rows: 1 }
  const after = positionOf(typeId, rows.seqs(job).after)
  return {
    plan: { ...plan, range: { typeId, number: 1, after, last: after, rows: 0, lines: 0, bytes: 0 } },
    units: [],
    rows: 1,
  }
}

/** What the units of a range are called, and where they read. */
type UnitsAs = { readonly stem: string; readonly source: UnitSource }

const closeType = (plan: TypePlan, range: OpenRange, as: UnitsAs): TypeStep =>
  closeRange({ ...plan, at: lastPosition(range.typeId), range: null }, range, range.number > 1, as)

/** A range without lines makes no unit: no empty file is ever listed. */
const closeRange = (
  plan: TypePlan,
  range: OpenRange,
  isNumbered: boolean,
  { stem, source }: UnitsAs,
): TypeStep => {
  if (range.lines === 0) return { plan, units: [], rows: 1 }
  const unit: NewUnit = {
    ordinal: plan.nextOrdinal,
    kind: 'output',
    typeId: range.typeId,
    fileStem: isNumbered ? `${stem}-${range.number}` : stem,
    rangeAfter: range.after,
    rangeEnd: range.last,
    linesTotal: range.lines,
    plan: null,
    walkBase: null,
    source,
  }
  return { plan: { ...plan, nextOrdinal: plan.nextOrdinal + 1 }, units: [unit], rows: 1 }
}

const extend = (range: OpenRange, count: RangeCount): OpenRange => ({
  ...range,
  last: count.last,
  rows: range.rows + count.rows,
  lines: range.lines + count.lines,
  bytes: range.bytes + count.bytes,
})
