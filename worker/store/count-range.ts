import { sql } from 'kysely'
import type { Db } from './db.ts'
import type { Job } from './jobs.ts'
import { isShown } from './live.ts'

/** The first populated type behind a position, found by a seek; `undefined` when there is none. */
export const nextPosition = async (db: Db, after: number): Promise<number | undefined> => {
  const { rows } = await sql<{ position: number }>`
    select position from resource_version where position > ${after} order by position limit 1`.execute(
    db.query,
  )
  return rows[0]?.position
}

/**
 * What a bounded piece of a range holds of what the job brings: the planner walks a type with it to cut ranges and to know their lines.
 */
export type RangeCount = {
  readonly rows: number
  readonly last: number
  readonly lines: number
  readonly bytes: number
}

export const countRange = async (
  db: Db,
  job: Job,
  range: { readonly after: number; readonly end: number },
  maxRows: number,
): Promise<RangeCount | undefined> => {
  const { rows } = await sql<RangeCount>`
    select count(*) as rows, max(position) as last, count(line_bytes) as lines, coalesce(sum(line_bytes), 0) as bytes
    from (select position, case when ${shown(job)} then bytes end as line_bytes
      from resource_version where position > ${range.after} and position <= ${range.end}
      order by position limit ${maxRows})`.execute(db.query)
  const row = rows[0]
  return row === undefined || row.rows === 0 ? undefined : row
}

/** With the name of the table, for a bare `position` would be that of `job_match` in the subquery about filters. */
const shown = (job: Job) =>
  isShown(
    job,
    sql`resource_version.deleted`,
    sql`resource_version.superseded_by`,
    sql`resource_version.position`,
  )
