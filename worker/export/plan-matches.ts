import { stripMarks } from '../fhir/attachment-urls.ts'
import { patientCompartmentTypeIds } from '../fhir/patient-compartment.ts'
import { typeIdOf } from '../fhir/resource-type.ts'
import { mayHide } from '../fhir/search/filter.ts'
import { freeMemory } from '../platform/free-memory.ts'
import { nextPosition } from '../store/count-range.ts'
import type { Statement } from '../store/db.ts'
import type { Job } from '../store/jobs.ts'
import {
  insertMatches,
  type PatientPlace,
  readDeletedCandidates,
  readPatientCandidates,
  readTypeCandidates,
} from '../store/match-page.ts'
import { type Page, rowsThatFit } from '../store/page.ts'
import { positionOf, typeIdAt } from '../store/position.ts'
import { isOfNewcomers } from '../store/read-walk.ts'
import { compileJobFilters, type JobFilters, satisfies } from './match-lines.ts'
import type { Slice } from './slice.ts'
import { tellsDeletions } from './tells-deletions.ts'

/**
 * How far the judging of filters has come: type after type, of each what is scanned and what patients have, and in the end what was
 * deleted.
 */
export type MatchPlan = {
  readonly typeAt: number
  readonly step: 'scan' | 'patients' | 'deleted'
  readonly at: number
  readonly place: PatientPlace
  /** Rows to look at next, by what the last page weighed; `null` for the most there may be. */
  readonly maxRows: number | null
}

export const newMatchPlan: MatchPlan = {
  typeAt: 0,
  step: 'scan',
  at: 0,
  place: { ordinal: 1, seq: 0 },
  maxRows: null,
}

export type MatchStep = {
  readonly plan: MatchPlan
  readonly rows: number
  readonly bytes: number
  readonly statements: readonly Statement[]
}

/** Judges the next page of candidates; `undefined` when all are. What matches is noted by position, so that all later reading is by key. */
export const planMatches = async (
  slice: Slice,
  plan: MatchPlan,
  patients: number,
): Promise<MatchStep | undefined> => {
  const filters = compileJobFilters(slice.job)
  const typeIds = [...filters.keys()]
  const typeId = typeIds[plan.typeAt]
  if (typeId === undefined && plan.step !== 'deleted')
    return turn({ ...newMatchPlan, typeAt: plan.typeAt, step: 'deleted', at: slice.job.sinceSeq })
  const used = await nextUsed(slice, plan, typeIds)
  if (used !== plan.typeAt) return turn({ ...newMatchPlan, typeAt: used })
  switch (plan.step) {
    case 'scan':
      return scanType(slice, plan, filters, typeId ?? 0)
    case 'patients':
      return askPatients(slice, plan, filters, typeId ?? 0, patients)
    case 'deleted':
      return askDeleted(slice, plan, filters, typeIds)
    default:
      return plan.step satisfies never
  }
}

/** Labels make filters of every type there is, of which most are never used: a seek tells which is the next that is. */
const nextUsed = async (
  { deps, job }: Slice,
  { typeAt, step, at }: MatchPlan,
  typeIds: readonly number[],
): Promise<number> => {
  const typeId = typeIds[typeAt]
  if (job.authorization === undefined || typeId === undefined || step !== 'scan' || at > 0) return typeAt
  const position = await nextPosition(deps.db, positionOf(typeId, 0))
  const used = position === undefined ? undefined : typeIdAt(position)
  const index = typeIds.findIndex((each) => used !== undefined && each >= used)
  return index === -1 ? typeIds.length : index
}

const scanType = async (
  slice: Slice,
  plan: MatchPlan,
  filters: JobFilters,
  typeId: number,
): Promise<MatchStep> => {
  const { deps, job } = slice
  const done = turn({ ...newMatchPlan, typeAt: plan.typeAt, step: 'patients' })
  const seqs = seqsOfScan(job, typeId)
  if (seqs === undefined) return done
  const { untilSeq } = seqs
  const after = Math.max(plan.at, positionOf(typeId, seqs.afterSeq))
  const page = await readTypeCandidates(deps.db, job, typeId, { after, untilSeq }, boundsOf(slice, plan))
  return page === undefined ? done : judge(slice, { ...plan, at: page.last }, filters, page)
}

type Seqs = { readonly afterSeq: number; readonly untilSeq: number }

/**
 * Between which `seq`s versions of a type may be exported that no patient of the job leads to; `undefined` where there are none. What comes
 * because something else does (Provenance, and what is referred to) may be older than `_since`, and comes as it is, though it has changed
 * since `_until`.
 */
const seqsOfScan = (job: Job, typeId: number): Seqs | undefined => {
  const comesAlong =
    job.referenced.typeIds.includes(typeId) ||
    (typeId === provenanceTypeId && (job.level !== 'system' || job.shape.associated.provenance !== 'default'))
  if (comesAlong) return { afterSeq: 0, untilSeq: job.asOf }
  const { sinceSeq, untilSeq } = job
  return job.level === 'system' || isOfNewcomers(job) ? { afterSeq: sinceSeq, untilSeq } : undefined
}
const provenanceTypeId = typeIdOf('Provenance')

const askPatients = async (
  slice: Slice,
  plan: MatchPlan,
  filters: JobFilters,
  typeId: number,
  patients: number,
): Promise<MatchStep> => {
  const { deps, job } = slice
  const isOfPatients = patientCompartmentTypeIds.includes(typeId)
  if (!isOfPatients || plan.place.ordinal > patients)
    return turn({ ...newMatchPlan, typeAt: plan.typeAt + 1 })
  const { page, place } = await readPatientCandidates(
    deps.db,
    job,
    typeId,
    plan.place,
    patients,
    boundsOf(slice, plan),
  )
  const next = { ...plan, place }
  return page === undefined ? turn(next) : judge(slice, next, filters, page)
}

const askDeleted = async (
  slice: Slice,
  plan: MatchPlan,
  filters: JobFilters,
  typeIds: readonly number[],
): Promise<MatchStep | undefined> => {
  const { deps, job } = slice
  if (!tellsDeletions(job)) return undefined
  const page = await readDeletedCandidates(deps.db, job, typeIds, plan.at, boundsOf(slice, plan))
  return page === undefined ? undefined : judge(slice, { ...plan, at: page.last }, filters, page)
}

const judge = (slice: Slice, plan: MatchPlan, filters: JobFilters, page: Page): MatchStep => {
  const size = page.bytes.length
  const text = stripMarks(decoder.decode(page.bytes))
  freeMemory(page.bytes)
  const hides = mayHide(text)
  const matching = text.split('\n').flatMap((line) => {
    const blank = line.indexOf(' ')
    if (blank === -1) return [] // behind the last newline
    const position = Number(line.slice(0, blank))
    const ofType = filters.get(typeIdAt(position))
    return ofType !== undefined && satisfies(ofType, line.slice(blank + 1), hides) ? [position] : []
  })
  const { pageRows, pageBytes } = slice.deps.config.limits
  const maxRows = rowsThatFit(page.rows, size, { maxRows: pageRows, maxBytes: pageBytes })
  return {
    plan: { ...plan, maxRows },
    rows: page.rows,
    bytes: size,
    statements: matching.length === 0 ? [] : [insertMatches(slice.unit, matching)],
  }
}

const decoder = new TextDecoder()

const boundsOf = ({ deps }: Slice, { maxRows }: MatchPlan) => {
  const { pageRows, pageBytes } = deps.config.limits
  return { maxRows: maxRows ?? pageRows, maxBytes: pageBytes }
}

const turn = (plan: MatchPlan): MatchStep => ({ plan, rows: 1, bytes: 0, statements: [] })
