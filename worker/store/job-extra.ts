import { sql } from 'kysely'
import type { RangeCount } from './count-range.ts'
import type { Db, Statement } from './db.ts'
import { holdsLease, type Lease } from './units.ts'

/** A version that comes with the population: under ordinal 0, or in the block of the patient of that ordinal. */
export type Extra = { readonly ordinal: number; readonly position: number }

/** What was found before stays as it was found: first come the fewest references. */
export const takeExtras = (lease: Lease, extras: readonly Extra[], depth: number): Statement =>
  sql`insert into job_extra (job_id, ordinal, position, depth)
    select ${lease.jobId}, x.value ->> 0, x.value ->> 1, ${depth}
    from json_each(${JSON.stringify(extras.map(({ ordinal, position }) => [ordinal, position]))}) x
    where ${holdsLease(lease)} on conflict do nothing`

/** The first of those that are no patient's behind a position. */
export const nextExtra = async (db: Db, jobId: string, after: number): Promise<number | undefined> => {
  const { rows } = await sql<{ position: number }>`select position from job_extra
    where job_id = ${jobId} and ordinal = 0 and position > ${after} order by position limit 1`.execute(
    db.query,
  )
  return rows[0]?.position
}

/** What a bounded piece of them holds, all of which is written. */
export const countExtras = async (
  db: Db,
  jobId: string,
  range: { readonly after: number; readonly end: number },
  maxRows: number,
): Promise<RangeCount | undefined> => {
  const { rows } = await sql<RangeCount>`
    select count(*) as rows, max(position) as last, count(*) as lines, coalesce(sum(bytes), 0) as bytes
    from (select x.position, v.bytes from job_extra x cross join resource_version v on v.position = x.position
      where x.job_id = ${jobId} and x.ordinal = 0 and x.position > ${range.after} and x.position <= ${range.end}
      order by x.position limit ${maxRows})`.execute(db.query)
  const row = rows[0]
  return row === undefined || row.rows === 0 ? undefined : row
}
