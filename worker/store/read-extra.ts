import { sql } from 'kysely'
import type { Db } from './db.ts'
import type { Job } from './jobs.ts'
import { linesOf, type Page, type PageBounds, readBounded } from './page.ts'

/** Reads the page after a position of what comes with the population and is in no compartment of it (`job_extra`). */
export const readExtraPage = (
  db: Db,
  { jobId, baseUrl }: Job,
  end: number,
  after: number,
  bounds: PageBounds,
): Promise<Page | undefined> =>
  readBounded(db, after, bounds, async (within) => {
    const extras = sql`select x.position as row_number, x.position, v.marked, v.bytes as line_bytes
      from job_extra x cross join resource_version v on v.position = x.position
      where x.job_id = ${jobId} and x.ordinal = 0 and x.position > ${after} and x.position <= ${end}
      order by x.position limit ${within.maxRows}`
    const { rows } = await linesOf(db, extras, within, baseUrl).execute(db.query)
    return rows[0]
  })
