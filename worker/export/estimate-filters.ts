import type { Deps } from '../deps.ts'
import { stripMarks } from '../fhir/attachment-urls.ts'
import { mayHide } from '../fhir/search/filter.ts'
import { readScanPieces, type ScanPiece } from '../store/count-scans.ts'
import type { Job } from '../store/jobs.ts'
import { readTypeCandidates } from '../store/match-page.ts'
import type { Page } from '../store/page.ts'
import { readWalkLines } from '../store/read-walk-lines.ts'
import type { Figure } from './estimate-scans.ts'
import { populationOf } from './estimate-walks.ts'
import { compileJobFilters, type LineFilters, satisfies } from './match-lines.ts'
import { pickMembers, type Sample } from './sample-population.ts'

/** Resources of a type that are read and judged, at most; of a larger one in so many places, that of all types together no more than so many. */
const rowsOfType = 400
const maxPlaces = 8
const fewestPlaces = 2
const placesOfAll = 64
const pageBytes = 256 * 1024
const patientsAsked = 200

/** How many of the resources looked at satisfy the filters of their type, and their bytes; `isWhole`: there are no others. */
type Judged = {
  readonly looked: number
  readonly matching: number
  readonly bytes: number
  readonly isWhole: boolean
}

/** Figures of all there is of a type become those of what its filters let out, as far as some of it tells. */
export const filterScans = async (
  { db }: Pick<Deps, 'db'>,
  job: Job,
  whole: Job,
  figures: readonly Figure[],
): Promise<readonly Figure[]> => {
  const filters = compileJobFilters(job)
  const typeIds = filteredIn(figures, filters)
  const pieces = await readScanPieces(db, typeIds, job.sinceSeq, job.untilSeq)
  const places = Math.max(fewestPlaces, Math.min(maxPlaces, Math.floor(placesOfAll / (pieces.length + 1))))
  const judged = new Map<number, Judged>()
  for (const piece of pieces) {
    const ofType = filters.get(piece.typeId)
    if (ofType !== undefined) judged.set(piece.typeId, await judgePiece(db, whole, piece, places, ofType))
  }
  return figures.map((figure) => scale(figure, filters.get(figure.typeId), judged.get(figure.typeId)))
}

const filteredIn = (figures: readonly Figure[], filters: ReadonlyMap<number, unknown>): readonly number[] => [
  ...new Set(figures.map(({ typeId }) => typeId).filter((typeId) => filters.has(typeId))),
]

/** The beginning; and, if that is not all, other places. At Patient level it may hold what is no patient's, so it is not counted by. */
const judgePiece = async (
  db: Deps['db'],
  whole: Job,
  { typeId, after, end }: ScanPiece,
  places: number,
  filters: LineFilters,
): Promise<Judged> => {
  const pages: Page[] = []
  const rows = Math.floor(rowsOfType / places)
  for (let place = 0; place < places; place++) {
    const from = Math.max(pages.at(-1)?.last ?? 0, after + Math.floor(((end - after) * place) / places))
    const bounds = { maxRows: place === 0 ? rowsOfType : rows, maxBytes: pageBytes }
    const page = await readTypeCandidates(
      db,
      whole,
      typeId,
      { after: from, untilSeq: whole.untilSeq },
      bounds,
    )
    if (page === undefined) continue
    pages.push(page)
    if (place === 0 && page.last >= end) break
  }
  const lines = pages.flatMap(({ bytes }) => linesOf(bytes).map((line) => line.slice(line.indexOf(' ') + 1)))
  const isWhole = whole.level === 'system' && (pages[0]?.last ?? end) >= end
  return { ...judge(lines, filters), isWhole }
}

/** The same of walks: judged is what some patients have. */
export const filterWalks = async (
  { db }: Pick<Deps, 'db'>,
  job: Job,
  whole: Job,
  sample: Sample,
  figures: readonly Figure[],
): Promise<readonly Figure[]> => {
  const filters = compileJobFilters(job)
  const typeIds = filteredIn(figures, filters)
  if (typeIds.length === 0) return figures
  const members = pickMembers(sample, patientsAsked)
  const population = await populationOf(db, whole, sample, members)
  const isAll = sample.isWhole && members.length === sample.members.length
  const judged = new Map<number, Judged>()
  for (const typeId of typeIds) {
    const bounds = { maxRows: rowsOfType, maxBytes: pageBytes }
    const page = await readWalkLines(db, whole, population, typeId, bounds)
    const ofType = filters.get(typeId)
    if (ofType === undefined) continue
    const isWhole = isAll && (page?.isWhole ?? true)
    judged.set(typeId, { ...judge(page === undefined ? [] : linesOf(page.bytes), ofType), isWhole })
  }
  return figures.map((figure) => scale(figure, filters.get(figure.typeId), judged.get(figure.typeId)))
}

const linesOf = (bytes: Uint8Array): readonly string[] =>
  stripMarks(new TextDecoder().decode(bytes)).split('\n').slice(0, -1)

const judge = (lines: readonly string[], filters: LineFilters): Omit<Judged, 'isWhole'> => {
  const matching = lines.filter((line) => satisfies(filters, line, mayHide(line)))
  return {
    looked: lines.length,
    matching: matching.length,
    bytes: matching.reduce((sum, line) => sum + encoder.encode(line).length + 1, 0),
  }
}

const encoder = new TextEncoder()

const scale = (figure: Figure, filters: LineFilters | undefined, judged: Judged | undefined): Figure => {
  if (filters === undefined) return figure
  if (filters.allowed !== undefined) return onlyJudged(figure, judged)
  if (judged === undefined || judged.looked === 0) return { ...figure, isExact: false }
  const share = judged.matching / judged.looked
  const isExact = judged.isWhole && figure.isExact
  return {
    ...figure,
    count: isExact ? judged.matching : Math.round(figure.count * share),
    bytes: Math.round(figure.bytes * share),
    isExact,
  }
}

/** Of what a client may not have all, nothing is told that the rest of it has a share in. */
const onlyJudged = (figure: Figure, judged: Judged | undefined): Figure => ({
  ...figure,
  count: judged?.matching ?? 0,
  bytes: judged?.bytes ?? 0,
  isExact: judged?.isWhole === true && figure.isExact,
})
