import { hasCode } from '../errors.ts'
import { areWholeLines } from '../fhir/whole-lines.ts'
import { freeMemory } from '../platform/free-memory.ts'
import { type Page, rowsThatFit } from '../store/page.ts'
import { readUnitPage } from './read-unit-page.ts'
import { recordProblem } from './record-problem.ts'
import { pageShaper } from './shape-page.ts'
import type { Slice } from './slice.ts'

/** Reads the pages of a unit one after the other, as they go into its files. */
export type PageReader = {
  /** The page after a row, of lines that can all be exported; one of a row that cannot has no line of it. `undefined` when there are no more rows. */
  next(after: number): Promise<Page | undefined>
}

/**
 * A resource that cannot be exported is looked for in halves, recorded and passed over. Whether a row is passed over depends on that row alone,
 * and so not on the pages (I2). Behind one pages are small and grow, so that many in a row are not looked for each in a large page.
 */
export const createPageReader = (slice: Slice): PageReader => {
  const { deps, job, unit, budget } = slice
  const { pageRows, pageBytes } = deps.config.limits
  const bounds = { maxRows: job.shape.tuning.pageRows ?? pageRows, maxBytes: pageBytes }
  const shape = pageShaper(job, unit)
  let { maxRows } = bounds
  let trusted = Number.POSITIVE_INFINITY
  /** Up to this row went the last page that had a problem. */
  let suspectedUntil = 0
  let recorded = 0

  const next: PageReader['next'] = async (after) => {
    const read = await readUnitPage(slice, after, { ...bounds, maxRows })
    if (read === undefined) return undefined
    budget.spend('rows', read.rows)
    budget.spend('bytes', read.bytes.length)
    const page = unit.kind === 'output' ? tryShape(read, shape) : read
    if ('bytes' in page) {
      trusted = page.last < suspectedUntil ? halfOf(trusted) : trusted * 2
      maxRows = Math.min(trusted, rowsThatFit(read.rows, read.bytes.length, bounds))
      if (page.bytes.buffer !== read.bytes.buffer) freeMemory(read.bytes)
      return page
    }
    if (read.rows > 1) {
      trusted = halfOf(read.rows)
      maxRows = trusted
      suspectedUntil = read.last
      return next(after)
    }
    recorded++
    await recordProblem(slice, read.position, page, recorded)
    trusted = 1
    maxRows = 1
    suspectedUntil = 0
    return { ...read, ...(read.lead ?? { lines: 0, bytes: new Uint8Array(0) }) }
  }
  return { next }
}

const halfOf = (rows: number): number => Math.max(1, Math.floor(rows / 2))

/** Why a line of a page cannot be exported: a code of http://hl7.org/fhir/issue-type, and a reason that goes on after `Cannot export …: `. */
export type PageProblem = { readonly code: 'exception' | 'processing'; readonly reason: string }

/**
 * What `shape` makes of a page whose lines are all there and are lines. It throws `invalid` when there is one of which it cannot make
 * anything, and that must depend on that line alone.
 */
export const tryShape = (page: Page, shape: (page: Page) => Page): Page | PageProblem => {
  const { missing = 0, bytes, lines } = page
  if (missing > 0 || !areWholeLines(bytes, lines)) return { code: 'exception', reason: damaged }
  try {
    return shape(page)
  } catch (error) {
    if (!hasCode(error, 'invalid')) throw error
    return { code: 'processing', reason: error.message }
  }
}

const damaged = 'what is stored of it is missing, damaged or too long'
