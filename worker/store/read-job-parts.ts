import { sql } from 'kysely'
import type { FileKind, UnitKind, UnitSource, UnitState } from '../../schema/tables.ts'
import type { Db } from './db.ts'
import { errorOrdinal } from './last-units.ts'

/** What a job consists of, read page by page: each begins behind a key, the last one of the page before. */

/** A work unit. Its range and cursor are as in `schema/README.md`; instants in milliseconds since the epoch. */
export type UnitPart = {
  readonly ordinal: number
  readonly kind: UnitKind
  readonly typeId: number | null
  readonly source: UnitSource
  readonly state: UnitState
  readonly rangeAfter: number
  readonly rangeEnd: number
  readonly cursorAfter: number
  readonly done: number
  readonly total: number
  readonly attempts: number
  readonly lastError: string | null
  readonly notBefore: number
  readonly fence: number
  readonly leaseUntil: number
}

export const readUnits = async (
  db: Db,
  jobId: string,
  after: number,
  limit: number,
): Promise<readonly UnitPart[]> => {
  const { rows } =
    await sql<UnitPart>`select ordinal, kind, type_id as typeId, source, state, range_after as rangeAfter,
      range_end as rangeEnd, cursor_after as cursorAfter, lines_done as done, lines_total as total, attempts,
      last_error as lastError, not_before as notBefore, fence, lease_until as leaseUntil
    from work_unit where job_id = ${jobId} and ordinal > ${after} order by ordinal limit ${limit}`.execute(
      db.query,
    )
  return rows
}

/** A slice that has ended, and what its unit is. */
export type SlicePart = {
  readonly number: number
  readonly ordinal: number
  readonly kind: UnitKind
  readonly typeId: number | null
  readonly fence: number
  readonly beganAt: number
  readonly endedAt: number
  readonly rows: number
  readonly bytes: number
  readonly outcome: string
}

/** The last one first. */
export const readSlices = async (
  db: Db,
  jobId: string,
  before: number,
  limit: number,
): Promise<readonly SlicePart[]> => {
  const { rows } =
    await sql<SlicePart>`select s.number, s.ordinal, u.kind, u.type_id as typeId, s.fence, s.began_at as beganAt,
      s.ended_at as endedAt, s.rows, s.bytes, s.outcome
    from job_slice s cross join work_unit u on u.job_id = s.job_id and u.ordinal = s.ordinal
    where s.job_id = ${jobId} and s.number < ${before} order by s.number desc limit ${limit}`.execute(
      db.query,
    )
  return rows
}

export type FilePlace = { readonly ordinal: number; readonly fileNumber: number }
/** A finished file. Its digest is as S3 composes it; of files of earlier versions it is not known. */
export type FilePart = FilePlace & {
  readonly kind: FileKind
  readonly typeId: number | null
  readonly name: string
  readonly lines: number
  readonly bytes: number
  readonly sha256: string | null
}

export const readFiles = async (
  db: Db,
  jobId: string,
  after: FilePlace,
  limit: number,
): Promise<readonly FilePart[]> => {
  const { rows } =
    await sql<FilePart>`select f.ordinal, f.file_number as fileNumber, u.kind, u.type_id as typeId, f.name, f.lines,
      f.bytes, f.sha256
    from export_file f cross join work_unit u on u.job_id = f.job_id and u.ordinal = f.ordinal
    where f.job_id = ${jobId} and f.state = 'complete'
      and (f.ordinal, f.file_number) > (${after.ordinal}, ${after.fileNumber})
    order by f.ordinal, f.file_number limit ${limit}`.execute(db.query)
  return rows
}

/** A resource that could not be exported: which one, and why. */
export type ProblemPart = { readonly position: number; readonly reason: string }

export const readProblemPage = async (
  db: Db,
  jobId: string,
  after: number,
  limit: number,
): Promise<readonly ProblemPart[]> => {
  const { rows } =
    await sql<ProblemPart>`select row_number as position, outcome ->> '$.issue[0].diagnostics' as reason from job_problem
    where job_id = ${jobId} and ordinal = ${errorOrdinal} and row_number > ${after} order by row_number limit ${limit}`.execute(
      db.query,
    )
  return rows
}
