import type { Deps } from '../deps.ts'
import { resourceTypes } from '../fhir/r4/resource-types.generated.ts'
import { typeIdOf } from '../fhir/resource-type.ts'
import { countScans, readScanPieces, type ScanCount, type ScanPiece } from '../store/count-scans.ts'
import { typesOfLevel } from '../store/exported-types.ts'
import type { Job } from '../store/jobs.ts'

/** How much of one type there would be, in one run of files. */
export type Figure = {
  readonly typeId: number
  readonly count: number
  readonly bytes: number
  /** `count` is not extrapolated. */
  readonly isExact: boolean
}

/**
 * Rows looked at in all, and per type at least: index rows of some 30 bytes. At Patient level each is asked for its patients, by two
 * seeks. Either way it takes some 0.2 s on a file.
 */
const rowsOfAll = ({ level }: Job): number => (level === 'system' ? 400_000 : 60_000)
const minRows = 200

/** What is behind the first rows of a type is looked at in so many places. */
const places = 32

/**
 * What scans of an export would find: counted where a type has few rows, else extrapolated. A type lies in the order of writing, so
 * what some stretches of that order hold tells what the rest does. Rows that other types leave unused go to those that are extrapolated.
 */
export const estimateScans = async ({ db }: Deps, job: Job): Promise<readonly Figure[]> => {
  const pieces = await readScanPieces(db, wantedTypes(job), job.sinceSeq, job.untilSeq)
  const maxRows = Math.max(minRows, Math.floor(rowsOfAll(job) / Math.max(1, pieces.length)))
  const heads = await countScans(db, job, pieces, maxRows)
  const cut = heads.filter((head) => isCut(head, maxRows))
  const unused = rowsOfAll(job) - heads.reduce((sum, { rows }) => sum + rows, 0)
  const rowsOfPlace = Math.max(minRows, Math.floor(unused / Math.max(1, cut.length))) / places
  const placeRows = Math.ceil(rowsOfPlace)
  const stretches = cut.flatMap((head) => stretchesBehind(head, placeRows))
  const counts = await countScans(db, job, stretches, placeRows)
  const rests = counts.map((count, index) => extrapolate(count, stretches[index]?.place ?? 0, placeRows))
  return heads.map((head) => figureOf(head, rests))
}

/** All types of the system, or those of the compartment, as far as they are asked for. */
export const wantedTypes = (job: Job): readonly number[] => {
  if (job.level !== 'system') return typesOfLevel(job)
  return job.typeIds.length > 0 ? job.typeIds : resourceTypes.map(typeIdOf)
}

const isCut = ({ rows, last, end }: ScanCount, maxRows: number): boolean => rows >= maxRows && last < end

/** The beginning of a place, and how long all of that is. */
type Stretch = ScanPiece & { readonly place: number }

/**
 * Of a fixed length, so that places with few rows count as much as those with many: as long as half of what may be looked at there needs,
 * judged by the first rows.
 */
const stretchesBehind = (head: ScanCount, maxRows: number): readonly Stretch[] => {
  const { typeId, last, end } = head
  const length = Math.ceil(((maxRows / 2) * (last - head.after)) / head.rows)
  const at = (number: number) => last + Math.floor(((end - last) * number) / places)
  return Array.from({ length: places }, (_, number) => {
    const [after, next] = [at(number), at(number + 1)]
    return { typeId, after, end: Math.min(next, after + length), place: next - after }
  }).filter(({ place }) => place > 0)
}

type Rest = Omit<Figure, 'count'> & { readonly lines: number }

/** From a stretch, or from as much of it as was looked at, to its place. */
const extrapolate = (count: ScanCount, place: number, maxRows: number): Rest => {
  const seen = (isCut(count, maxRows) ? count.last : count.end) - count.after
  const factor = place / seen
  return {
    typeId: count.typeId,
    lines: count.lines * factor,
    bytes: count.bytes * factor,
    isExact: seen === place,
  }
}

const figureOf = (head: ScanCount, rests: readonly Rest[]): Figure => {
  const ofType = rests.filter(({ typeId }) => typeId === head.typeId)
  return {
    typeId: head.typeId,
    count: Math.round(ofType.reduce((sum, { lines }) => sum + lines, head.lines)),
    bytes: Math.round(ofType.reduce((sum, { bytes }) => sum + bytes, head.bytes)),
    isExact: ofType.every(({ isExact }) => isExact),
  }
}
