import { type RawBuilder, sql } from 'kysely'
import type { Db } from './db.ts'
import { groupTypeId } from './exported-types.ts'
import type { Job } from './jobs.ts'
import { isCurrent } from './live.ts'
import { positionOf } from './position.ts'
import { isHisTarget } from './provenance-targets.ts'
import { hasPatient, isScanned } from './read-page.ts'
import { isNotOfOthers, isWalked, ofJob, type SeqRange, walkRows } from './read-walk.ts'
import { ordinalAt, spanOf } from './walk.ts'

type Sql = RawBuilder<unknown>

/**
 * Versions that a plan looks at to find others: what is about them, and what they refer to. Rows up to `end`, of a scan or of
 * `job_extra` positions, of a walk as in `walk.ts`.
 */
export type SourceRange = {
  readonly typeId: number
  readonly end: number
  /** Of a walk. */
  readonly base: number
}

export type Sources =
  /** What scans of the job bring, or walks of it. */
  | { readonly by: 'scan' | 'walk'; readonly of: 'exported' }
  /** All that is there at `asOf`; of patients who were there already only what has changed since `_since`, where `onlyNew` says so. */
  | { readonly by: 'scan' | 'walk'; readonly of: 'there'; readonly onlyNew: boolean }
  /** What the plan has found so far, by so many references. */
  | { readonly by: 'extra'; readonly depth: number }

/**
 * SQL: the next rows of the range, for a CTE: `row_number`, `ordinal` (of the patient in whose block it comes, else 0), `patient_key` and
 * `after_seq` (of a walk), `position`, `resource_key`, `bytes`, and `wanted`, which is null for what is passed over.
 */
export const sourceRows = (
  job: Job,
  sources: Sources,
  range: SourceRange,
  after: number,
  maxRows: number,
): Sql => {
  switch (sources.by) {
    case 'scan':
      return sql`select v.position as row_number, 0 as ordinal, null as patient_key, null as after_seq,
        v.position, v.resource_key, v.bytes, case when ${isOfScan(job, sources.of, range.typeId)} then 1 end as wanted
        from resource_version v where v.position > ${after} and v.position <= ${range.end}
        order by v.position limit ${maxRows}`
    case 'walk':
      return walkedSources(
        job,
        sources.of,
        sources.of === 'exported' || sources.onlyNew,
        range,
        after,
        maxRows,
      )
    case 'extra':
      return sql`select x.position as row_number, 0 as ordinal, null as patient_key, null as after_seq,
        x.position, v.resource_key, v.bytes, case when x.depth = ${sources.depth} then 1 end as wanted
        from job_extra x cross join resource_version v on v.position = x.position
        where x.job_id = ${job.jobId} and x.ordinal = 0 and x.position > ${after} and x.position <= ${range.end}
        order by x.position limit ${maxRows}`
    default:
      return sources satisfies never
  }
}

const isThere = ({ asOf }: Job): Sql => isCurrent(sql`v.deleted`, sql`v.superseded_by`, asOf)

const isOfScan = (job: Job, of: 'exported' | 'there', typeId: number): Sql =>
  of === 'exported' ? isScanned(job, typeId) : sql`${isThere(job)} and ${hasPatient(job, typeId)}`

const walkedSources = (
  job: Job,
  of: 'exported' | 'there',
  onlyNew: boolean,
  { typeId, base, end }: SourceRange,
  after: number,
  maxRows: number,
): Sql => {
  const isOrganized = job.shape.organizedBy !== undefined
  const isOfSource =
    of === 'exported' ? isWalked(job, typeId) : sql`${isThere(job)} and ${isHisTarget(job, walked)}`
  // A block has what several patients have, but for Groups, which would bring theirs once for each of their members.
  const wanted =
    isOrganized && typeId === groupTypeId ? sql`${isOfSource} and ${isNotOfOthers(job)}` : isOfSource
  const columns = sql`${isOrganized ? sql`p.ordinal` : sql`0`} as ordinal, p.patient_key, p.after_seq,
    v.position, v.resource_key, v.bytes, case when ${wanted} then 1 end as wanted`
  const range: SeqRange = {
    afterSeq: onlyNew ? ofJob.afterSeq : sql`0`,
    untilSeq: of === 'exported' ? ofJob.untilSeq : sql`${job.asOf}`,
  }
  const walk = { base, span: spanOf(job.asOf) }
  const lastOrdinal = ordinalAt(walk, end)
  return walkRows(job, columns, { ...walk, ...range, typeId, after, lastOrdinal }, maxRows)
}

const walked = { position: sql`v.position`, resourceKey: sql`v.resource_key` }

/** Of these types those that have versions with a seq above the one and up to the other: most types are never used. */
export const typesInRange = (
  db: Db,
  typeIds: readonly number[],
  afterSeq: number,
  untilSeq: number,
): Promise<readonly number[]> => typesBehind(db, typeIds, sql`${afterSeq}`, untilSeq)

/** Those that have versions behind what the first of these patients begins with. */
export const typesOfPatients = (
  db: Db,
  { jobId, asOf }: Job,
  typeIds: readonly number[],
  afterOrdinal: number,
  lastOrdinal: number,
): Promise<readonly number[]> => {
  const first = sql`(select min(p.after_seq) from job_patient p
    where p.job_id = ${jobId} and p.ordinal > ${afterOrdinal} and p.ordinal <= ${lastOrdinal})`
  return typesBehind(db, typeIds, first, asOf)
}

const typesBehind = async (
  db: Db,
  typeIds: readonly number[],
  afterSeq: Sql,
  untilSeq: number,
): Promise<readonly number[]> => {
  const { rows } = await sql<{
    typeId: number
  }>`select t.value as typeId from json_each(${JSON.stringify(typeIds)}) t
    where exists (select 1 from resource_version v where v.position > t.value * ${positionOf(1, 0)} + ${afterSeq}
      and v.position <= t.value * ${positionOf(1, 0)} + ${untilSeq})`.execute(db.query)
  return rows.map(({ typeId }) => typeId)
}
