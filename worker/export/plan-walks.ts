import { typeOfId } from '../fhir/resource-type.ts'
import { exportedTypeIds, provenanceTypeId } from '../store/exported-types.ts'
import type { NewUnit } from '../store/insert-units.ts'
import type { Job } from '../store/jobs.ts'
import { isOfNewcomers } from '../store/read-walk.ts'
import { countPatients, countWalks } from '../store/resolve-population.ts'
import { maxPatientsOfWalk, spanOf, walkRow } from '../store/walk.ts'
import type { Slice } from './slice.ts'

/** Ranges of patients are cut where a type has this many bytes by a guess of a thousand a row: counting is cheaper than measuring. */
const guessedRowBytes = 1000

/** Patients counted by one statement. */
const patientsAtOnce = 200

/** How far the planning of walks has come. */
export type WalkPlan = {
  /** Patients up to this ordinal are planned, but for the open ranges. */
  readonly ordinal: number
  readonly nextOrdinal: number
  /** By type id. */
  readonly ranges: Readonly<Record<string, OpenWalk>>
}
type OpenWalk = { readonly base: number; readonly rows: number; readonly number: number }

export type WalkStep = { readonly plan: WalkPlan; readonly units: readonly NewUnit[]; readonly rows: number }

/** Counts some patients more, and makes a unit of every range that is full; `undefined` when there is nobody left. */
export const planWalks = async (
  { deps, job }: Slice,
  plan: WalkPlan,
  total: number,
): Promise<WalkStep | undefined> => {
  if (plan.ordinal >= total) return undefined
  const wished = job.shape.tuning.patientsAtOnce ?? patientsAtOnce
  const most = Math.max(1, Math.min(patientsAtOnce, wished, Math.floor(maxPatientsOfWalk(job.asOf) / 2)))
  const last = Math.min(total, plan.ordinal + most)
  const counts = await countWalks(deps.db, job, walkedTypeIds(job), plan.ordinal, last)
  const ranges = { ...plan.ranges }
  const units: NewUnit[] = []
  for (const { typeId, rows } of counts) {
    const open = ranges[typeId] ?? { base: plan.ordinal, rows: 0, number: 1 }
    ranges[typeId] = { ...open, rows: open.rows + rows }
  }
  for (const [typeId, open] of Object.entries(ranges)) {
    if (!isFull(job, open, last, most)) continue
    units.push(unitOf(job, Number(typeId), open, last, plan.nextOrdinal + units.length, true))
    ranges[typeId] = { base: last, rows: 0, number: open.number + 1 }
  }
  const rows = counts.reduce((sum, count) => sum + count.rows, last - plan.ordinal)
  return { plan: { ordinal: last, nextOrdinal: plan.nextOrdinal + units.length, ranges }, units, rows }
}

/** What is open when everybody is counted. */
export const lastWalks = (job: Job, plan: WalkPlan): readonly NewUnit[] =>
  Object.entries(plan.ranges)
    .filter(([, { rows }]) => rows > 0)
    .map(([typeId, open], i) =>
      unitOf(job, Number(typeId), open, plan.ordinal, plan.nextOrdinal + i, open.number > 1),
    )

export const countAll = ({ deps, job }: Slice): Promise<number> => countPatients(deps.db, job.jobId)

/** Provenance belongs to who its targets belong to, which a walk does not see: it is found by the plan (`plan-extras.ts`). */
const walkedTypeIds = (job: Job): readonly number[] =>
  exportedTypeIds(job).filter((typeId) => typeId !== provenanceTypeId)

const isFull = (job: Job, open: OpenWalk, last: number, most: number): boolean => {
  const isLarge = job.fileBytes !== 0 && open.rows * guessedRowBytes >= job.rangeBytes
  return isLarge || last - open.base + most > maxPatientsOfWalk(job.asOf)
}

const unitOf = (
  job: Job,
  typeId: number,
  { base, rows, number }: OpenWalk,
  last: number,
  ordinal: number,
  isNumbered: boolean,
): NewUnit => {
  const walk = { base, span: spanOf(job.asOf) }
  const type = typeOfId(typeId)
  const stem = isOfNewcomers(job) ? `${type}-earlier` : type
  return {
    ordinal,
    kind: 'output',
    typeId,
    fileStem: isNumbered ? `${stem}-${number}` : stem,
    rangeAfter: walkRow(walk, base + 1, 0),
    rangeEnd: walkRow(walk, last, walk.span - 1),
    linesTotal: rows,
    plan: null,
    walkBase: base,
    source: 'walk',
  }
}
