import { sql } from 'kysely'
import { lineBytesOf, type SampledPopulation, withPopulation } from './count-walks.ts'
import type { Db } from './db.ts'
import type { Job } from './jobs.ts'
import { type Page, type PageBounds, type PageRow, pageOf, pageRowOf, readBounded } from './page.ts'
import { ofJob, walkRows } from './read-walk.ts'
import { spanOf, walkRow } from './walk.ts'

/** The lines that a walk over the population would find of a type, the first of them; `isWhole` when there are no more. */
export const readWalkLines = async (
  db: Db,
  job: Job,
  population: SampledPopulation,
  typeId: number,
  bounds: PageBounds,
): Promise<(Page & { readonly isWhole: boolean }) | undefined> => {
  const all = population.patients.length
  if (all === 0) return undefined
  const walk = { base: 0, span: spanOf(job.asOf) }
  let most = bounds.maxRows
  const page = await readBounded(db, 0, bounds, async (within) => {
    most = within.maxRows
    const of = { ...walk, typeId, after: walkRow(walk, 1, 0), lastOrdinal: all, ...ofJob }
    const scanned = walkRows(job, sql`v.position, ${lineBytesOf(job, typeId)}`, of, within.maxRows)
    const lines = sql`select ${pageOf(db, sql`b.line`)}
      from (select case when line_bytes is not null then position end as position from scanned) s
      cross join resource_body b on b.position = s.position`
    const { rows } = await sql<PageRow>`${withPopulation(job, population)}
      select * from (${pageRowOf(scanned, within, lines)})`.execute(db.query)
    return rows[0]
  })
  return page === undefined ? undefined : { ...page, isWhole: page.rows < most }
}
