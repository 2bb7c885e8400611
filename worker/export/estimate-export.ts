import type { Deps } from '../deps.ts'
import type { OutcomeIssue } from '../fhir/operation-outcome.ts'
import { broughtTypeIds } from '../store/exported-types.ts'
import type { NewJob } from '../store/insert-job.ts'
import { constrainedTypeIds, filteredTypeIds } from '../store/job-filters.ts'
import type { Job } from '../store/jobs.ts'
import { readExportSpeed } from '../store/read-export-speed.ts'
import { readSnapshot, type Snapshot } from '../store/read-snapshot.ts'
import { isOfNewcomers } from '../store/read-walk.ts'
import { authorizeExport } from './authorize-export.ts'
import { type Caveat, caveatsOf, caveatsOfConstraints, caveatsOfFilters } from './estimate-caveats.ts'
import { filterScans, filterWalks } from './estimate-filters.ts'
import { estimateScans, type Figure } from './estimate-scans.ts'
import { type DeletedFigure, estimateDeletions, estimateWalks } from './estimate-walks.ts'
import { type KickOff, prepareJob } from './kick-off.ts'
import { type Sample, samplePopulation } from './sample-population.ts'
import { tellsDeletions } from './tells-deletions.ts'

/** What an export would be if it began now. */
export type Estimate = {
  readonly level: Job['level']
  readonly transactionTime: number
  /** By type, of those that there are some of. */
  readonly types: readonly Figure[]
  /** `undefined` where deletions are not told. */
  readonly deleted: DeletedFigure | undefined
  /** Of resources. */
  readonly count: number
  /** Of all files. */
  readonly bytes: number
  readonly files: number
  readonly seconds: number
  readonly speed: Speed
  /** No count is extrapolated. */
  readonly isExact: boolean
  /** What the `error` files would say. */
  readonly issues: readonly OutcomeIssue[]
  /** What the figures leave out of account. */
  readonly caveats: readonly Caveat[]
}

export type Speed = { readonly bytesPerSecond: number; readonly isMeasured: boolean }

/** What a slow disk or a bucket nearby takes: the guess where no job has been completed that was large enough to tell. */
const defaultBytesPerSecond = 20_000_000

/** Jobs that speed is measured by, and how large each must be. */
const measuredJobs = 10
const measuredBytes = 5_000_000

/**
 * `_dryRun`: looks at what a kick-off looks at, and refuses what it refuses; then counts what is cheap to count and extrapolates the rest. A
 * dozen statements, each of which looks at a bounded number of rows, whatever the size of the export (I6). Nothing is written.
 */
export const estimateExport = async (deps: Deps, given: KickOff): Promise<Estimate> => {
  const authorized = authorizeExport(given.request, given.asker)
  const { job: prepared, issues } = await prepareJob(deps, { ...given, ...authorized })
  const now = deps.clock.now()
  const job = rehearsed(prepared, await readSnapshot(deps.db, prepared, now), now)
  const { runs, deleted, scaled, unjudged } = await estimateFigures(deps, job)
  const bytes = [...runs, ...(deleted ? [deleted] : [])].reduce((sum, run) => sum + run.bytes, 0)
  const speed = await measureSpeed(deps)
  const caveats = [
    ...caveatsOf(job),
    ...caveatsOfFilters(job, { scaled, deletions: deleted?.count ?? 0 }),
    ...caveatsOfConstraints(unjudged, deleted !== undefined && constrainedTypeIds(job).length > 0),
  ]
  const files = [...runs, ...(deleted ? [deleted] : []), ...(issues.length > 0 ? [errorFile] : [])]
  return {
    level: job.level,
    transactionTime: job.transactionTime,
    types: addUp(runs),
    deleted,
    count: runs.reduce((sum, run) => sum + run.count, 0),
    bytes: bytes + new TextEncoder().encode(prepared.outcomeLines).length,
    files: files.reduce((sum, run) => sum + filesOf(job, run), 0),
    seconds: Math.max(1, Math.ceil(bytes / speed.bytesPerSecond)),
    speed,
    isExact:
      runs.every(({ isExact }) => isExact) &&
      (deleted?.isExact ?? true) &&
      !caveats.some(({ isAboutCount }) => isAboutCount),
    issues,
    caveats,
  }
}

/** The job as it would be written, for those who read by it. */
const rehearsed = (job: NewJob, snapshot: Snapshot, now: number): Job => ({
  ...job,
  ...snapshot,
  state: 'accepted',
  hasSince: job.sinceMs !== undefined,
  folder: '',
  hasOutcomes: job.outcomeLines !== '',
  createdAt: now,
  endedAt: undefined,
  expiresAt: undefined,
  goneAt: undefined,
  failure: undefined,
})

type Figures = {
  readonly runs: readonly Figure[]
  readonly deleted: DeletedFigure | undefined
  /** Of a type with filters of the request, only some was judged. */
  readonly scaled: boolean
  /** Types of which not everything may be had, and only some was judged. */
  readonly unjudged: readonly number[]
}

/** As the plan cuts it: walks of Group level, of listed patients and of newcomers, and scans of all else. */
const estimateFigures = async (deps: Deps, job: Job): Promise<Figures> => {
  const isScanned = job.level !== 'group' && job.patientKeys === undefined
  const isWalked = !isScanned || (isOfNewcomers(job) && job.hasSince)
  const sample = isWalked ? await samplePopulation(deps, job) : undefined
  // What filters let out is known of jobs only, whose plan judges it: all is counted here, and some of it judged.
  const whole: Job = { ...job, shape: { ...job.shape, typeFilters: [] }, authorization: undefined }
  const walked =
    sample === undefined
      ? []
      : await filterWalks(deps, job, whole, sample, await estimateWalks(deps, whole, sample))
  const scanned = isScanned ? await filterScans(deps, job, whole, await estimateScans(deps, whole)) : []
  const deleted = tellsDeletions(job)
    ? await estimateToldDeletions(deps, job, whole, isScanned ? undefined : sample)
    : undefined
  const all = [...walked, ...scanned]
  const inexact = filteredTypeIds(job).filter((typeId) =>
    all.some((figure) => figure.typeId === typeId && !figure.isExact),
  )
  const unjudged = constrainedTypeIds(job).filter((typeId) => inexact.includes(typeId))
  const scaled = inexact.length > unjudged.length
  return { runs: all.filter(({ count }) => count > 0), deleted, scaled, unjudged }
}

/** Of a type of which not everything may be had it is not known here which deletions may be told, so none of its are counted. */
const estimateToldDeletions = async (
  deps: Deps,
  job: Job,
  whole: Job,
  sample: Sample | undefined,
): Promise<DeletedFigure> => {
  const constrained = constrainedTypeIds(job)
  if (constrained.length === 0) return estimateDeletions(deps, whole, sample)
  const typeIds = broughtTypeIds(job).filter((typeId) => !constrained.includes(typeId))
  // No types would be all of them.
  const found = typeIds.length === 0 ? nothing : await estimateDeletions(deps, { ...whole, typeIds }, sample)
  return { ...found, isExact: false }
}

const nothing = { count: 0, bytes: 0 }

const addUp = (runs: readonly Figure[]): readonly Figure[] =>
  [...Map.groupBy(runs, ({ typeId }) => typeId)]
    .map(([typeId, ofType]) => ({
      typeId,
      count: ofType.reduce((sum, { count }) => sum + count, 0),
      bytes: ofType.reduce((sum, { bytes }) => sum + bytes, 0),
      isExact: ofType.every(({ isExact }) => isExact),
    }))
    .sort((a, b) => a.typeId - b.typeId)

const errorFile = { count: 1, bytes: 1 }

/** The files of one run: it is cut into ranges, and each range into files. */
const filesOf = (
  { fileBytes, rangeBytes }: Job,
  { count, bytes }: Pick<Figure, 'count' | 'bytes'>,
): number => {
  if (count === 0) return 0
  if (fileBytes === 0) return 1
  const ranges = Math.max(1, Math.ceil(bytes / rangeBytes))
  return ranges * Math.max(1, Math.ceil(bytes / ranges / fileBytes))
}

const measureSpeed = async ({ db }: Deps): Promise<Speed> => {
  const { bytes, ms } = await readExportSpeed(db, measuredBytes, measuredJobs)
  return ms === 0
    ? { bytesPerSecond: defaultBytesPerSecond, isMeasured: false }
    : { bytesPerSecond: Math.max(1, Math.round((bytes * 1000) / ms)), isMeasured: true }
}
