import { type RawBuilder, sql } from 'kysely'
import { patientTypeId, typeIdOf } from '../fhir/resource-type.ts'
import type { Db } from './db.ts'
import type { Job } from './jobs.ts'
import { isCurrent, isLive } from './live.ts'
import { positionOf } from './position.ts'
import { addedOf, countsAt, type PatientRange } from './resolve-population.ts'

/**
 * Who a job would be about, looked at without one: the rules are those of `resolve-population.ts`, but nothing is written, and of many
 * only some are looked at.
 */
export type SampledMember = { readonly key: number; readonly addedSeq: number }
/** Members of a group with a key in (`after`, `end`]. */
export type MemberPiece = { readonly group: SampledMember; readonly after: number; readonly end: number }
/** What was found in the first rows of a piece, up to `last`. */
export type Looked = {
  readonly after: number
  readonly end: number
  readonly rows: number
  readonly last: number
  readonly patients: readonly SampledMember[]
  readonly groups: readonly SampledMember[]
}

const groupTypeId = typeIdOf('Group')

export type MemberBounds = { readonly group: SampledMember; readonly first: number; readonly last: number }

/** The first and the last key in each group: two seeks. */
export const readMemberBounds = async (
  db: Db,
  groups: readonly SampledMember[],
): Promise<readonly MemberBounds[]> => {
  const ofGroup = sql`from group_member where group_key = g.value order by group_key`
  const { rows } = await sql<{ at: number; first: number; last: number }>`select g.key as at,
      (select member_key ${ofGroup}, member_key limit 1) as first,
      (select member_key ${ofGroup} desc, member_key desc limit 1) as last
    from json_each(${JSON.stringify(groups.map(({ key }) => key))}) g`.execute(db.query)
  return rows.flatMap(({ at, ...bounds }) => {
    const group = groups[at]
    return group === undefined ? [] : [{ group, ...bounds }]
  })
}

/** The members among the first `maxRows` rows of each piece, patients and groups, and since when each has belonged by way of its group. */
export const readMemberPieces = async (
  db: Db,
  job: Job,
  pieces: readonly MemberPiece[],
  maxRows: number,
): Promise<readonly (Looked & MemberPiece)[]> => {
  if (pieces.length === 0) return []
  const answers = await db.read(pieces.map((piece) => membersOfPiece(job, piece, maxRows)))
  return answers.flatMap(({ rows: [row] }, index) => {
    const piece = pieces[index]
    return row === undefined || piece === undefined ? [] : [{ ...piece, ...toLooked(piece, row) }]
  })
}

type MemberRow = { rows: number; last: number | null; members: string }

const membersOfPiece = (
  job: Job,
  { group: { key: groupKey, addedSeq }, after, end }: MemberPiece,
  maxRows: number,
): RawBuilder<MemberRow> => sql<MemberRow>`
  with scanned as materialized (select member_key from group_member
    where group_key = ${groupKey} and member_key > ${after} and member_key <= ${end} order by member_key limit ${maxRows})
  select (select count(*) from scanned) as rows, (select max(member_key) from scanned) as last,
    json_group_array(json_array(e.member_key, r.type_id, e.added_seq)) as members
  from (select m.member_key, max(${addedSeq}, min(${addedOf(job)})) as added_seq from group_member m
      where m.group_key = ${groupKey} and m.member_key > ${after} and m.member_key <= (select max(member_key) from scanned)
        and ${countsAt(sql`m`, job.asOf, job.transactionTime)}
      group by m.member_key) e
    cross join resource r on r.resource_key = e.member_key
  where r.type_id = ${patientTypeId} or (r.type_id = ${groupTypeId} and ${isLive(sql`e.member_key`, job.asOf)})`

const toLooked = (
  { after, end }: Pick<Looked, 'after' | 'end'>,
  { rows, last, members }: MemberRow,
): Looked => {
  const found: readonly (readonly [key: number, typeId: number, addedSeq: number])[] = JSON.parse(members)
  const ofType = (wanted: number): readonly SampledMember[] =>
    found.flatMap(([key, typeId, addedSeq]) => (typeId === wanted ? [{ key, addedSeq }] : []))
  return {
    after,
    end,
    rows,
    last: last ?? end,
    patients: ofType(patientTypeId),
    groups: ofType(groupTypeId),
  }
}

/** Patients who have come since `_since`, among the first `maxRows` versions of Patients since then (`takeNewcomers`). */
export const readNewcomers = async (db: Db, job: Job, maxRows: number): Promise<Looked> => {
  const piece = { after: positionOf(patientTypeId, job.sinceSeq), end: positionOf(patientTypeId, job.asOf) }
  const isNew = sql`${isCurrent(sql`n.deleted`, sql`n.superseded_by`, job.asOf)}
    and not ${isLive(sql`n.resource_key`, job.sinceSeq)}`
  const { rows } = await sql<MemberRow>`
    with scanned as materialized (select v.position, v.resource_key, v.deleted, v.superseded_by from resource_version v
      where v.position > ${piece.after} and v.position <= ${piece.end} order by v.position limit ${maxRows})
    select count(*) as rows, max(n.position) as last,
      json_group_array(json_array(n.resource_key, ${patientTypeId}, ${job.asOf})) filter (where ${isNew}) as members
    from scanned n`.execute(db.query)
  return toLooked(piece, rows[0] ?? { rows: 0, last: null, members: '[]' })
}

/** A patient of a population, and after which seq his resources count. */
export type SampledPatient = readonly [key: number, afterSeq: number]

/** Those of the members who are there at `asOf`, in the order of their keys (`numberPatients`). */
export const readSampledPatients = async (
  db: Db,
  { asOf, sinceSeq }: Job,
  members: readonly SampledMember[],
  { known, added }: PatientRange,
): Promise<readonly SampledPatient[]> => {
  const given = members.map(({ key, addedSeq }) => [key, addedSeq > sinceSeq ? added : known])
  const { rows } = await sql<{ key: number; afterSeq: number }>`
    select m.value ->> 0 as key, case when ${isLive(sql`(m.value ->> 0)`, sinceSeq)} then m.value ->> 1 else 0 end as afterSeq
    from json_each(${JSON.stringify(given)}) m where ${isLive(sql`(m.value ->> 0)`, asOf)}`.execute(db.query)
  return rows.map(({ key, afterSeq }) => [key, afterSeq] as const).sort(([a], [b]) => a - b)
}
