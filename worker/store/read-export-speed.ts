import { sql } from 'kysely'
import type { Db } from './db.ts'

export type ExportSpeed = { readonly bytes: number; readonly ms: number }

/** What the last jobs that were completed wrote, and how long they took together: of those with `minBytes`, for a small one takes the time of waiting. */
export const readExportSpeed = async (db: Db, minBytes: number, maxJobs: number): Promise<ExportSpeed> => {
  const { rows } = await sql<ExportSpeed>`
    select coalesce(sum(bytes), 0) as bytes, coalesce(sum(ms), 0) as ms from (
      select ended_at - created_at as ms,
        (select coalesce(sum(f.bytes), 0) from export_file f where f.job_id = job.job_id) as bytes
      from job where state = 'completed' and removed_at is null and expired_at is null
      order by created_at desc, job_id desc limit ${maxJobs})
    where bytes >= ${minBytes}`.execute(db.query)
  return rows[0] ?? { bytes: 0, ms: 0 }
}
