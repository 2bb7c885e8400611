import { type RawBuilder, sql } from 'kysely'
import { patientTypeId } from '../fhir/resource-type.ts'
import type { Db } from './db.ts'
import type { Job } from './jobs.ts'
import { isToBeTold } from './read-deletions.ts'
import { isNotOfOthers, isWalked, ofJob, walkRows } from './read-walk.ts'
import type { SampledMember, SampledPatient } from './sample-population.ts'
import { ordinalAt, spanOf, walkRow } from './walk.ts'

/** A population, or some of it, that stands in the statement itself: no job has it. */
export type SampledPopulation = {
  readonly members: readonly SampledMember[]
  readonly patients: readonly SampledPatient[]
  readonly groupKeys: readonly number[]
  readonly untilSeq: number
}

/**
 * SQL: a `with` that puts the population in the place of the tables of a job, for a name in front of a statement goes before that of a table. So
 * what is counted is counted by the very SQL of an export. Only columns that are integers by type are looked up by an index, which
 * is made for the statement.
 */
export const withPopulation = (
  { jobId }: Job,
  { members, patients, groupKeys, untilSeq }: SampledPopulation,
): RawBuilder<unknown> => {
  const memberRows = members.map(({ key, addedSeq }) => [key, addedSeq])
  const [first, second] = [sql`cast(value ->> 0 as integer)`, sql`cast(value ->> 1 as integer)`]
  return sql`with job_patient (job_id, ordinal, patient_key, after_seq, until_seq) as materialized (
      select ${jobId}, cast(key + 1 as integer), ${first}, ${second}, ${untilSeq} from json_each(${JSON.stringify(patients)})),
    job_member (job_id, patient_key, added_seq) as materialized (
      select ${jobId}, ${first}, ${second} from json_each(${JSON.stringify(memberRows)})),
    job_group (job_id, group_key) as materialized (
      select ${jobId}, cast(value as integer) from json_each(${JSON.stringify(groupKeys)}))`
}

export type WalkCount = {
  readonly typeId: number
  readonly rows: number
  readonly lines: number
  readonly bytes: number
  /** How many of the patients were looked at before `maxRows` rows were. */
  readonly patients: number
}

/** What a walk over the population would find of each type, in its first `maxRows` rows. */
export const countWalkRows = async (
  db: Db,
  job: Job,
  population: SampledPopulation,
  typeIds: readonly number[],
  maxRows: number,
): Promise<readonly WalkCount[]> => {
  const all = population.patients.length
  if (all === 0 || typeIds.length === 0) return []
  const walk = { base: 0, span: spanOf(job.asOf) }
  const ofType = (
    typeId: number,
  ) => sql`select ${typeId} as typeId, count(*) as rows, max(row_number) as last,
      count(line_bytes) as lines, coalesce(sum(line_bytes), 0) as bytes
    from (${walkRows(job, lineBytesOf(job, typeId), { ...walk, typeId, after: walkRow(walk, 1, 0), lastOrdinal: all, ...ofJob }, maxRows)})`
  const { rows } = await sql<Omit<WalkCount, 'patients'> & { last: number | null }>`
    ${withPopulation(job, population)} ${sql.join(typeIds.map(ofType), sql` union all `)}`.execute(db.query)
  return rows.map(({ last, ...row }) => ({
    ...row,
    patients: row.rows < maxRows || last === null ? all : ordinalAt(walk, last),
  }))
}

/** As a walk reads it: what belongs to several patients counts with the first. */
export const lineBytesOf = (job: Job, typeId: number): RawBuilder<unknown> => {
  const isBrought = isWalked(job, typeId)
  const wanted = typeId === patientTypeId ? isBrought : sql`${isBrought} and ${isNotOfOthers(job)}`
  return sql`case when ${wanted} then v.bytes end as line_bytes`
}

/** `first` and `last` are the seqs of the first and last deletion looked at, `end` that of the last one there is. */
export type DeletionCount = {
  readonly first: number
  readonly last: number
  readonly end: number
  readonly lines: number
}

/** How many of the first `maxRows` deletions after `_since` the client would be told. */
export const countDeletions = async (
  db: Db,
  job: Job,
  population: SampledPopulation,
  maxRows: number,
): Promise<DeletionCount> => {
  const inRange = sql`from resource_version where deleted = 1 and seq > ${job.sinceSeq} and seq <= ${job.untilSeq} order by seq`
  const { rows } = await sql<DeletionCount>`
    ${withPopulation(job, population)},
      scanned as materialized (select seq, resource_key, version_id, superseded_by ${inRange} limit ${maxRows})
    select coalesce(min(s.seq), 0) as first, coalesce(max(s.seq), 0) as last,
      coalesce((select seq ${inRange} desc limit 1), 0) as end, count(case when ${isToBeTold(job)} then 1 end) as lines
    from scanned s cross join resource r on r.resource_key = s.resource_key`.execute(db.query)
  return rows[0] ?? { first: 0, last: 0, end: 0, lines: 0 }
}
