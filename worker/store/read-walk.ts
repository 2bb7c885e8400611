import { type RawBuilder, sql } from 'kysely'
import { patientTypeId } from '../fhir/resource-type.ts'
import type { Db } from './db.ts'
import { groupTypeId, isOfAll, listsPatients } from './exported-types.ts'
import type { Job } from './jobs.ts'
import { holdsNoStranger, isLive, isShown } from './live.ts'
import { linesOf, type Page, type PageBounds, readBounded } from './page.ts'
import { positionOf } from './position.ts'
import { ordinalAt, seqAt, spanOf, type Walk, walkRow } from './walk.ts'

/** Of a walk: its type, the ordinal before its first patient, and its last row, inclusive. */
export type WalkRange = { readonly typeId: number; readonly base: number; readonly end: number }

/** Patients one query looks at, though none of them had anything. */
const maxPatients = 2000

/** Reads the page after the row `after` of a walk: what the job's patients have of one type, patient by patient, each once. */
export const readWalkPage = async (
  db: Db,
  job: Job,
  range: WalkRange,
  after: number,
  bounds: PageBounds,
): Promise<Page | undefined> => {
  const walk = { base: range.base, span: spanOf(job.asOf) }
  const most = Math.min(maxPatients, job.shape.tuning.patientsAtOnce ?? maxPatients)
  const lastOrdinal = Math.min(ordinalAt(walk, range.end), ordinalAt(walk, after) + most)
  const page = await readBounded(db, after, bounds, async (within) => {
    const isBrought = isWalked(job, range.typeId)
    const wanted = range.typeId === patientTypeId ? isBrought : sql`${isBrought} and ${isNotOfOthers(job)}`
    const columns = sql`v.position, v.marked, case when ${wanted} then v.bytes end as line_bytes`
    const of = { ...walk, typeId: range.typeId, after, lastOrdinal, ...ofJob }
    const rows = walkRows(job, columns, of, within.maxRows)
    const answer = await linesOf(db, rows, within, job.baseUrl).execute(db.query)
    return answer.rows[0]
  })
  if (page !== undefined) return page
  const last = walkRow(walk, lastOrdinal, walk.span - 1)
  return { after, last, rows: 1, lines: 0, bytes: new Uint8Array(0) }
}

/** What is looked at of each patient `p`: versions with a seq above the one and up to the other. */
export type SeqRange = { readonly afterSeq: RawBuilder<unknown>; readonly untilSeq: RawBuilder<unknown> }
export const ofJob: SeqRange = { afterSeq: sql`p.after_seq`, untilSeq: sql`p.until_seq` }

/** Rows of the walk behind `after`, of patients up to an ordinal. */
export type WalkRows = Walk &
  SeqRange & { readonly typeId: number; readonly after: number; readonly lastOrdinal: number }

/** The order of the loops is that of the rows, so nothing is sorted: patients by ordinal, of each the positions of the type. */
export const walkRows = (
  job: Job,
  columns: RawBuilder<unknown>,
  walk: WalkRows,
  maxRows: number,
): RawBuilder<unknown> => {
  const { typeId, after, lastOrdinal, afterSeq, untilSeq } = walk
  const [firstOrdinal, firstSeq] = [ordinalAt(walk, after), seqAt(walk, after)]
  const type = positionOf(typeId, 0)
  return sql`select (p.ordinal - ${walk.base}) * ${walk.span} + v.seq as row_number, ${columns}
    from job_patient p
    cross join compartment c on c.patient_key = p.patient_key
      and c.position > ${type} + max(${afterSeq}, case when p.ordinal = ${firstOrdinal} then ${firstSeq} else 0 end)
      and c.position <= ${type} + ${untilSeq}
    cross join resource_version v on v.position = c.position
    where p.job_id = ${job.jobId} and p.ordinal >= ${firstOrdinal} and p.ordinal <= ${lastOrdinal}
    order by p.ordinal, c.position limit ${maxRows}`
}

/** SQL: the version `v` is one that a walk of its type brings, with this patient or another. */
export const isWalked = (job: Job, typeId: number): RawBuilder<unknown> =>
  sql`${isShown(job, sql`v.deleted`, sql`v.superseded_by`)} and ${isOfPatient(job, typeId)}`

/** What a walk finds with a patient and leaves to nobody. */
const isOfPatient = (job: Job, typeId: number): RawBuilder<unknown> => {
  if (typeId === patientTypeId) return sql`v.resource_key = p.patient_key` // one that links to him is not his
  if (typeId === groupTypeId && !isOfAll(job))
    return holdsNoStranger(job, 'job_patient', sql`v.resource_key`, sql`v.seq`)
  // A block has what is new to its own patient, whoever else has had it.
  return job.hasSince && job.shape.organizedBy === undefined ? isNotKnown(job) : sql`true`
}

/** A resource of several patients is written with the first of those in whose walk it is. SQL of `p`, `c` and `v` as above. */
export const isNotOfOthers = ({ jobId }: Job): RawBuilder<unknown> =>
  sql`not exists (select 1 from compartment o
    cross join job_patient q on q.job_id = ${jobId} and q.patient_key = o.patient_key
    where o.position = c.position and q.ordinal < p.ordinal and q.after_seq < v.seq)`

/** At Patient level a walk is about patients who have come since `_since`, and what they had before; everyone else is scanned. */
export const isOfNewcomers = (job: Job): boolean => job.level === 'patient' && !listsPatients(job)

/**
 * What somebody has had since before `_since` who was there then, the client has seen, whoever else has it now. Not so a Group:
 * with the newcomer it held a stranger (above).
 */
const isNotKnown = (job: Job): RawBuilder<unknown> => {
  const wasMember = isOfNewcomers(job)
    ? sql`true`
    : sql`exists (select 1 from job_member m where m.job_id = ${job.jobId} and m.patient_key = o.patient_key
        and m.added_seq <= ${job.sinceSeq})`
  return sql`(v.seq > ${job.sinceSeq} or not exists (select 1 from compartment o
    where o.position = c.position and ${wasMember} and ${isLive(sql`o.patient_key`, job.sinceSeq)}))`
}
