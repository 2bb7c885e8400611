import { sql } from 'kysely'
import { auditExpiry } from './audit-expiry.ts'
import type { Db } from './db.ts'
import { type Job, type JobRow, jobColumns, toJob } from './jobs.ts'

/** Marks finished exports whose time is over; from then on they are as gone as if deleted (I7). */
export const expireJobs = async (db: Db, now: number): Promise<void> => {
  const isOver = sql`expired_at is null and expires_at is not null and expires_at <= ${now}`
  await db.batch([
    auditExpiry(isOver, now),
    sql`update job set expired_at = ${now}, sweep_after = 0 where ${isOver}`,
  ])
}

/** Jobs that ended before `endedBefore` and whose leftovers have not been looked for, if their turn has come. */
export const readUnsweptJobs = async (
  db: Db,
  now: number,
  endedBefore: number,
  limit: number,
): Promise<readonly Job[]> => {
  const { rows } = await sql<JobRow>`select ${jobColumns} from job
    where swept_at is null and ended_at is not null and sweep_after <= ${now} and ended_at <= ${endedBefore}
    order by sweep_after limit ${limit}`.execute(db.query)
  return rows.map(toJob)
}

/** Jobs that are gone for clients and still have a row, if their turn has come. */
export const readGoneJobs = async (db: Db, now: number, limit: number): Promise<readonly Job[]> => {
  const { rows } = await sql<JobRow>`select ${jobColumns} from job
    where coalesce(removed_at, expired_at) is not null and sweep_after <= ${now}
    order by sweep_after limit ${limit}`.execute(db.query)
  return rows.map(toJob)
}

/** The sweep looks at the job again no earlier than `sweepAfter`: it has to wait for something, or failed. */
export const postponeSweep = async (db: Db, jobId: string, sweepAfter: number): Promise<void> => {
  await sql`update job set sweep_after = ${sweepAfter} where job_id = ${jobId}`.execute(db.query)
}

/** The names of every file of a job: what is under the job's folder and not among these is a leftover. */
export const readFileNames = async (db: Db, jobId: string): Promise<readonly string[]> => {
  const rows = await db.query.selectFrom('export_file').select('name').where('job_id', '=', jobId).execute()
  return rows.map(({ name }) => name)
}

/** The uploads of files that are not complete, as far as they are known. */
export const readOpenUploads = (
  db: Db,
  jobId: string,
): Promise<readonly { readonly name: string; readonly uploadId: string }[]> =>
  db.query
    .selectFrom('export_file')
    .select(['name', 'upload_id as uploadId'])
    .where('job_id', '=', jobId)
    .where('state', '<>', 'complete')
    .$narrowType<{ uploadId: string }>()
    .where('upload_id', 'is not', null)
    .execute()

/** The upload was aborted in a job that is over: a sweep that comes back to the job has one less to abort. */
export const forgetUpload = async (db: Db, jobId: string, uploadId: string): Promise<void> => {
  await sql`update export_file set upload_id = null
    where job_id = ${jobId} and upload_id = ${uploadId} and state <> 'complete'`.execute(db.query)
}

/** The population of a job that has ended serves nobody any more. */
export const markSwept = async (db: Db, jobId: string, now: number): Promise<void> => {
  await db.batch([
    ...populationTables.map((table) => sql`delete from ${sql.table(table)} where job_id = ${jobId}`),
    sql`update job set swept_at = ${now} where job_id = ${jobId}`,
  ])
}

const populationTables = ['job_match', 'job_group', 'job_member', 'job_patient', 'job_extra'] as const

/** The last trace of a job: nothing of it is in the storage any more. */
export const forgetJob = async (db: Db, jobId: string): Promise<void> => {
  const tables = [
    ...populationTables,
    'job_problem',
    'job_slice',
    'carry',
    'file_part',
    'export_file',
    'work_unit',
    'job',
  ] as const
  await db.batch(tables.map((table) => sql`delete from ${sql.table(table)} where job_id = ${jobId}`))
}
