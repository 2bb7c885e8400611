import type { Statement } from '../store/db.ts'
import type { NewUnit } from '../store/insert-units.ts'
import { isFiltered } from '../store/job-filters.ts'
import type { Job } from '../store/jobs.ts'
import { errorUnit, manifestUnit } from '../store/last-units.ts'
import { commitPlan, commitPlanDone } from '../store/plan-unit.ts'
import { isOfNewcomers } from '../store/read-walk.ts'
import { hasPasses } from './extra-passes.ts'
import { extraTypes } from './extra-types.ts'
import { held } from './lease-keeper.ts'
import { type BlockPlan, lastBlocks, planBlocks } from './plan-blocks.ts'
import { type ExtraPlan, noExtras, planExtras } from './plan-extras.ts'
import { type MatchPlan, newMatchPlan, planMatches } from './plan-matches.ts'
import { type MemberPlan, planMembers } from './plan-members.ts'
import { planTypes, type TypePlan } from './plan-types.ts'
import { countAll, lastWalks, planWalks, type WalkPlan } from './plan-walks.ts'
import type { Slice } from './slice.ts'
import { tellsDeletions } from './tells-deletions.ts'

/** Units are committed this often while planning goes on, so that other ticks can begin with them. */
const commitEveryMs = 500

/**
 * How far planning has come; stored as JSON in the unit. Who is exported comes first, then which of it matches filters, then walks of those
 * patients, then scans of types, then what comes beside the compartments: so that others can begin with most of it while that is searched
 * for. Organized output is all in blocks, and what comes beside belongs into them, so it is found before.
 */
type Plan = {
  readonly phase: 'members' | 'matches' | 'walks' | 'types' | 'extras' | 'extra types' | 'blocks'
  readonly nextOrdinal: number
  readonly members: MemberPlan
  readonly matches: MatchPlan
  readonly walks: Omit<WalkPlan, 'nextOrdinal'>
  readonly types: Omit<TypePlan, 'nextOrdinal'>
  readonly blocks: Omit<BlockPlan, 'nextOrdinal'>
  readonly extras: ExtraPlan
  readonly extraTypes: Omit<TypePlan, 'nextOrdinal'>
}

/** Everybody, or everybody who is there, needs no list of them; only those who have come since `_since` do, and blocks. */
const newPlan = (job: Job): Plan => ({
  phase: hasMembers(job) ? 'members' : phaseAfterMembers(job),
  nextOrdinal: 1,
  members: { step: 'begin', at: 0 },
  matches: newMatchPlan,
  walks: { ordinal: 0, ranges: {} },
  types: { at: 0, range: null },
  blocks: { ordinal: 0, open: null, cut: null, file: null },
  extras: noExtras,
  extraTypes: { at: 0, range: null },
})

const hasMembers = (job: Job): boolean => job.level !== 'system' && (!isOfNewcomers(job) || job.hasSince)

const phaseAfterMembers = (job: Job): Plan['phase'] => (isFiltered(job) ? 'matches' : phaseAfterMatches(job))

const phaseAfterMatches = (job: Job): Plan['phase'] => {
  if (!hasMembers(job)) return 'types'
  if (!isOrganized(job)) return 'walks'
  return hasPasses(job) ? 'extras' : 'blocks'
}

const isOrganized = ({ shape }: Job): boolean => shape.organizedBy !== undefined

/**
 * A slice of the `plan` unit: finds the population, and cuts what is exported into ranges, each a work unit with its bounds and its
 * file names. Everything is frozen here.
 */
export const runPlanSlice = async (slice: Slice): Promise<void> => {
  const { deps, job, unit, lease, budget, account } = slice
  let plan: Plan = { ...newPlan(job), ...JSON.parse(unit.plan) }
  let units: readonly NewUnit[] = []
  let committedAt = deps.clock.now()
  for (;;) {
    await lease.keep()
    const step = await planStep(slice, plan)
    if (step === undefined) return finishPlan(slice, plan, units)
    plan = step.plan
    units = [...units, ...step.units]
    budget.spend('rows', step.rows)
    // As between pages: a statement on a file runs on this thread.
    await deps.clock.yield()
    const isSpent = budget.isSpent()
    const isDue = step.statements.length > 0 || deps.clock.now() - committedAt >= commitEveryMs
    if (!isSpent && !isDue) continue
    const after = isSpent ? { slice: account('continues') } : { leaseUntil: lease.renewed() }
    held(await commitPlan(deps.db, unit, JSON.stringify(plan), units, step.statements, after))
    if (isSpent) return
    units = []
    committedAt = deps.clock.now()
  }
}

type Step = {
  readonly plan: Plan
  readonly units: readonly NewUnit[]
  readonly rows: number
  /** To be committed with the plan. */
  readonly statements: readonly Statement[]
}

const planStep = (slice: Slice, plan: Plan): Promise<Step | undefined> => {
  switch (plan.phase) {
    case 'members':
      return memberStep(slice, plan)
    case 'matches':
      return matchStep(slice, plan)
    case 'walks':
      return walkStep(slice, plan)
    case 'types':
      return typeStep(slice, plan)
    case 'blocks':
      return blockStep(slice, plan)
    case 'extras':
      return extraStep(slice, plan)
    case 'extra types':
      return extraTypeStep(slice, plan)
    default:
      return plan.phase satisfies never
  }
}

const memberStep = async (slice: Slice, plan: Plan): Promise<Step> => {
  const step = await planMembers(slice, plan.members)
  if (step === undefined) return turnTo(plan, phaseAfterMembers(slice.job))
  return { plan: { ...plan, members: step.plan }, units: [], rows: step.rows, statements: step.statements }
}

/** Filters are judged before anything is counted, so that what is planned is what comes. */
const matchStep = async (slice: Slice, plan: Plan): Promise<Step> => {
  const step = await planMatches(slice, plan.matches, hasMembers(slice.job) ? await countAll(slice) : 0)
  if (step === undefined) return turnTo(plan, phaseAfterMatches(slice.job))
  slice.budget.spend('bytes', step.bytes)
  return { plan: { ...plan, matches: step.plan }, units: [], rows: step.rows, statements: step.statements }
}

const turnTo = (plan: Plan, phase: Plan['phase']): Step => ({
  plan: { ...plan, phase },
  units: [],
  rows: 1,
  statements: [],
})

const walkStep = async (slice: Slice, plan: Plan): Promise<Step> => {
  const walks = { ...plan.walks, nextOrdinal: plan.nextOrdinal }
  const step = await planWalks(slice, walks, await countAll(slice))
  if (step !== undefined) {
    const { nextOrdinal, ...rest } = step.plan
    return { plan: { ...plan, nextOrdinal, walks: rest }, units: step.units, rows: step.rows, statements: [] }
  }
  const units = lastWalks(slice.job, walks)
  const nextOrdinal = plan.nextOrdinal + units.length
  return { plan: { ...plan, phase: 'types', nextOrdinal }, units, rows: 1, statements: [] }
}

const blockStep = async (slice: Slice, plan: Plan): Promise<Step> => {
  const blocks = { ...plan.blocks, nextOrdinal: plan.nextOrdinal }
  const step = await planBlocks(slice, blocks, await countAll(slice))
  if (step !== undefined) {
    const { nextOrdinal, ...rest } = step.plan
    return { ...step, plan: { ...plan, nextOrdinal, blocks: rest } }
  }
  const units = lastBlocks(slice, blocks)
  const nextOrdinal = plan.nextOrdinal + units.length
  return { plan: { ...plan, phase: 'types', nextOrdinal }, units, rows: 1, statements: [] }
}

/** At Group level, and of listed patients, all there is has been walked; organized, it is in blocks. */
const typeStep = async ({ deps, job }: Slice, plan: Plan): Promise<Step | undefined> => {
  const isWalked = job.level !== 'system' && !isOfNewcomers(job)
  const step = isWalked
    ? undefined
    : await planTypes(deps, job, { ...plan.types, nextOrdinal: plan.nextOrdinal })
  if (step === undefined) return hasPasses(job) && !isOrganized(job) ? turnTo(plan, 'extras') : undefined
  const { nextOrdinal, ...types } = step.plan
  return { plan: { ...plan, nextOrdinal, types }, units: step.units, rows: step.rows, statements: [] }
}

const extraStep = async (slice: Slice, plan: Plan): Promise<Step> => {
  const step = await planExtras(slice, plan.extras)
  if (step === undefined) return turnTo(plan, isOrganized(slice.job) ? 'blocks' : 'extra types')
  return { plan: { ...plan, extras: step.plan }, units: [], rows: step.rows, statements: step.statements }
}

const extraTypeStep = async ({ deps, job }: Slice, plan: Plan): Promise<Step | undefined> => {
  const before = { ...plan.extraTypes, nextOrdinal: plan.nextOrdinal }
  const step = await planTypes(deps, job, before, extraTypes)
  if (step === undefined) return undefined
  const { nextOrdinal, ...types } = step.plan
  return {
    plan: { ...plan, nextOrdinal, extraTypes: types },
    units: step.units,
    rows: step.rows,
    statements: [],
  }
}

/** Beside those that are ranges of types: deletions, what is to be told of the export, and at the very end its manifest. */
const finishPlan = async (
  { deps, job, unit, account }: Slice,
  plan: Plan,
  units: readonly NewUnit[],
): Promise<void> => {
  const deleted: NewUnit = {
    ordinal: plan.nextOrdinal,
    kind: 'deleted',
    typeId: null,
    fileStem: 'deleted',
    rangeAfter: job.sinceSeq,
    rangeEnd: job.untilSeq,
    linesTotal: 0,
    plan: null,
    walkBase: null,
  }
  const others = [
    ...(tellsDeletions(job) ? [deleted] : []),
    ...(job.hasOutcomes ? [errorUnit] : []),
    manifestUnit,
  ]
  held(await commitPlanDone(deps.db, unit, [...units, ...others], account('done')))
}
