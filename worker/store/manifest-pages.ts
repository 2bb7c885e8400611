import { type RawBuilder, sql } from 'kysely'
import type { JobState } from '../../schema/tables.ts'
import type { Db } from './db.ts'
import { type ManifestFile, selectFiles, toFile } from './read-export.ts'

/** A page of a manifest, and how many there are so far. A page that a client has been shown never changes. */
export type PageRead = {
  /** Empty where the page does not exist, and on a last page for which nothing was left. */
  readonly files: readonly ManifestFile[]
  /** Pages 1 to this have been shown. */
  readonly shown: number
  /** The page with which the manifest ends, once it has been shown. */
  readonly last: number | undefined
  readonly state: JobState
  /** There are files for a further page. */
  readonly hasMore: boolean
}

export const readPage = async (db: Db, jobId: string, page: number): Promise<PageRead | undefined> => {
  const [files, jobs] = await db.read([
    selectFiles(jobId, sql`f.page = ${page}`),
    sql<{ listed: number | null; last: number | null; state: JobState; hasMore: 0 | 1 }>`
      select (select max(page) from export_file where job_id = ${jobId}) as listed, last_page as last, state,
        exists (select 1 ${unlisted(jobId, sql`u.kind <> 'error'`)}) as hasMore
      from job where job_id = ${jobId}`,
  ])
  const [job] = jobs.rows
  if (job === undefined) return undefined
  return {
    files: files.rows.map(toFile),
    shown: Math.max(job.listed ?? 0, job.last ?? 0),
    last: job.last ?? undefined,
    state: job.state,
    hasMore: job.hasMore === 1,
  }
}

/**
 * Makes the page that follows those shown: of what is finished and on none of them, as much as fits, in the order of units. Once the job
 * is completed, the page that holds all there is left is the last, and has the `error` files as well, whose number comes on top.
 * Whoever comes second finds that `page` follows no longer, and changes nothing: the job and the files change in one transaction.
 */
export const assignPage = async (db: Db, jobId: string, page: number, maxFiles: number): Promise<void> => {
  const follows = sql`coalesce((select max(page) from export_file where job_id = ${jobId}), 0) = ${page - 1}`
  const isThere = sql`state not in ('failed', 'cancelled') and removed_at is null and expired_at is null`
  const resources = unlisted(jobId, sql`u.kind <> 'error'`)
  const errors = unlisted(
    jobId,
    sql`u.kind = 'error' and exists (select 1 from job where job_id = ${jobId} and last_page = ${page})`,
  )
  await db.batch([
    sql`update job set last_page = ${page}
      where job_id = ${jobId} and state = 'completed' and last_page is null and ${isThere} and ${follows}
        and (select count(*) from (select 1 ${resources} limit ${maxFiles + 1})) <= ${maxFiles}`,
    sql`update export_file set page = ${page}
      where job_id = ${jobId} and page is null and state = 'complete' and ${follows}
        and exists (select 1 from job where job_id = ${jobId} and ${isThere})
        and (ordinal, file_number) in (
          select * from (select f.ordinal, f.file_number ${resources} order by f.ordinal, f.file_number limit ${maxFiles})
          union all select f.ordinal, f.file_number ${errors})`,
  ])
}

/** SQL: from the finished files of a job that are on no page yet, `f`, and their units, `u`. */
const unlisted = (jobId: string, condition: RawBuilder<unknown>): RawBuilder<unknown> =>
  sql`from export_file f cross join work_unit u on u.job_id = f.job_id and u.ordinal = f.ordinal
    where f.job_id = ${jobId} and f.state = 'complete' and f.page is null and ${condition}`
