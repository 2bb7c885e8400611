import { type RawBuilder, sql } from 'kysely'
import { patientTypeId } from '../fhir/resource-type.ts'
import type { Db } from './db.ts'
import { bringsAllProvenance, listsPatients, provenanceTypeId } from './exported-types.ts'
import type { Job } from './jobs.ts'
import { isCurrent, isLive, isOfType, isShown, passesFilters, positionAt } from './live.ts'
import { isAboutPopulation } from './provenance-targets.ts'
import { isInCompartment, isPatientThere } from './read-page.ts'
import { type SourceRange, type Sources, sourceRows } from './source-page.ts'

type Sql = RawBuilder<unknown>

/** Some of what sources refer to. */
export type ReferencedPage = {
  readonly rows: number
  readonly last: number
  /** Bytes of the sources: they say how many references there may be. */
  readonly size: number
  /** Null when the sources are larger than asked for. */
  readonly positions: readonly number[] | null
}

/** What the next sources refer to and may come with them, as far as the job does not have it yet. */
export const findReferenced = async (
  db: Db,
  job: Job,
  sources: Sources,
  range: SourceRange,
  after: number,
  { maxRows, maxBytes }: { readonly maxRows: number; readonly maxBytes: number },
): Promise<ReferencedPage> => {
  const { rows } = await sql<{ rows: number; last: number | null; size: number; positions: string | null }>`
    with page as materialized (${sourceRows(job, sources, range, after, maxRows)}),
      total as materialized (select count(*) as rows, max(row_number) as last,
        coalesce(sum(case when wanted = 1 then bytes end), 0) as size from page)
    select rows, last, size, case when size <= ${maxBytes} or rows = 1 then (
      select json_group_array(v.position) from resource k
      cross join resource_version v on v.position = ${positionAt(sql`k.resource_key`, job.asOf)}
      where k.resource_key in (select r.target_key from page s
          cross join reference r on r.position = s.position where s.wanted = 1)
        and k.type_id in (select value from json_each(${JSON.stringify(job.referenced.typeIds)}))
        and v.deleted = 0 and ${isNotTaken(job)} and ${mayCome(job)}) end as positions
    from total`.execute(db.query)
  const [row = { rows: 0, last: null, size: 0, positions: '[]' }] = rows
  const { positions } = row
  return { ...row, last: row.last ?? after, positions: positions === null ? null : JSON.parse(positions) }
}

/** One resource that may come, if something exported refers to it. */
export type Candidate = { readonly position: number; readonly resourceKey: number }
export type CandidatePage = {
  readonly rows: number
  readonly last: number
  /** Something exported refers to them. */
  readonly positions: readonly number[]
  /** Nothing does of the references looked at, but they have more. */
  readonly undecided: readonly Candidate[]
}

/**
 * The next resources of a type that come with everybody's data: the other way round, for what is referred to is little beside what refers.
 * Of each, the `maxReferences` newest references are looked at, and nearly always the first is one that counts.
 */
export const findCandidates = async (
  db: Db,
  job: Job,
  { end }: SourceRange,
  after: number,
  { maxRows, maxReferences }: { readonly maxRows: number; readonly maxReferences: number },
): Promise<CandidatePage> => {
  const references = sql`select r.position from reference r where r.target_key = s.resource_key`
  const { rows } = await sql<{ rows: number; last: number | null; found: string }>`
    with page as materialized (select v.position, v.resource_key,
        case when ${isCurrent(sql`v.deleted`, sql`v.superseded_by`, job.asOf)} and ${mayCome(job)} then 1 end as wanted
      from resource_version v where v.position > ${after} and v.position <= ${end} order by v.position limit ${maxRows}),
      judged as materialized (select s.position, s.resource_key, case
          when exists (select 1 from (${references} order by r.path_id desc, r.position desc limit ${maxReferences}) f
            cross join resource_version v on v.position = f.position where ${isExported(job)}) then 1
          when (select count(*) from (${references} limit ${maxReferences + 1})) > ${maxReferences} then 2 end as verdict
        from page s where s.wanted = 1)
    select (select count(*) from page) as rows, (select max(position) from page) as last,
      (select json_group_array(json_array(position, resource_key, verdict)) from judged where verdict > 0) as found`.execute(
    db.query,
  )
  const [row = { rows: 0, last: null, found: '[]' }] = rows
  const found: readonly (readonly [number, number, 1 | 2])[] = JSON.parse(row.found)
  return {
    rows: row.rows,
    last: row.last ?? after,
    positions: found.filter(([, , verdict]) => verdict === 1).map(([position]) => position),
    undecided: found
      .filter(([, , verdict]) => verdict === 2)
      .map(([position, resourceKey]) => ({ position, resourceKey })),
  }
}

/** Behind which reference to one resource to go on: by its path and the position of what has it. */
export type ReferenceCursor = { readonly pathId: number; readonly reference: number }

/** Whether one of the next references to a candidate is of something exported; `next` is undefined when there are no more. */
export const findReferrer = async (
  db: Db,
  job: Job,
  { resourceKey }: Candidate,
  after: ReferenceCursor,
  maxReferences: number,
): Promise<{
  readonly rows: number
  readonly isReferredTo: boolean
  readonly next: ReferenceCursor | undefined
}> => {
  const { rows } = await sql<{ pathId: number; position: number; isExported: 0 | 1 }>`
    select f.pathId, f.position, ${isExported(job)} as isExported from (
      select path_id as pathId, position from reference where target_key = ${resourceKey}
        and (path_id, position) > (${after.pathId}, ${after.reference})
      order by path_id, position limit ${maxReferences}) f
    cross join resource_version v on v.position = f.position`.execute(db.query)
  const last = rows.at(-1)
  return {
    rows: rows.length,
    isReferredTo: rows.some((row) => row.isExported === 1),
    next:
      last && rows.length === maxReferences ? { pathId: last.pathId, reference: last.position } : undefined,
  }
}

/** SQL: `v` is a version that the job brings of everybody who is there. */
const isExported = (job: Job): Sql => {
  const provenance = bringsAllProvenance(job) ? isAboutPopulation(job, sql`v.position`) : sql`false`
  return sql`(v.seq <= ${job.untilSeq} and ${isShown(job, sql`v.deleted`, sql`v.superseded_by`)} and case
    when ${isOfType(sql`v.position`, provenanceTypeId)} then ${provenance}
    when ${isOfType(sql`v.position`, patientTypeId)} then ${isPatientThere(job)}
    else ${isInCompartment(job)} end)`
}

const isNotTaken = ({ jobId }: Job): Sql =>
  sql`not exists (select 1 from job_extra x where x.job_id = ${jobId} and x.ordinal = 0 and x.position = v.position)`

/**
 * SQL: the version `v` is nobody's: what is in a compartment comes with its patient, or not at all. And it names no patient who is none of
 * the population.
 */
const mayCome = (job: Job): Sql => {
  const isOurs = listsPatients(job)
    ? sql`exists (select 1 from job_patient p where p.job_id = ${job.jobId} and p.patient_key = o.target_key)`
    : isLive(sql`o.target_key`, job.asOf)
  const range = sql`v.seq > ${job.sinceSeq} and v.seq <= ${job.untilSeq}`
  return sql`${job.referenced.onlySince ? range : sql`true`} and ${passesFilters(job, sql`v.position`)}
    and not exists (select 1 from compartment c where c.position = v.position)
    and not exists (select 1 from reference o cross join resource q on q.resource_key = o.target_key
      where o.position = v.position and q.type_id = ${patientTypeId} and not ${isOurs})`
}
