import type { Statement } from '../store/db.ts'
import {
  countChangedProvenance,
  type FoundProvenance,
  findChangedProvenance,
  findProvenance,
  type Resume,
} from '../store/find-provenance.ts'
import {
  type Candidate,
  findCandidates,
  findReferenced,
  findReferrer,
  type ReferenceCursor,
  type ReferencedPage,
} from '../store/find-referenced.ts'
import { type Extra, takeExtras } from '../store/job-extra.ts'
import { rowsThatFit } from '../store/page.ts'
import { countPatients } from '../store/resolve-population.ts'
import { hasTwoWays, type Pass, passesOf } from './extra-passes.ts'
import { type OpenRange, openRanges } from './extra-ranges.ts'
import { latestOf } from './latest-provenance.ts'
import type { Slice } from './slice.ts'

/** How far the search has come for what comes with a population, though no compartment of it has it. */
export type ExtraPlan = {
  /** Which way is the shorter one (`passesOf`); null until that is known. */
  readonly isFew: boolean | null
  readonly pass: number
  readonly opened: number
  /** The first is the one that the pass is at. */
  readonly ranges: readonly OpenRange[]
  readonly resume?: Resume | undefined
  /** The latest Provenance so far of the source that the pass is at. */
  readonly latest?: FoundProvenance | undefined
  readonly undecided: readonly (Candidate & ReferenceCursor)[]
}
const beginning = { opened: 0, ranges: [], resume: undefined, latest: undefined, undecided: [] }
export const noExtras: ExtraPlan = { isFew: null, pass: 0, ...beginning }

export type ExtraStep = {
  readonly plan: ExtraPlan
  readonly rows: number
  readonly statements: readonly Statement[]
}

/** A way begins with Provenance when no more of it has changed than this for each patient. */
const changedPerPatient = 10

/** Bytes of resources whose references are followed at once: they bound how many those are, and so the answer of a server. */
const maxSourceBytes = 6_000_000

/** References to one resource that are looked at before it has to wait for its turn. */
const referencesAtOnce = 100

/** The next step of the search; `undefined` when everything is found. */
export const planExtras = async (slice: Slice, plan: ExtraPlan): Promise<ExtraStep | undefined> => {
  if (plan.isFew === null) return { plan: { ...plan, isFew: await isFew(slice) }, rows: 1, statements: [] }
  const pass = passesOf(slice.job, plan.isFew)[plan.pass]
  if (pass === undefined) return undefined
  const [undecided, ...others] = plan.undecided
  if (undecided !== undefined) return judge(slice, { ...plan, undecided: others }, undecided)
  const [range] = plan.ranges
  if (range !== undefined) return stepOf(slice, plan, pass, range)
  const next = await openRanges(slice, pass, plan.opened)
  const opened = next ?? { ...beginning, pass: plan.pass + 1 }
  return { plan: { ...plan, ...opened }, rows: 1, statements: [] }
}

const isFew = async ({ deps: { db }, job }: Slice): Promise<boolean> => {
  if (!hasTwoWays(job)) return false
  const most = changedPerPatient * (await countPatients(db, job.jobId))
  return (await countChangedProvenance(db, job, most + 1)) <= most
}

const stepOf = (slice: Slice, plan: ExtraPlan, pass: Pass, range: OpenRange): Promise<ExtraStep> => {
  switch (pass.find) {
    case 'provenance':
      return provenanceStep(slice, plan, pass, range)
    case 'changed provenance':
      return changedStep(slice, plan, range)
    case 'referenced':
      return referencedStep(slice, plan, pass, range)
    case 'candidates':
      return candidateStep(slice, plan, range)
    default:
      return pass satisfies never
  }
}

const provenanceStep = async (
  { deps: { db, config }, job, unit }: Slice,
  plan: ExtraPlan,
  pass: Pass & { readonly find: 'provenance' },
  range: OpenRange,
): Promise<ExtraStep> => {
  const maxRows = config.limits.pageRows
  const at = { after: range.after, resume: plan.resume }
  const bounds = { maxRows, maxPairs: maxRows }
  const page = await findProvenance(db, job, { ...pass, range }, at, bounds)
  const mayGoOn = page.pairs === bounds.maxPairs && page.lastPair !== undefined
  const latest =
    pass.rule === 'latest'
      ? latestOf(page.found, plan.latest, mayGoOn)
      : { found: page.found, open: undefined }
  const next = mayGoOn
    ? { ...goOn(plan, range, page.lastPair.row - 1), resume: { position: page.lastPair.position } }
    : { ...goOn(plan, range, page.rows < maxRows ? undefined : page.last), resume: undefined }
  return {
    plan: { ...next, latest: latest.open },
    rows: page.rows + page.pairs,
    statements: taking(unit, latest.found, 0),
  }
}

const changedStep = async (
  { deps: { db, config }, job, unit }: Slice,
  plan: ExtraPlan,
  range: OpenRange,
): Promise<ExtraStep> => {
  const maxRows = config.limits.pageRows
  const { rows, last, positions } = await findChangedProvenance(db, job, range.after, maxRows)
  return {
    plan: goOn(plan, range, rows < maxRows ? undefined : last),
    rows: rows + 1,
    statements: taking(unit, nobodys(positions), 0),
  }
}

const referencedStep = async (
  slice: Slice,
  plan: ExtraPlan,
  pass: Pass & { readonly find: 'referenced' },
  range: OpenRange,
): Promise<ExtraStep> => {
  const { rows, last, positions, maxRows } = await referencedPage(slice, pass, range)
  return {
    plan: goOn(plan, range, rows < maxRows ? undefined : last),
    rows: rows + 1,
    statements: taking(slice.unit, nobodys(positions ?? []), pass.depth),
  }
}

/** As `readBounded` does: fewer rows, if what they hold is too much. */
const referencedPage = async (
  { deps: { db, config }, job }: Slice,
  { sources }: Pass & { readonly find: 'referenced' },
  range: OpenRange,
): Promise<ReferencedPage & { readonly maxRows: number }> => {
  const maxBytes = maxSourceBytes
  for (let maxRows = config.limits.pageRows; ; ) {
    const page = await findReferenced(db, job, sources, range, range.after, { maxRows, maxBytes })
    if (page.positions !== null || page.rows <= 1) return { ...page, maxRows }
    maxRows = Math.min(page.rows - 1, rowsThatFit(page.rows, page.size, { maxRows, maxBytes }))
  }
}

const candidateStep = async (
  { deps: { db, config }, job, unit }: Slice,
  plan: ExtraPlan,
  range: OpenRange,
): Promise<ExtraStep> => {
  const maxRows = config.limits.pageRows
  const maxReferences = Math.min(maxRows, referencesAtOnce)
  const page = await findCandidates(db, job, range, range.after, { maxRows, maxReferences })
  const undecided = page.undecided.map((candidate) => ({ ...candidate, pathId: 0, reference: 0 }))
  return {
    plan: { ...goOn(plan, range, page.rows < maxRows ? undefined : page.last), undecided },
    rows: page.rows + 1,
    statements: taking(unit, nobodys(page.positions), 1),
  }
}

/** One whose newest references do not count has all of them looked at. */
const judge = async (
  { deps: { db, config }, job, unit }: Slice,
  plan: ExtraPlan,
  candidate: Candidate & ReferenceCursor,
): Promise<ExtraStep> => {
  const found = await findReferrer(db, job, candidate, candidate, config.limits.pageRows)
  const { rows, isReferredTo, next } = found
  if (isReferredTo) return { plan, rows, statements: taking(unit, nobodys([candidate.position]), 1) }
  const rest = next === undefined ? plan.undecided : [{ ...candidate, ...next }, ...plan.undecided]
  return { plan: { ...plan, undecided: rest }, rows: rows + 1, statements: [] }
}

/** The range goes on behind a row, or has none any more. */
const goOn = (plan: ExtraPlan, range: OpenRange, after: number | undefined): ExtraPlan => {
  const others = plan.ranges.slice(1)
  return { ...plan, ranges: after === undefined ? others : [{ ...range, after }, ...others] }
}

const nobodys = (positions: readonly number[]): readonly Extra[] =>
  positions.map((position) => ({ ordinal: 0, position }))

const taking = (unit: Slice['unit'], extras: readonly Extra[], depth: number): readonly Statement[] =>
  extras.length === 0 ? [] : [takeExtras(unit, extras, depth)]
