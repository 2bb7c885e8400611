import { type RawBuilder, sql } from 'kysely'
import { headerBytes, headerEnd, headerStart } from '../fhir/block-header.ts'
import { patientTypeId, typeIdOf } from '../fhir/resource-type.ts'
import { type BlockRows, type Place, patientSeqAt, positionAt, slots } from './block.ts'
import { groupTypeId, isOfAll, provenanceTypeId, typesOfLevel } from './exported-types.ts'
import type { Job } from './jobs.ts'
import { holdsNoStranger, isCurrent, isShown } from './live.ts'
import { positionOf } from './position.ts'
import { isNotOfOthers } from './read-walk.ts'

type Sql = RawBuilder<unknown>

/** Behind `after`, up to `end`, inclusive; with headers, of those who have blocks, once that is known. */
export type BlockRange = { readonly after: Place; readonly end: Place; readonly isMeasured: boolean }

/**
 * SQL for the next `maxRows` rows of blocks, in the order of their places: `ordinal`, `row_number`, `position`; `line_bytes` and `marked` of
 * what belongs into the block, else null; whether it `is_news`; and of a header its text.
 *
 * Each of the united selects has this order by its indexes, and SQLite merges them as they come: nothing is sorted. `kind` is one less
 * than the slot of a place: the type id of all others than the header and the Patient himself.
 */
export const blockRows = (job: Job, { base, span }: BlockRows, range: BlockRange, maxRows: number): Sql => {
  const selects = [
    ...(range.isMeasured ? [headers(job, range)] : []),
    ...(isWanted(job, patientTypeId) ? [patients(job, range)] : []),
    compartments(job, range),
    extras(job, range),
  ]
  return sql`select s.ordinal, ((s.ordinal - ${base}) * ${slots} + s.kind + 1) * ${span} + s.seq as row_number,
      s.position, s.marked, s.line_bytes, s.is_news, s.header
    from (${sql.join(selects, sql` union all `)} order by 1, 2, 3 limit ${maxRows}) s`
}

const headers = (job: Job, range: BlockRange): Sql =>
  sql`select p.ordinal, -1 as kind, 0 as position, 0 as seq, 0 as marked, ${headerBytes('')} + length(r.id) as line_bytes,
      0 as is_news, ${headerStart} || r.id || ${headerEnd} as header
    from job_patient p cross join resource r on r.resource_key = p.patient_key
    where ${ofRange(job, range)} and p.ordinal > ${range.after.ordinal}`

/**
 * The Patient himself, not one who merely links to him: what there is of him since the patient's `after_seq`; and, though it is no news, as
 * he is (IG, `_since`: referenced resources may be returned whenever they were changed).
 */
const patients = (job: Job, range: BlockRange): Sql => {
  const type = positionOf(patientTypeId, 0)
  const { deleted, supersededBy } = state
  const isHis = sql`v.resource_key = p.patient_key and ${isShown(job, deleted, supersededBy)}
    and (v.seq > p.after_seq or ${isCurrent(deleted, supersededBy, job.asOf)})`
  return sql`select p.ordinal, 0 as kind, c.position, v.seq, v.marked, case when ${isHis} then v.bytes end as line_bytes,
      v.seq > p.after_seq as is_news, null as header
    from job_patient p
    cross join compartment c on c.patient_key = p.patient_key
      and c.position > ${type} + ${ofFirst(range, patientSeqAt(range.after))}
      and c.position <= ${type} + min(p.until_seq, ${ofLast(range, patientSeqAt(range.end))})
    cross join resource_version v on v.position = c.position
    where ${ofRange(job, range)}`
}

/** Types come from their table, because only of a table SQLite knows the order. Of one that has nothing new for anybody nobody is asked. */
const compartments = (job: Job, range: BlockRange): Sql => {
  const types = JSON.stringify(otherTypes(job))
  const oneType = positionOf(1, 0)
  const since = job.hasSince
    ? sql`(select min(p.after_seq) from job_patient p where ${ofRange(job, range)})`
    : sql`0`
  return sql`select p.ordinal, t.type_id as kind, c.position, v.seq, v.marked,
      case when ${belongsHere(job)} then v.bytes end as line_bytes, 1 as is_news, null as header
    from job_patient p
    cross join resource_type t on t.type_id > 0 and t.type_id < ${slots} and +t.type_id in (
      select k.value from json_each(${types}) k where exists (select 1 from resource_version n
        where n.position > k.value * ${oneType} + ${since} and n.position <= k.value * ${oneType} + ${job.untilSeq}))
    cross join compartment c on c.patient_key = p.patient_key
      and c.position > max(t.type_id * ${oneType} + p.after_seq, ${ofFirst(range, positionAt(range.after))})
      and c.position <= min(t.type_id * ${oneType} + p.until_seq, ${ofLast(range, positionAt(range.end))})
    cross join resource_version v on v.position = c.position
    where ${ofRange(job, range)} and not ${isExtra}`
}

/** Provenance that no compartment holds, or that was chosen. */
const extras = (job: Job, range: BlockRange): Sql => {
  const { deleted, supersededBy } = state
  return sql`select p.ordinal, ${sql.lit(provenanceTypeId)} as kind, x.position, v.seq, v.marked,
      case when ${isShown(job, deleted, supersededBy)} then v.bytes end as line_bytes, 1 as is_news, null as header
    from job_patient p
    cross join job_extra x on x.job_id = p.job_id and x.ordinal = p.ordinal
      and x.position > max(${positionOf(provenanceTypeId, 0)}, ${ofFirst(range, positionAt(range.after))})
      and x.position < min(${positionOf(provenanceTypeId + 1, 0)}, ${ofLast(range, positionAt(range.end))} + 1)
    cross join resource_version v on v.position = x.position
    where ${ofRange(job, range)}`
}

const state = { deleted: sql`v.deleted`, supersededBy: sql`v.superseded_by` }

const ofRange = ({ jobId }: Job, { after, end, isMeasured }: BlockRange): Sql =>
  sql`p.job_id = ${jobId} and p.ordinal >= ${after.ordinal} and p.ordinal <= ${end.ordinal}
    ${isMeasured ? sql`and p.block_lines > 0` : sql``}`

/** Where the range begins inside the block of its first patient, and ends inside that of its last. */
const ofFirst = ({ after }: BlockRange, place: number): Sql =>
  sql`case when p.ordinal = ${after.ordinal} then ${place} else 0 end`
const ofLast = ({ end }: BlockRange, place: number): Sql =>
  sql`case when p.ordinal = ${end.ordinal} then ${place} else ${positionOf(slots, 0)} end`

/**
 * What several patients have stands in the block of each. A Group does in that of the first only: it names all its members, so that with
 * them its copies would grow as their square.
 */
const belongsHere = (job: Job): Sql => {
  const shown = isShown(job, state.deleted, state.supersededBy)
  if (!otherTypes(job).includes(groupTypeId)) return shown
  const ofGroup = [
    isNotOfOthers(job),
    ...(isOfAll(job) ? [] : [holdsNoStranger(job, 'job_patient', sql`v.resource_key`, job.asOf)]),
  ]
  return sql`${shown} and (t.type_id <> ${groupTypeId} or (${sql.join(ofGroup, sql` and `)}))`
}

/** Where a request chooses among Provenance, all of it is among the extras. */
const otherTypes = (job: Job): readonly number[] => {
  const isChosen = job.shape.associated.provenance !== 'default'
  return typesOfLevel(job).filter(
    (typeId) => typeId !== patientTypeId && !(isChosen && typeId === provenanceTypeId),
  )
}

const isExtra = sql`(t.type_id = ${sql.lit(typeIdOf('Provenance'))} and exists (select 1 from job_extra e
  where e.job_id = p.job_id and e.ordinal = p.ordinal and e.position = c.position))`

const isWanted = (job: Job, typeId: number): boolean => typesOfLevel(job).includes(typeId)
