import type { Deps } from '../deps.ts'
import { readScanPieces } from '../store/count-scans.ts'
import {
  countDeletions,
  countWalkRows,
  type SampledPopulation,
  type WalkCount,
} from '../store/count-walks.ts'
import type { Job } from '../store/jobs.ts'
import { readSampledPatients, type SampledMember } from '../store/sample-population.ts'
import { type Figure, wantedTypes } from './estimate-scans.ts'
import { rangeOf } from './plan-members.ts'
import { pickMembers, type Sample } from './sample-population.ts'

/** Patients whose resources are counted at most: each costs a seek for every type that there is. */
const mostPatients = 1000

/** Asked first, to learn how many rows a patient has; and rows of all that may be looked at then. */
const probed = 25
const rowsOfAll = 30_000

/** Of one type: some patients have more than all others together. */
const rowsOfType = 15_000

/** Fewer say nothing about the others, however many rows they have. */
const fewestPatients = 10

/**
 * What walks over a population would find: counted where it is small, else extrapolated from some of its patients, as many as have about
 * so many rows as may be looked at.
 */
export const estimateWalks = async (deps: Deps, job: Job, sample: Sample): Promise<readonly Figure[]> => {
  const walked = await walkSome(deps, job, sample, pickMembers(sample, probed))
  if (walked.isWhole) return walked.figures
  const affordable = Math.floor((rowsOfAll * walked.members) / Math.max(1, walked.rows))
  const most = Math.min(mostPatients, Math.max(fewestPatients, affordable))
  if (most <= walked.members) return walked.figures
  return (await walkSome(deps, job, sample, pickMembers(sample, most))).figures
}

type Walked = {
  readonly figures: readonly Figure[]
  readonly rows: number
  readonly members: number
  readonly isWhole: boolean
}

const walkSome = async (
  { db }: Deps,
  job: Job,
  sample: Sample,
  members: readonly SampledMember[],
): Promise<Walked> => {
  const population = await populationOf(db, job, sample, members)
  const after = Math.min(...population.patients.map(([, afterSeq]) => afterSeq))
  const pieces =
    population.patients.length === 0
      ? []
      : await readScanPieces(db, wantedTypes(job), after, population.untilSeq)
  const typeIds = pieces.map(({ typeId }) => typeId)
  const counts = await countWalkRows(db, job, population, typeIds, rowsOfType)
  const isWhole = sample.isWhole && members.length === sample.members.length
  const share = members.length === 0 ? 1 : members.length / sample.total
  return {
    figures: counts.map((count) => toFigure(count, population.patients.length, isWhole ? 1 : share, isWhole)),
    rows: counts.reduce((sum, { rows }) => sum + rows, 0),
    members: members.length,
    isWhole,
  }
}

/** `share`: how much of the population was asked. */
const toFigure = (
  { typeId, lines, bytes, patients }: WalkCount,
  all: number,
  share: number,
  isWhole: boolean,
): Figure => {
  const factor = all / patients / share
  return {
    typeId,
    count: Math.round(lines * factor),
    bytes: Math.round(bytes * factor),
    isExact: isWhole && patients === all,
  }
}

/** As of a job, of these members alone. */
export const populationOf = async (
  db: Deps['db'],
  job: Job,
  { groupKeys }: Sample,
  members: readonly SampledMember[],
): Promise<SampledPopulation> => {
  const range = rangeOf(job)
  const patients = await readSampledPatients(db, job, members, range)
  return { members, patients, groupKeys, untilSeq: range.until }
}

/** Deletions looked at. */
const deletionRows = 5000

export type DeletedFigure = Omit<Figure, 'typeId'>

/** A line of `deleted` names one resource, and has about so many bytes. */
const bytesOfDeletion = 130

/** What `deleted` would hold. */
export const estimateDeletions = async (
  { db }: Deps,
  job: Job,
  sample: Sample | undefined,
): Promise<DeletedFigure> => {
  const members = sample === undefined ? [] : pickMembers(sample, mostPatients)
  const isWhole = sample === undefined || (sample.isWhole && members.length === sample.members.length)
  const groupKeys = sample?.groupKeys ?? []
  const population = { members, patients: [], groupKeys, untilSeq: job.untilSeq }
  const { first, last, end, lines } = await countDeletions(db, job, population, deletionRows)
  const isCut = last < end
  const share = isWhole || members.length === 0 ? 1 : members.length / (sample?.total ?? 1)
  const factor = (isCut ? (end - first + 1) / (last - first + 1) : 1) / share
  const count = Math.round(lines * factor)
  return { count, bytes: count * bytesOfDeletion, isExact: isWhole && !isCut }
}
