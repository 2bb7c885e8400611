import { type RawBuilder, sql } from 'kysely'
import { patientTypeId, typeIdOf } from '../fhir/resource-type.ts'
import type { Db } from './db.ts'

/** What a kick-off asks before it begins: who is there now, by key. The plan looks again, at `asOf`. */

const groupTypeId = typeIdOf('Group')

/** The `resource_key` of a Group that is there. */
export const readGroupKey = async (db: Db, id: string): Promise<number | undefined> => {
  const { rows } = await sql<{ key: number }>`select r.resource_key as key from resource r
    cross join resource_version v on v.position = r.current_position
    where r.type_id = ${groupTypeId} and r.id = ${id} and v.deleted = 0`.execute(db.query)
  return rows[0]?.key
}

/** The id of a Group, whether it is there or was deleted. */
export const readGroupId = async (db: Db, key: number): Promise<string | undefined> => {
  const { rows } = await sql<{ id: string }>`select id from resource
    where resource_key = ${key} and type_id = ${groupTypeId}`.execute(db.query)
  return rows[0]?.id
}

/** The keys of those of the patients that are there, by id. */
export const readPatientKeys = async (
  db: Db,
  ids: readonly string[],
): Promise<ReadonlyMap<string, number>> => {
  const { rows } = await sql<{ id: string; key: number }>`select r.id, r.resource_key as key
    from json_each(${JSON.stringify(ids)}) p
    cross join resource r on r.type_id = ${patientTypeId} and r.id = p.value
    cross join resource_version v on v.position = r.current_position
    where v.deleted = 0`.execute(db.query)
  return new Map(rows.map(({ id, key }) => [id, key]))
}

/** Those of the patients who are members of the Group at `now`, of itself or of one nested in it. */
export const readMembersAmong = async (
  db: Db,
  groupKey: number,
  patientKeys: readonly number[],
  now: number,
): Promise<ReadonlySet<number>> => {
  const own = await membersAmong(db, sql`select ${groupKey}`, patientKeys, now)
  if (own.size === patientKeys.length) return own
  // Only now are all members looked at, for there may be groups among them.
  const nested = sql`select ${groupKey} union ${groupsInside(now)}`
  return membersAmong(db, nested, patientKeys, now)
}

/** Whether one of the patients is a member at `now` of one of the Groups, or of one nested in it. */
export const isMemberOfAny = async (
  db: Db,
  groupIds: readonly string[],
  patientIds: readonly string[],
  now: number,
): Promise<boolean> => {
  const { rows } = await sql<{ found: 0 | 1 }>`with recursive g (key) as materialized (
      select r.resource_key from json_each(${JSON.stringify(groupIds)}) i
      cross join resource r on r.type_id = ${groupTypeId} and r.id = i.value
      cross join resource_version v on v.position = r.current_position where v.deleted = 0
      union ${groupsInside(now)})
    select exists (select 1 from json_each(${JSON.stringify(patientIds)}) i
      cross join resource p on p.type_id = ${patientTypeId} and p.id = i.value
      cross join g
      cross join group_member m on m.group_key = g.key and m.member_key = p.resource_key
      where ${countsNow(now)}) as found`.execute(db.query)
  return rows[0]?.found === 1
}

const membersAmong = async (
  db: Db,
  groupKeys: RawBuilder<unknown>,
  patientKeys: readonly number[],
  now: number,
): Promise<ReadonlySet<number>> => {
  const { rows } = await sql<{ key: number }>`with recursive g (key) as materialized (${groupKeys})
    select p.value as key from json_each(${JSON.stringify(patientKeys)}) p
    where exists (select 1 from g
      cross join group_member m on m.group_key = g.key and m.member_key = p.value where ${countsNow(now)})`.execute(
    db.query,
  )
  return new Set(rows.map(({ key }) => key))
}

/** SQL: the Groups that are members of those in `g`. */
const groupsInside = (now: number): RawBuilder<unknown> =>
  sql`select m.member_key from g cross join group_member m on m.group_key = g.key
      cross join resource r on r.resource_key = m.member_key
      cross join resource_version v on v.position = r.current_position
      where r.type_id = ${groupTypeId} and v.deleted = 0 and ${countsNow(now)}`

const countsNow = (now: number): RawBuilder<unknown> =>
  sql`m.removed_seq is null and m.inactive = 0 and (m.period_start is null or m.period_start <= ${now})
    and (m.period_end is null or m.period_end >= ${now})`
