import { sql } from 'kysely'
import type { JobTable } from '../../schema/tables.ts'
import type { Db } from './db.ts'
import { type JobParameters, parseParameters } from './job-parameters.ts'

/** What a job was asked for, by whom, and what was to be told of that from the start. */
export type AskedJob = {
  readonly level: JobTable['level']
  readonly requestUrl: string
  readonly parameters: JobParameters
  readonly outcomeLines: string
  readonly clientId: string | undefined
  readonly actorName: string | undefined
  readonly maxClientJobs: number | undefined
  /** At Group level: the Group is there. */
  readonly hasGroup: boolean
}

/** `undefined` when the job never was, was removed, or has expired (I7). */
export const readAskedJob = async (db: Db, jobId: string, now: number): Promise<AskedJob | undefined> => {
  const { rows } =
    await sql<Row>`select level, request_url as requestUrl, parameters, outcome_lines as outcomeLines,
      client_id as clientId, actor_name as actorName, max_client_jobs as maxClientJobs, exists (select 1 from resource r
        cross join resource_version v on v.position = r.current_position
        where r.resource_key = j.parameters ->> '$.groupKey' and v.deleted = 0) as hasGroup
    from job j where job_id = ${jobId} and removed_at is null and expired_at is null
      and (expires_at is null or expires_at > ${now})`.execute(db.query)
  const [row] = rows
  if (row === undefined) return undefined
  return {
    ...row,
    parameters: parseParameters(row.parameters),
    clientId: row.clientId ?? undefined,
    actorName: row.actorName ?? undefined,
    maxClientJobs: row.maxClientJobs ?? undefined,
    hasGroup: row.hasGroup === 1,
  }
}

type Row = {
  readonly level: JobTable['level']
  readonly requestUrl: string
  readonly parameters: string
  readonly outcomeLines: string
  readonly clientId: string | null
  readonly actorName: string | null
  readonly maxClientJobs: number | null
  readonly hasGroup: 0 | 1
}
