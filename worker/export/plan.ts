import type { Deps } from '../deps.ts'
import { typeOfId } from '../fhir/resource-type.ts'
import { countRange, nextPosition, type RangeCount } from '../store/count-range.ts'
import type { Job, NewUnit } from '../store/jobs.ts'
import { commitPlan, commitPlanDone } from '../store/plan-unit.ts'
import { positionOf, typeIdAt } from '../store/position.ts'
import { held } from './lease-keeper.ts'
import type { Slice } from './slice.ts'

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
/** Units are committed this often while planning goes on, so that other ticks can begin with them. */
const commitEveryMs = 500

/** How far planning has come; stored as JSON in the unit. */
type Plan = {
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
const newPlan: Plan = { at: 0, nextOrdinal: 1, range: null }

/**
 * A slice of the `plan` unit: walks the index rows of the snapshot, type after type, and cuts each type into ranges of about
 * `rangeBytes`, each a work unit with its bounds, its file names and its number of lines. Everything is frozen here.
 */
export const runPlanSlice = async (slice: Slice): Promise<void> => {
  const { deps, job, unit, lease, budget } = slice
  let plan: Plan = { ...newPlan, ...JSON.parse(unit.plan) }
  let units: readonly NewUnit[] = []
  let committedAt = deps.clock.now()
  for (;;) {
    await lease.keep()
    const step = await planStep(deps, job, plan)
    if (step === undefined) return finishPlan(slice, plan, units)
    plan = step.plan
    units = [...units, ...step.units]
    budget.spend('rows', step.rows)
    if (budget.isSpent()) return held(await commitPlan(deps.db, unit, JSON.stringify(plan), units, 0))
    if (deps.clock.now() - committedAt < commitEveryMs) continue
    held(await commitPlan(deps.db, unit, JSON.stringify(plan), units, lease.renewed()))
    units = []
    committedAt = deps.clock.now()
  }
}

type Step = { readonly plan: Plan; readonly units: readonly NewUnit[]; readonly rows: number }

const planStep = async (deps: Deps, job: Job, plan: Plan): Promise<Step | undefined> => {
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

const openType = async (deps: Deps, job: Job, plan: Plan): Promise<Step | undefined> => {
  const position = await nextPosition(deps.db, plan.at)
  if (position === undefined) return undefined
  const typeId = typeIdAt(position)
  const isWanted = job.typeIds.length === 0 || job.typeIds.includes(typeId)
  if (!isWanted) return { plan: { ...plan, at: lastPosition(typeId) }, units: [], rows: 1 }
  const after = positionOf(typeId, job.sinceSeq)
  return {
    plan: { ...plan, range: { typeId, number: 1, after, last: after, rows: 0, lines: 0, bytes: 0 } },
    units: [],
    rows: 1,
  }
}

const closeType = (plan: Plan, range: OpenRange): Step =>
  closeRange({ ...plan, at: lastPosition(range.typeId), range: null }, range, range.number > 1)

/** A range without lines makes no unit: no empty file is ever listed. */
const closeRange = (plan: Plan, range: OpenRange, isNumbered: boolean): Step => {
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

/** The last units are those that are no ranges of types: deletions, and the outcomes of ignored parameters. */
const finishPlan = async (
  { deps, job, unit }: Slice,
  plan: Plan,
  units: readonly NewUnit[],
): Promise<void> => {
  const { db, clock, config } = deps
  const bare = { typeId: null, linesTotal: 0, plan: null }
  const deleted = {
    ...bare,
    kind: 'deleted' as const,
    fileStem: 'deleted',
    rangeAfter: job.sinceSeq,
    rangeEnd: job.untilSeq,
  }
  const error = { ...bare, kind: 'error' as const, fileStem: 'error', rangeAfter: 0, rangeEnd: 1 }
  const others = [...(job.hasSince ? [deleted] : []), ...(job.outcomeLines === '' ? [] : [error])]
  const numbered = others.map((other, i) => ({ ...other, ordinal: plan.nextOrdinal + i }))
  const end = { now: clock.now(), retentionMs: config.limits.retentionMs }
  held(await commitPlanDone(db, unit, [...units, ...numbered], end))
}
