import { type RawBuilder, sql } from 'kysely'
import { patientTypeId, typeIdOf } from '../fhir/resource-type.ts'
import type { Statement } from './db.ts'
import { jsonPieces } from './json-pieces.ts'
import { newPosition, newVersions } from './new-versions.ts'
import type { Draft } from './write-versions.ts'

/** The rows written beside a version: names of resources, compartments, references, Group members (DESIGN 4). */
export const nameResources = (drafts: readonly Draft[]): readonly Statement[] => {
  const names = new Map<string, readonly [number, string]>()
  const name = (typeId: number, id: string) => names.set(`${typeId}/${id}`, [typeId, id])
  for (const draft of drafts) {
    name(draft.typeId, draft.id)
    for (const { typeId, id } of draft.references) name(typeId, id)
    for (const { typeId, id } of draft.members) name(typeId, id)
    for (const id of draft.patientIds) name(patientTypeId, id)
  }
  return jsonPieces([...names.values()]).map(
    (piece) => sql`insert into resource (type_id, id)
      select value ->> 0, value ->> 1 from json_each(${piece}) where true on conflict do nothing`,
  )
}

export const namePaths = (drafts: readonly Draft[]): readonly Statement[] => {
  const paths = new Set(drafts.flatMap((draft) => draft.references.map(({ path }) => path)))
  return jsonPieces([...paths]).map(
    (piece) => sql`insert into reference_path (path)
      select value from json_each(${piece}) where true on conflict do nothing`,
  )
}

export const insertCompartments = (drafts: readonly Draft[]): readonly Statement[] => {
  const rows = drafts.flatMap(({ typeId, patientIds }, index) => patientIds.map((id) => [index, typeId, id]))
  return jsonPieces(rows).map(
    (piece) => sql`insert into compartment (patient_key, position)
      select p.resource_key, n.position from json_each(${piece}) d
      cross join resource_version n on n.position = ${newPosition(drafts.length, sql`d.value ->> 1`, sql`(d.value ->> 0)`)}
      cross join resource p on p.type_id = ${patientTypeId} and p.id = d.value ->> 2`,
  )
}

export const insertReferences = (drafts: readonly Draft[]): readonly Statement[] => {
  const rows = drafts.flatMap(({ typeId, references }, index) =>
    references.map((reference) => [index, typeId, reference.path, reference.typeId, reference.id]),
  )
  return jsonPieces(rows).map(
    (piece) => sql`insert into reference (position, path_id, target_key)
      select n.position, p.path_id, t.resource_key from json_each(${piece}) d
      cross join resource_version n on n.position = ${newPosition(drafts.length, sql`d.value ->> 1`, sql`(d.value ->> 0)`)}
      cross join reference_path p on p.path = d.value ->> 2
      cross join resource t on t.type_id = d.value ->> 3 and t.id = d.value ->> 4
      where true on conflict do nothing`,
  )
}

/** Members are intervals of `seq`: one that a new version of the Group still has stays open, and keeps when it was added. */
export const closeMembers = (drafts: readonly Draft[]): Statement | undefined => {
  if (groupDrafts(drafts).length === 0) return undefined
  return sql`update group_member set removed_seq = (select n.seq from resource_version n
      where n.resource_key = group_member.group_key order by n.version_id desc limit 1)
    where group_key in (${newGroups(drafts)}) and removed_seq is null
      and ${storedMember} not in (select ${draftMember} from ${memberRows(drafts)})`
}

export const insertMembers = (drafts: readonly Draft[]): Statement | undefined => {
  if (groupDrafts(drafts).every(([, { members }]) => members.length === 0)) return undefined
  return sql`insert into group_member
      (group_key, member_key, added_seq, ordinal, removed_seq, inactive, period_start, period_end)
    select g.resource_key, m.resource_key, g.seq, d.key, null, d.value ->> 4, d.value ->> 5, d.value ->> 6
    from ${memberRows(drafts)}
    where ${draftMember} not in (select ${storedMember} from group_member
      where removed_seq is null and group_key in (${newGroups(drafts)}))`
}

/**
 * What makes two members the same, as one text. A row value would say it more plainly, but for `not in` SQLite compares one that it
 * does not find with each of the others, in case a part of those is null: 20,000 new members took 14 seconds.
 */
const storedMember = sql`group_key || ' ' || member_key || ' ' || inactive || ' ' || coalesce(period_start, '') || ' '
  || coalesce(period_end, '')`
const draftMember = sql`g.resource_key || ' ' || m.resource_key || ' ' || (d.value ->> 4) || ' ' || coalesce(d.value ->> 5, '') || ' '
  || coalesce(d.value ->> 6, '')`

const newGroups = (drafts: readonly Draft[]): RawBuilder<unknown> =>
  sql`${newVersions(drafts, sql`n.resource_key`)}
    where d.key in (select value from json_each(${json(groupDrafts(drafts).map(([index]) => index))}))`

const memberRows = (drafts: readonly Draft[]): RawBuilder<unknown> => {
  const rows = groupDrafts(drafts).flatMap(([index, { typeId, members }]) =>
    members.map((m) => [index, typeId, m.typeId, m.id, m.inactive ? 1 : 0, m.periodStart, m.periodEnd]),
  )
  return sql`json_each(${json(rows)}) d
    cross join resource_version g on g.position = ${newPosition(drafts.length, sql`d.value ->> 1`, sql`(d.value ->> 0)`)}
    cross join resource m on m.type_id = d.value ->> 2 and m.id = d.value ->> 3`
}

/** Drafts that say who all the members are: Groups, also when they are deleted or lose their last member. */
const groupDrafts = (drafts: readonly Draft[]): readonly (readonly [number, Draft])[] =>
  [...drafts.entries()].filter(
    ([, { typeId, memberChange }]) => typeId === groupTypeId && memberChange === undefined,
  )

const groupTypeId = typeIdOf('Group')

const json = (value: unknown): string => JSON.stringify(value)
