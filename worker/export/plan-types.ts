import type { Deps } from '../deps.ts'
import { patientCompartmentTypeIds } from '../fhir/patient-compartment.ts'
import { typeOfId } from '../fhir/resource-type.ts'
import { countRange, nextPosition, type RangeCount } from '../store/count-range.ts'
import type { Job, NewUnit } from '../store/jobs.ts'
import { positionOf, typeIdAt } from '../store/position.ts'

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
export type TypeStep = { readonly plan: TypePlan; readonly units: readonly NewUnit[]; readonly rows: number }

/**
 * Walks the index rows of the snapshot, type after type, and cuts each type into ranges of about `rangeBytes`. At Patient level it
 * counts what a scan will look at, which may be more than belongs to patients.
 */
export const planTypes = async (deps: Deps, job: Job, plan: TypePlan): Promise<TypeStep | undefined> => {
  if (plan.range === null) return openType(deps, job, plan)
  const { range } = plan
  const bounds = { after: range.last, end: positionOf(range.typeId, job.untilSeq), asOf: job.asOf }
  const maxRows = planRows(job, range)
  const count = await countRange(deps.db, bounds, maxRows)
  if (count === undefined) return closeType(plan, range)
  if (!isFull(job, range)) {
    const extended = extend(range, count)
    if (count.rows < maxRows) return { ...closeType(plan, extended), rows: count.rows }
    return { plan: { ...plan, range: extended }, units: [], rows: count.rows }
  }
  const next = { ...range, number: range.number + 1, after: range.last, rows: 0, lines: 0, bytes: 0 }
  return { ...closeRange({ ...plan, range: extend(next, count) }, range, true), rows: count.rows }
}

const openType = async (deps: Deps, job: Job, plan: TypePlan): Promise<TypeStep | undefined> => {
  const position = await nextPosition(deps.db, plan.at)
  if (position === undefined) return undefined
  const typeId = typeIdAt(position)
  if (!isWanted(job, typeId)) return { plan: { ...plan, at: lastPosition(typeId) }, units: [], rows: 1 }
  const after = positionOf(typeId, job.sinceSeq)
  return {
    plan: { ...plan, range: { typeId, number: 1, after, last: after, rows: 0, lines: 0, bytes: 0 } },
    units: [],
    rows: 1,
  }
}

const isWanted = ({ level, typeIds }: Job, typeId: number): boolean =>
  (typeIds.length === 0 || typeIds.includes(typeId)) &&
  (level === 'system' || patientCompartmentTypeIds.includes(typeId))

const closeType = (plan: TypePlan, range: OpenRange): TypeStep =>
  closeRange({ ...plan, at: lastPosition(range.typeId), range: null }, range, range.number > 1)

/** A range without lines makes no unit: no empty file is ever listed. */
const closeRange = (plan: TypePlan, range: OpenRange, isNumbered: boolean): TypeStep => {
  if (range.lines === 0) return { plan, units: [], rows: 1 }
  const type = typeOfId(range.typeId)
  const unit: NewUnit = {
    ordinal: plan.nextOrdinal,
    kind: 'output',
    typeId: range.typeId,
    fileStem: isNumbered ? `${type}-${range.number}` : type,
    rangeAfter: range.after,
    rangeEnd: range.last,
    linesTotal: range.lines,
    plan: null,
    walkBase: null,
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

const lastPosition = (typeId: number): number => positionOf(typeId + 1, 0) - 1
