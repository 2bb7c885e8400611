import { sql } from 'kysely'
import { SluiceError } from '../errors.ts'
import type { Db } from './db.ts'
import { insertUnits } from './insert-units.ts'
import { errorOrdinal, errorUnit } from './last-units.ts'
import { type Page, type PageBounds, type PageRow, pageOf, readBounded } from './page.ts'
import { holdsLease, type Lease, writeUnderLease } from './units.ts'

/** A resource that cannot be exported: the position of its version, and an OperationOutcome, a line without its newline. */
export type Problem = { readonly position: number; readonly outcome: string }

/** A problem, if it is not known yet, and the unit that will tell of it; and a renewed lease, in one fenced write. */
export const commitProblem = (
  db: Db,
  lease: Lease,
  { position, outcome }: Problem,
  leaseUntil: number,
): Promise<boolean> =>
  writeUnderLease(db, lease, sql`lease_until = ${leaseUntil}`, [
    sql`insert into job_problem (job_id, ordinal, row_number, outcome)
      select ${lease.jobId}, ${errorOrdinal}, ${position}, ${outcome} where ${holdsLease(lease)}
      on conflict (job_id, ordinal, row_number) do nothing`,
    insertUnits(lease.jobId, [errorUnit], holdsLease(lease)),
  ])

export type VersionName = { readonly type: string; readonly id: string; readonly versionId: number }

/** What a version is called, whatever has become of its body. */
export const nameVersion = async (db: Db, position: number): Promise<VersionName> => {
  const { rows } = await sql<VersionName>`select t.name as type, r.id, v.version_id as versionId
    from resource_version v cross join resource r on r.resource_key = v.resource_key
    cross join resource_type t on t.type_id = r.type_id where v.position = ${position}`.execute(db.query)
  const [name] = rows
  if (name === undefined)
    throw new SluiceError('internal', `Cannot name the version at ${position}: there is none`)
  return name
}

/** The next problems after a position, as lines, in the order of positions. */
export const readProblems = (
  db: Db,
  jobId: string,
  after: number,
  bounds: PageBounds,
): Promise<Page | undefined> =>
  readBounded(db, after, bounds, async ({ maxRows, maxBytes }) => {
    const { rows } = await sql<PageRow>`
      with scanned as materialized (select row_number, outcome from job_problem
          where job_id = ${jobId} and ordinal = ${errorOrdinal} and row_number > ${after} order by row_number limit ${maxRows}),
        total as materialized (select count(*) as rows, max(row_number) as last,
          coalesce(sum(octet_length(outcome) + 1), 0) as size from scanned)
      select rows, last, rows as lines, size, case when size <= ${maxBytes} or rows = 1
        then (select ${pageOf(db, sql`outcome`)} from scanned) end as page from total`.execute(db.query)
    return rows[0]
  })

/** What the share of resources that cannot be exported is judged by. */
export type FailureCounts = {
  readonly problems: number
  /** What is said of the first of them. */
  readonly first: string
  /** Lines of `output`. */
  readonly written: number
  /** Lines of `output` there can be at most, if all of it is planned. */
  readonly planned: number
  readonly isPlanned: boolean
}

export const readFailureCounts = async (db: Db, jobId: string): Promise<FailureCounts> => {
  const ofJob = sql`job_id = ${jobId} and ordinal = ${errorOrdinal}`
  const [problems, units] = await db.read([
    sql<{ count: number; first: string | null }>`select count(*) as count,
      (select outcome ->> '$.issue[0].diagnostics' from job_problem where ${ofJob} order by row_number limit 1) as first
      from job_problem where ${ofJob}`,
    sql<{ written: number; planned: number; headers: number; isPlanned: 0 | 1 }>`select
      coalesce(sum(lines_done) filter (where kind = 'output'), 0) as written,
      coalesce(sum(max(lines_done, lines_total)) filter (where kind = 'output'), 0) as planned,
      count(*) filter (where is_continued = 1)
        + (select count(*) from job_patient where job_id = ${jobId} and block_lines > 0) as headers,
      max(kind = 'plan' and state = 'done') as isPlanned
      from work_unit where job_id = ${jobId}`,
  ])
  const [found, all] = [problems.rows[0], units.rows[0]]
  return {
    problems: found?.count ?? 0,
    first: found?.first ?? '',
    // The header of a block is no resource; each file that goes on with one repeats it.
    written: (all?.written ?? 0) - (all?.headers ?? 0),
    planned: (all?.planned ?? 0) - (all?.headers ?? 0),
    isPlanned: all?.isPlanned === 1,
  }
}
