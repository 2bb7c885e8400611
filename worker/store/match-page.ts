import { type RawBuilder, sql } from 'kysely'
import { patientTypeId } from '../fhir/resource-type.ts'
import type { Db, Statement } from './db.ts'
import type { Job } from './jobs.ts'
import { isInSnapshot, isLive } from './live.ts'
import { isReadable, type Page, type PageBounds, pageOf, pageRowOf, readBounded } from './page.ts'
import { positionOf } from './position.ts'
import { knowsSnapshot } from './read-deletions.ts'
import { holdsLease, type Lease } from './units.ts'
import { ordinalAt, seqAt, spanOf, walkRow } from './walk.ts'

/** Candidates among all versions of a type behind the position `after`, up to a `seq`. */
export const readTypeCandidates = (
  db: Db,
  job: Job,
  typeId: number,
  { after, untilSeq }: { readonly after: number; readonly untilSeq: number },
  bounds: PageBounds,
): Promise<Page | undefined> =>
  readCandidates(db, job, after, bounds, ({ maxRows }) => {
    const end = positionOf(typeId, untilSeq)
    return sql`select v.position as row_number, v.position, v.marked, case when ${shown(job)} then v.bytes end as line_bytes
      from resource_version v where v.position > ${after} and v.position <= ${end} order by v.position limit ${maxRows}`
  })

/** How far candidates of patients have been read: of all before him, and of him up to a seq. */
export type PatientPlace = { readonly ordinal: number; readonly seq: number }

/** Patients one query looks at, though none of them had anything. */
const maxPatients = 2000

/** Candidates among what the job's patients have of a type, patient by patient; one of several patients comes more than once. */
export const readPatientCandidates = async (
  db: Db,
  job: Job,
  typeId: number,
  place: PatientPlace,
  total: number,
  bounds: PageBounds,
): Promise<{ readonly page: Page | undefined; readonly place: PatientPlace }> => {
  const walk = { base: place.ordinal - 1, span: spanOf(job.asOf) }
  const last = Math.min(total, place.ordinal + maxPatients)
  const type = positionOf(typeId, 0)
  const after = walkRow(walk, place.ordinal, place.seq)
  // A block has its Patient though nothing of him is new (`block-rows.ts`).
  const afterSeq = typeId === patientTypeId && job.shape.organizedBy !== undefined ? sql`0` : sql`p.after_seq`
  const page = await readCandidates(
    db,
    job,
    after,
    bounds,
    ({
      maxRows,
    }) => sql`select (p.ordinal - ${walk.base}) * ${walk.span} + v.seq as row_number, v.position, v.marked,
        case when ${shown(job)} then v.bytes end as line_bytes
      from job_patient p
      cross join compartment c on c.patient_key = p.patient_key
        and c.position > ${type} + max(${afterSeq}, case when p.ordinal = ${place.ordinal} then ${place.seq} else 0 end)
        and c.position <= ${type} + p.until_seq
      cross join resource_version v on v.position = c.position
      where p.job_id = ${job.jobId} and p.ordinal >= ${place.ordinal} and p.ordinal <= ${last}
      order by p.ordinal, c.position limit ${maxRows}`,
  )
  if (page === undefined) return { page, place: { ordinal: last + 1, seq: 0 } }
  return { page, place: { ordinal: ordinalAt(walk, page.last), seq: seqAt(walk, page.last) } }
}

/** The last versions of what was deleted behind the seq `after`: what `deleted` is judged by. */
export const readDeletedCandidates = (
  db: Db,
  job: Job,
  typeIds: readonly number[],
  after: number,
  bounds: PageBounds,
): Promise<Page | undefined> =>
  readCandidates(
    db,
    job,
    after,
    bounds,
    ({ maxRows }) => sql`select s.seq as row_number, l.position, l.marked, l.bytes as line_bytes
      from (select seq, position, resource_key, version_id, superseded_by from resource_version
        where deleted = 1 and seq > ${after} and seq <= ${job.untilSeq} order by seq limit ${maxRows}) s
      cross join resource r on r.resource_key = s.resource_key
      left join resource_version l on l.resource_key = s.resource_key and l.version_id = s.version_id - 1
        and r.type_id in (select value from json_each(${JSON.stringify(typeIds)}))
        and (s.superseded_by is null or s.superseded_by > ${job.asOf})
        ${knowsSnapshot(job) ? sql`and ${isLive(sql`s.resource_key`, job.sinceSeq)}` : sql``}
      order by s.seq`,
  )

/** Pages of lines, each with its position and a blank in front; and nothing more, where there is no line as it was written. */
const readCandidates = (
  db: Db,
  { baseUrl }: Job,
  after: number,
  bounds: PageBounds,
  candidates: (within: PageBounds) => RawBuilder<unknown>,
): Promise<Page | undefined> =>
  readBounded(db, after, bounds, async (within) => {
    const page = sql`select ${pageOf(db, sql`s.position || ' ' || coalesce(b.line, '')`)}
      from (select position, marked, line_bytes from scanned where line_bytes is not null) s
      left join resource_body b on b.position = s.position and ${isReadable(db, baseUrl)}`
    const { rows } = await pageRowOf(candidates(within), within, page).execute(db.query)
    return rows[0]
  })

const shown = (job: Job): RawBuilder<unknown> => isInSnapshot(job, sql`v.deleted`, sql`v.superseded_by`)

/** The versions at these positions match a filter of their type. */
export const insertMatches = (lease: Lease, positions: readonly number[]): Statement =>
  sql`insert into job_match (job_id, position) select ${lease.jobId}, value from json_each(${JSON.stringify(positions)})
    where ${holdsLease(lease)} on conflict do nothing`
