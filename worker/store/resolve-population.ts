import { type RawBuilder, sql } from 'kysely'
import { patientTypeId, typeIdOf } from '../fhir/resource-type.ts'
import type { Db, Statement } from './db.ts'
import type { Job } from './jobs.ts'
import { isCurrent, isLive, passesFilters } from './live.ts'
import { positionOf } from './position.ts'
import { holdsLease, type Lease } from './units.ts'

/**
 * Who a job of Patient or Group level is about, found in bounded steps: groups give members (`job_member`), and of those who are there at
 * `asOf` patients are made (`job_patient`). Each function looks at the next piece and gives statements, to be committed under the
 * lease together with how far it has come.
 */
export type Piece = {
  readonly statements: readonly Statement[]
  /** Cursor: the last key looked at. */
  readonly last: number
  readonly rows: number
}

const groupTypeId = typeIdOf('Group')

/** The Group of the URL is the first of the groups whose members are taken. */
export const takeGroup = ({ groupKey }: Job, lease: Lease): Statement =>
  sql`insert into job_group (job_id, group_key, added_seq, member_after, is_done)
    select ${lease.jobId}, ${groupKey ?? null}, 0, 0, 0 where ${holdsLease(lease)} on conflict do nothing`

export type JobGroup = { readonly groupKey: number; readonly addedSeq: number; readonly memberAfter: number }

/** A group whose members are not all taken yet. */
export const readOpenGroup = async (db: Db, jobId: string): Promise<JobGroup | undefined> => {
  const { rows } =
    await sql<JobGroup>`select group_key as groupKey, added_seq as addedSeq, member_after as memberAfter
    from job_group where job_id = ${jobId} and is_done = 0 limit 1`.execute(db.query)
  return rows[0]
}

/**
 * The next members of a group: patients become members of the job, groups are taken next, each once however often and in whatever circle
 * it is nested. Only what counts at `transactionTime` does: not inactive, and within the period. Whoever comes in by several ways
 * has belonged since the earliest; a group that is found to have belonged longer is taken again.
 */
export const takeMembers = async (
  db: Db,
  job: Job,
  lease: Lease,
  group: JobGroup,
  maxRows: number,
): Promise<Piece> => {
  const { groupKey, addedSeq, memberAfter } = group
  const { rows } = await sql<{ rows: number; last: number | null }>`
    select count(*) as rows, max(member_key) as last from (select member_key from group_member
      where group_key = ${groupKey} and member_key > ${memberAfter} order by member_key limit ${maxRows})`.execute(
    db.query,
  )
  const [found = { rows: 0, last: null }] = rows
  const last = found.last ?? memberAfter
  const holds = holdsLease(lease)
  const members = sql`(select m.member_key, max(${addedSeq}, min(${addedOf(job)})) as added_seq from group_member m
      where m.group_key = ${groupKey} and m.member_key > ${memberAfter} and m.member_key <= ${last}
        and ${countsAt(sql`m`, job.asOf, job.transactionTime)}
      group by m.member_key) e
    cross join resource r on r.resource_key = e.member_key`
  const listed =
    job.patientKeys === undefined
      ? sql`true`
      : sql`e.member_key in (select value from json_each(${JSON.stringify(job.patientKeys)}))`
  const isDone = found.rows < maxRows ? 1 : 0
  return {
    last,
    rows: found.rows,
    statements: [
      sql`insert into job_member (job_id, patient_key, added_seq)
        select ${job.jobId}, e.member_key, e.added_seq from ${members}
        where r.type_id = ${patientTypeId} and ${listed} and ${holds}
        on conflict do update set added_seq = min(added_seq, excluded.added_seq)`,
      sql`update job_group set member_after = ${last}, is_done = ${isDone}
        where job_id = ${job.jobId} and group_key = ${groupKey} and ${holds}`,
      sql`insert into job_group (job_id, group_key, added_seq, member_after, is_done)
        select ${job.jobId}, e.member_key, e.added_seq, 0, 0 from ${members}
        where r.type_id = ${groupTypeId} and ${isLive(sql`e.member_key`, job.asOf)} and ${holds}
        on conflict do update set added_seq = excluded.added_seq, member_after = 0, is_done = 0
          where excluded.added_seq < job_group.added_seq`,
    ],
  }
}

/** Of a row of `group_member`: at this snapshot and instant the entry makes its entity a member. */
export const countsAt = (m: RawBuilder<unknown>, seq: number, ms: number): RawBuilder<unknown> =>
  sql`${m}.added_seq <= ${seq} and (${m}.removed_seq is null or ${m}.removed_seq > ${seq}) and ${m}.inactive = 0
    and (${m}.period_start is null or ${m}.period_start <= ${ms})
    and (${m}.period_end is null or ${m}.period_end >= ${ms})`

/**
 * Whoever was a member at `_since` has belonged since ever, though by another entry, and whoever was not, since then (a period may
 * begin though nothing is written): of two values only, so that no group is taken more than twice.
 */
export const addedOf = ({ sinceSeq, sinceMs }: Job): RawBuilder<unknown> =>
  sinceMs === undefined
    ? sql`0`
    : sql`case when exists (select 1 from group_member s where s.group_key = m.group_key and s.member_key = m.member_key
        and ${countsAt(sql`s`, sinceSeq, sinceMs)}) then 0 else ${sinceSeq + 1} end`

/** The patients that the request lists; that they are there was checked at kick-off, and is again here, at `asOf`. */
export const takeListed = ({ patientKeys }: Job, lease: Lease): Statement =>
  sql`insert into job_member (job_id, patient_key, added_seq)
    select ${lease.jobId}, value, 0 from json_each(${JSON.stringify(patientKeys ?? [])})
    where ${holdsLease(lease)} on conflict do nothing`

/**
 * Patients who are there at `asOf` and were not at `_since`: what they had already then, loaded before them or before they were
 * deleted, no export has brought yet.
 */
export const takeNewcomers = (
  db: Db,
  job: Job,
  lease: Lease,
  after: number,
  maxRows: number,
): Promise<Piece> => {
  const isNew = sql`not ${isLive(sql`n.resource_key`, job.sinceSeq)}`
  return takePatients(db, job, lease, after, maxRows, {
    sinceSeq: job.sinceSeq,
    addedSeq: job.asOf,
    of: isNew,
  })
}

/** All patients who are there at `asOf`, as members since ever. */
export const takeEverybody = (
  db: Db,
  job: Job,
  lease: Lease,
  after: number,
  maxRows: number,
): Promise<Piece> => takePatients(db, job, lease, after, maxRows, { sinceSeq: 0, addedSeq: 0, of: sql`true` })

type TakenPatients = {
  readonly sinceSeq: number
  readonly addedSeq: number
  readonly of: RawBuilder<unknown>
}

const takePatients = async (
  db: Db,
  job: Job,
  lease: Lease,
  after: number,
  maxRows: number,
  { sinceSeq, addedSeq, of }: TakenPatients,
): Promise<Piece> => {
  const [first, end] = [positionOf(patientTypeId, sinceSeq), positionOf(patientTypeId, job.asOf)]
  const versions = sql`select v.position, v.resource_key, v.deleted, v.superseded_by from resource_version v
    where v.position > ${Math.max(after, first)} and v.position <= ${end} order by v.position limit ${maxRows}`
  const { rows } = await sql<{ rows: number; last: number | null }>`
    select count(*) as rows, max(position) as last from (${versions})`.execute(db.query)
  const [found = { rows: 0, last: null }] = rows
  return {
    last: found.last ?? end,
    rows: found.rows,
    statements: [
      sql`insert into job_member (job_id, patient_key, added_seq)
        select ${job.jobId}, n.resource_key, ${addedSeq} from (${versions}) n
        where ${isCurrent(sql`n.deleted`, sql`n.superseded_by`, job.asOf)}
          and ${of} and ${holdsLease(lease)} on conflict do nothing`,
    ],
  }
}

export type PatientRange = {
  /** Of a patient who has belonged since before `_since`, and of one who has come later: from which seq on. */
  readonly known: number
  readonly added: number
  readonly until: number
}

/** The next members become patients, if they are there at `asOf`, with numbers in the order of their keys. */
export const numberPatients = async (
  db: Db,
  job: Job,
  lease: Lease,
  after: number,
  { known, added, until }: PatientRange,
  maxRows: number,
): Promise<Piece> => {
  const members = sql`select m.patient_key, m.added_seq from job_member m
    where m.job_id = ${job.jobId} and m.patient_key > ${after} order by m.patient_key limit ${maxRows}`
  const { rows } = await sql<{ rows: number; last: number | null }>`
    select count(*) as rows, max(patient_key) as last from (${members})`.execute(db.query)
  const [found = { rows: 0, last: null }] = rows
  const wasThere = isLive(sql`n.patient_key`, job.sinceSeq)
  return {
    last: found.last ?? after,
    rows: found.rows,
    statements: [
      sql`insert into job_patient (job_id, ordinal, patient_key, after_seq, until_seq)
        select ${job.jobId}, row_number() over (order by n.patient_key)
            + coalesce((select max(ordinal) from job_patient where job_id = ${job.jobId}), 0),
          n.patient_key,
          case when not ${wasThere} then 0 when n.added_seq > ${job.sinceSeq} then ${added} else ${known} end, ${until}
        from (${members}) n where ${isLive(sql`n.patient_key`, job.asOf)} and ${holdsLease(lease)}`,
    ],
  }
}

/** How many patients the population has. */
export const countPatients = async (db: Db, jobId: string): Promise<number> => {
  const { rows } = await sql<{ n: number | null }>`
    select max(ordinal) as n from job_patient where job_id = ${jobId}`.execute(db.query)
  return rows[0]?.n ?? 0
}

/**
 * Rows of each type that belong to the patients of these ordinals; of one that changed it counts every version. Of a type that has nothing
 * new for any of them nobody is asked: most types are never used, and with `_since` most of the others have not changed. What a client
 * may not have is not counted either, for progress tells of these numbers.
 */
export const countWalks = async (
  db: Db,
  job: Job,
  typeIds: readonly number[],
  afterOrdinal: number,
  lastOrdinal: number,
): Promise<readonly { readonly typeId: number; readonly rows: number }[]> => {
  const { jobId, untilSeq } = job
  const andAllowed = job.authorization === undefined ? sql`` : sql`and ${passesFilters(job, sql`c.position`)}`
  const ofOrdinals = sql`p.job_id = ${jobId} and p.ordinal > ${afterOrdinal} and p.ordinal <= ${lastOrdinal}`
  const { rows } = await sql<{ typeId: number; rows: number }>`
    select t.value as typeId, (select count(*) from job_patient p
      cross join compartment c on c.patient_key = p.patient_key
        and c.position > t.value * ${positionOf(1, 0)} + p.after_seq
        and c.position <= t.value * ${positionOf(1, 0)} + p.until_seq
      where ${ofOrdinals} ${andAllowed}) as rows
    from json_each(${JSON.stringify(typeIds)}) t
    where exists (select 1 from resource_version v
      where v.position > t.value * ${positionOf(1, 0)} + (select min(p.after_seq) from job_patient p where ${ofOrdinals})
        and v.position <= t.value * ${positionOf(1, 0)} + ${untilSeq})`.execute(db.query)
  return rows.filter((row) => row.rows > 0)
}
