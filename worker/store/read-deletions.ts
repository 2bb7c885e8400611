import { type RawBuilder, sql } from 'kysely'
import { patientCompartmentTypeIds } from '../fhir/patient-compartment.ts'
import { patientTypeId, typeIdOf } from '../fhir/resource-type.ts'
import type { Db } from './db.ts'
import type { Job } from './jobs.ts'
import { holdsNoStranger, isLive, passesFilters } from './live.ts'
import { type Page, type PageBounds, type PageRow, pageOf, readBounded } from './page.ts'

/**
 * Deletions the client has to hear of: of resources that were there in the snapshot it has (`sinceSeq`) and are not in this one.
 * One transaction Bundle a line (Bulk Data IG, "deleted" of the manifest). Rows are seqs, up to `end`.
 */
export const readDeletions = (
  db: Db,
  job: Job,
  end: number,
  after: number,
  bounds: PageBounds,
): Promise<Page | undefined> =>
  readBounded(db, after, bounds, async ({ maxRows }) => {
    const { rows } = await sql<PageRow>`
      with scanned as (select seq, position, resource_key, version_id, superseded_by from resource_version
          where deleted = 1 and seq > ${after} and seq <= ${end} order by seq limit ${maxRows}),
        line as (select s.seq, case when ${isToBeTold(job)}
          then '{"resourceType":"Bundle","type":"transaction","entry":[{"request":{"method":"DELETE","url":"'
            || t.name || '/' || r.id || '"}}]}' end as line
          from scanned s
          cross join resource r on r.resource_key = s.resource_key
          cross join resource_type t on t.type_id = r.type_id)
      select count(*) as rows, max(seq) as last, count(line) as lines, 0 as size,
        ${pageOf(db, sql`line`, sql`count(line)`)} as page from line`.execute(db.query)
    return rows[0]
  })

export const isToBeTold = (job: Job): RawBuilder<unknown> => {
  const { asOf, sinceSeq, typeIds, level } = job
  const types = level === 'system' ? typeIds : typesOfLevel(job)
  const isOfType =
    level === 'system' && types.length === 0
      ? sql`true`
      : sql`r.type_id in (select value from json_each(${JSON.stringify(types)}))`
  const conditions = [
    sql`(s.superseded_by is null or s.superseded_by > ${asOf})`,
    isOfType,
    isLive(sql`s.resource_key`, sinceSeq),
    ...(level === 'system' ? [] : [wasOfPopulation(job)]),
    ...(job.shape.typeFilters.length > 0 ? [passesFilters(job, lastPosition)] : []),
  ]
  return sql.join(conditions, sql` and `)
}

/** SQL: of a deletion, the version before it. */
const lastPosition = sql`(select l.position from resource_version l
  where l.resource_key = s.resource_key and l.version_id = s.version_id - 1)`

/** The types of the compartment that are wanted. */
export const typesOfLevel = ({
  typeIds,
  level,
  patientKeys,
}: Pick<Job, 'typeIds' | 'level' | 'patientKeys'>): readonly number[] => {
  const holdsGroups = level === 'patient' && patientKeys === undefined
  return patientCompartmentTypeIds.filter((typeId) =>
    typeIds.length > 0 ? typeIds.includes(typeId) : typeId !== groupTypeId || holdsGroups,
  )
}

/**
 * Judged on the last version before the deletion, which is the one that has a place in a compartment. Of a patient who is gone it is
 * told too, and of what was his: he need not be there any more, only be one of those that the job is about.
 */
const wasOfPopulation = (job: Job): RawBuilder<unknown> => {
  const isAll = job.level === 'patient' && job.patientKeys === undefined
  const isMember = (key: RawBuilder<unknown>) =>
    isAll
      ? isLive(key, job.sinceSeq)
      : sql`exists (select 1 from job_member m where m.job_id = ${job.jobId} and m.patient_key = ${key})`
  const inCompartment = sql`exists (select 1 from compartment c where c.position = ${lastPosition} and ${isMember(sql`c.patient_key`)})`
  const holds = holdsNoStranger(job, 'job_member', sql`s.resource_key`, sql`s.seq - 1`)
  return sql`case r.type_id when ${patientTypeId} then ${isMember(sql`s.resource_key`)}
    when ${groupTypeId} then ${inCompartment} and ${isAll ? sql`true` : holds} else ${inCompartment} end`
}

const groupTypeId = typeIdOf('Group')
