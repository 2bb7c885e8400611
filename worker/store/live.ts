import { type RawBuilder, sql } from 'kysely'
import { filteredTypeIds, isFiltered } from './job-filters.ts'
import type { Job } from './jobs.ts'
import { lastPosition, positionOf } from './position.ts'

type Sql = RawBuilder<unknown>

/** SQL: the resource of this key is there at the snapshot `seq`: it has a version by then that is no delete and not superseded (I1). */
export const isLive = (resourceKey: Sql, seq: Sql | number): Sql =>
  sql`exists (select 1 from resource_version l where l.resource_key = ${resourceKey} and l.deleted = 0 and l.seq <= ${seq}
    and (l.superseded_by is null or l.superseded_by > ${seq}))`

/** SQL: the resource of this key was there at some time up to `seq`. */
export const hasLived = (resourceKey: Sql, seq: Sql | number): Sql =>
  sql`exists (select 1 from resource_version l where l.resource_key = ${resourceKey} and l.deleted = 0 and l.seq <= ${seq})`

/** SQL: the position of the resource's newest version at `seq`, which may be a delete; null when there was none. */
export const positionAt = (resourceKey: Sql, seq: Sql | number): Sql =>
  sql`(select n.position from resource_version n where n.resource_key = ${resourceKey} and n.seq <= ${seq}
    order by n.version_id desc limit 1)`

/** SQL: what stands at this position is of the type. */
export const isOfType = (position: Sql, typeId: number): Sql =>
  sql`${position} between ${positionOf(typeId, 0)} and ${lastPosition(typeId)}`

/** SQL: the version of these columns is what the snapshot shows of its resource; one behind `asOf` is not asked about. */
export const isCurrent = (deleted: Sql, supersededBy: Sql, asOf: number): Sql =>
  sql`${deleted} = 0 and (${supersededBy} is null or ${supersededBy} > ${asOf})`

/** SQL: the version of these columns is in the snapshot: the current one, or with `_history` every one. */
export const isInSnapshot = ({ shape, asOf }: Job, deleted: Sql, supersededBy: Sql): Sql =>
  shape.associated.history ? sql`${deleted} = 0` : isCurrent(deleted, supersededBy, asOf)

/** SQL: it is one that the job brings, if the population has it: in the snapshot, and not kept out by a filter. */
export const isShown = (job: Job, deleted: Sql, supersededBy: Sql, position: Sql = sql`v.position`): Sql =>
  isFiltered(job)
    ? sql`(${isInSnapshot(job, deleted, supersededBy)} and ${passesFilters(job, position)})`
    : isInSnapshot(job, deleted, supersededBy)

/** SQL: its type has no filter, or it was found to satisfy those it has (`match-page.ts`). */
export const passesFilters = (job: Job, position: Sql): Sql =>
  !isFiltered(job)
    ? sql`true`
    : sql`(cast(${position} / ${positionOf(1, 0)} as integer) not in (select value from json_each(${JSON.stringify(filteredTypeIds(job))}))
    or exists (select 1 from job_match m where m.job_id = ${job.jobId} and m.position = ${position}))`

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
