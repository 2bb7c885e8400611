import { SluiceError } from '../errors.ts'
import type { Db } from '../store/db.ts'
import { readProblems } from '../store/job-problems.ts'
import { type Job, readOutcomeLines } from '../store/jobs.ts'
import type { Page, PageBounds } from '../store/page.ts'
import { readBlockPage } from '../store/read-block.ts'
import { readDeletions } from '../store/read-deletions.ts'
import { readExtraPage } from '../store/read-extra.ts'
import { readPage } from '../store/read-page.ts'
import { readWalkPage } from '../store/read-walk.ts'
import type { ClaimedUnit } from '../store/units.ts'
import type { Slice } from './slice.ts'

/** The next page of a unit's rows, as the bytes that stand in its files; `undefined` when there are no more. */
export const readUnitPage = async (
  { deps: { db }, job, unit }: Slice,
  after: number,
  bounds: PageBounds,
): Promise<Page | undefined> => {
  const { kind, rangeEnd: end } = unit
  switch (kind) {
    case 'output':
      return readOutputPage(db, job, unit, after, bounds)
    case 'deleted':
      return readDeletions(db, job, end, after, bounds)
    case 'error':
      return after === 0 && job.hasOutcomes
        ? outcomePage(db, job)
        : readProblems(db, job.jobId, after, bounds)
    case 'plan':
    case 'manifest':
      throw new SluiceError('internal', `Cannot read rows of "${kind}": it has none`)
    default:
      return kind satisfies never
  }
}

const readOutputPage = (
  db: Db,
  job: Job,
  { source, typeId = 0, walkBase: base = 0, rangeAfter: begin, rangeEnd: end }: ClaimedUnit,
  after: number,
  bounds: PageBounds,
): Promise<Page | undefined> => {
  switch (source) {
    case 'scan':
      return readPage(db, job, { end }, after, bounds)
    case 'walk':
      return readWalkPage(db, job, { typeId, base, end }, after, bounds)
    case 'extra':
      return readExtraPage(db, job, end, after, bounds)
    case 'block':
      return readBlockPage(db, job, { base, begin, end }, after, bounds)
    default:
      return source satisfies never
  }
}

/** The OperationOutcomes of the kick-off have the size of a request: one page, and one row, before every position. */
const outcomePage = async (db: Db, { jobId }: Job): Promise<Page> => {
  const text = await readOutcomeLines(db, jobId)
  const lines = text.split('\n').length - 1
  return { after: 0, last: 1, rows: lines, lines, bytes: new TextEncoder().encode(text) }
}
