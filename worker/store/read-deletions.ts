import { type RawBuilder, sql } from 'kysely'
import { patientTypeId } from '../fhir/resource-type.ts'
import type { Db } from './db.ts'
import { groupTypeId, isOfAll, provenanceTypeId, typesOfLevel } from './exported-types.ts'
import { isFiltered } from './job-filters.ts'
import type { Job } from './jobs.ts'
import { hasLived, holdsNoStranger, isLive, passesFilters } from './live.ts'
import { type Page, type PageBounds, type PageRow, pageOf, readBounded } from './page.ts'
import { targetPath } from './provenance-targets.ts'

/**
 * Deletions the client has to hear of: of resources that were there in the snapshot it has (`sinceSeq`) and are not in this one; or, where
 * no such snapshot says what it has, of all that are not.
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

type Sql = RawBuilder<unknown>

/** The client has what was there at `_since`; without it anything; and with `_history` also what has come and gone since. */
export const knowsSnapshot = ({ hasSince, shape }: Job): boolean => hasSince && !shape.associated.history

export const isToBeTold = (job: Job): Sql => {
  const { asOf, sinceSeq, level } = job
  const types = typesToBeTold(job)
  const isOfType =
    types === undefined
      ? sql`true`
      : sql`r.type_id in (select value from json_each(${JSON.stringify(types)}))`
  const conditions = [
    sql`(s.superseded_by is null or s.superseded_by > ${asOf})`,
    isOfType,
    ...(knowsSnapshot(job) ? [isLive(sql`s.resource_key`, sinceSeq)] : []),
    ...(level === 'system' ? [] : [wasOfPopulation(job)]),
    ...(isFiltered(job) ? [passesFilters(job, lastVersion)] : []),
    ...(job.typeIds.length === 0 || isType(job) ? [] : [hadWantedTarget(job)]),
  ]
  return sql.join(conditions, sql` and `)
}

/** `undefined` is all of them. Provenance comes with what it is about, also where `_type` does not name it. */
const typesToBeTold = (job: Job): readonly number[] | undefined => {
  const types = job.level === 'system' ? job.typeIds : typesOfLevel(job)
  if (job.level === 'system' && types.length === 0) return undefined
  return isType(job) ? types : [...types, provenanceTypeId]
}

/** Provenance is a type like others. */
const isType = ({ shape }: Job): boolean => shape.associated.provenance === 'default'

const hadWantedTarget = ({ typeIds }: Job): Sql =>
  sql`(r.type_id <> ${provenanceTypeId} or exists (select 1 from reference o cross join resource k on k.resource_key = o.target_key
    where o.position = ${lastVersion} and o.path_id = ${targetPath}
      and k.type_id in (select value from json_each(${JSON.stringify(typeIds)}))))`

/** The last version before the deletion. */
const lastVersion: Sql = sql`(select l.position from resource_version l
    where l.resource_key = s.resource_key and l.version_id = s.version_id - 1)`

/**
 * Judged on the last version before the deletion, which is the one that has a place in a compartment. Of a patient who is gone it is
 * told too, and of what was his: he need not be there any more, only be one of those that the job is about.
 */
const wasOfPopulation = (job: Job): Sql => {
  const isMember = isMemberOf(job)
  const inCompartment = sql`exists (select 1 from compartment c where c.position = ${lastVersion} and ${isMember(sql`c.patient_key`)})`
  const holds = holdsNoStranger(job, 'job_member', sql`s.resource_key`, sql`s.seq - 1`)
  return sql`case r.type_id when ${patientTypeId} then ${isMember(sql`s.resource_key`)}
    when ${groupTypeId} then ${inCompartment} and ${isOfAll(job) ? sql`true` : holds}
    when ${provenanceTypeId} then ${wasAboutMember(job)} else ${inCompartment} end`
}

const isMemberOf =
  (job: Job) =>
  (key: Sql): Sql => {
    if (!isOfAll(job))
      return sql`exists (select 1 from job_member m where m.job_id = ${job.jobId} and m.patient_key = ${key})`
    return knowsSnapshot(job) ? isLive(key, job.sinceSeq) : hasLived(key, job.asOf)
  }

/** Of a Provenance: one of its targets, as it last was before the deletion, was a member or in his compartment. */
const wasAboutMember = (job: Job): Sql => {
  const target = sql`(select n.position from resource_version n where n.resource_key = o.target_key and n.deleted = 0
    and n.seq < s.seq order by n.version_id desc limit 1)`
  const isHis = sql`case k.type_id when ${patientTypeId} then k.resource_key = c.patient_key
    when ${groupTypeId} then ${
      typesOfLevel(job).includes(groupTypeId)
        ? holdsNoStranger(job, 'job_member', sql`k.resource_key`, sql`s.seq - 1`)
        : sql`false`
    } else true end`
  return sql`exists (select 1 from reference o
    cross join resource k on k.resource_key = o.target_key
    cross join compartment c on c.position = ${target}
    where o.position = ${lastVersion} and o.path_id = ${targetPath} and ${isMemberOf(job)(sql`c.patient_key`)}
      and ${isOfAll(job) ? sql`true` : isHis})`
}
