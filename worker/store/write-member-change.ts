import { sql } from 'kysely'
import { patientTypeId } from '../fhir/resource-type.ts'
import type { Statement } from './db.ts'
import { jsonPieces } from './json-pieces.ts'
import { newPosition } from './new-versions.ts'
import type { Draft, MemberChange } from './write-versions.ts'

/**
 * Ends and begins the intervals of these members only, each found by key: what it costs depends on them, not on how many members the Group
 * has or has had. Where the version was refused, nothing is at its position, and nothing happens.
 */
export const changeMembers = (drafts: readonly Draft[]): readonly Statement[] =>
  drafts.flatMap(({ typeId, memberChange }, index) => {
    if (memberChange === undefined) return []
    const position = newPosition(drafts.length, sql.lit(typeId), sql.lit(index))
    return [...endMembers(memberChange, position), ...beginMembers(memberChange, position)]
  })

const endMembers = ({ ended }: MemberChange, position: Statement): readonly Statement[] =>
  jsonPieces(ended).map(
    (
      piece,
    ) => sql`update group_member set removed_seq = (select seq from resource_version where position = ${position})
      where group_key in (select resource_key from resource_version where position = ${position})
        and member_key in (select m.resource_key from json_each(${piece}) d
          cross join resource m on m.type_id = ${patientTypeId} and m.id = d.value)
        and removed_seq is null`,
  )

const beginMembers = ({ begun }: MemberChange, position: Statement): readonly Statement[] => {
  const rows = begun.map((member) => [
    member.typeId,
    member.id,
    member.inactive ? 1 : 0,
    member.periodStart,
    member.periodEnd,
  ])
  return jsonPieces(rows).map(
    (piece) => sql`insert into group_member
        (group_key, member_key, added_seq, ordinal, removed_seq, inactive, period_start, period_end)
      select g.resource_key, m.resource_key, g.seq, d.key, null, d.value ->> 2, d.value ->> 3, d.value ->> 4
      from json_each(${piece}) d
      cross join resource_version g on g.position = ${position}
      cross join resource m on m.type_id = d.value ->> 0 and m.id = d.value ->> 1`,
  )
}
