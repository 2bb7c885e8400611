import { type RawBuilder, sql } from 'kysely'
import type { Job } from './jobs.ts'

type Sql = RawBuilder<unknown>

/** SQL: the resource of this key is there at the snapshot `seq`: it has a version by then that is no delete and not superseded (I1). */
export const isLive = (resourceKey: Sql, seq: Sql | number): Sql =>
  sql`exists (select 1 from resource_version l where l.resource_key = ${resourceKey} and l.deleted = 0 and l.seq <= ${seq}
    and (l.superseded_by is null or l.superseded_by > ${seq}))`

/** SQL: the version of these columns is what the snapshot shows of its resource; one behind `asOf` is not asked about. */
export const isCurrent = (deleted: Sql, supersededBy: Sql, asOf: number): Sql =>
  sql`${deleted} = 0 and (${supersededBy} is null or ${supersededBy} > ${asOf})`

/** SQL: the version of these columns is one that the job brings, if the population has it: the current one, or with `_history` every one. */
export const isShown = ({ shape, asOf }: Job, deleted: Sql, supersededBy: Sql): Sql =>
  shape.associated.history ? sql`${deleted} = 0` : isCurrent(deleted, supersededBy, asOf)

/**
 * SQL: every member that the Group had at `seq` is one of the job's `patients`, or a group of it. All entries count, also those that are
 * inactive or over, for the resource names them all; those of other servers have a row too (`ingest/draft.ts`), which is nobody's.
 */
export const holdsNoStranger = (
  { jobId }: Pick<Job, 'jobId'>,
  patients: 'job_patient' | 'job_member',
  groupKey: Sql,
  seq: Sql | number,
): Sql =>
  sql`not exists (select 1 from group_member m where m.group_key = ${groupKey} and m.added_seq <= ${seq}
      and (m.removed_seq is null or m.removed_seq > ${seq})
    and not exists (select 1 from ${sql.table(patients)} p where p.job_id = ${jobId} and p.patient_key = m.member_key)
    and not exists (select 1 from job_group g where g.job_id = ${jobId} and g.group_key = m.member_key))`
