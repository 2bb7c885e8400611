import { type RawBuilder, sql } from 'kysely'
import { stripMarks } from '../fhir/attachment-urls.ts'
import { patientTypeId, typeIdOf } from '../fhir/resource-type.ts'
import type { Db } from './db.ts'
import { jsonPieces } from './json-pieces.ts'
import type { StoredVersion } from './read-resource.ts'

/** Where a patient stands in a Group now: each interval of membership that is open. */
export type Membership = {
  readonly isActive: boolean
  readonly periodStart: number | null
  readonly periodEnd: number | null
}
export type GroupAndPatients = {
  readonly group: StoredVersion | undefined
  /** By id; a patient of the question who is not among them is no member. */
  readonly memberships: ReadonlyMap<string, readonly Membership[]>
  /** Patients of the question that are not in the store, or deleted. */
  readonly missing: readonly string[]
}

/** A Group as it is now and what these patients are to it, as of one moment and each found by key. */
export const readGroupAndPatients = async (
  db: Db,
  groupId: string,
  patientIds: readonly string[],
): Promise<GroupAndPatients> => {
  const [found, ...answers] = await db.read([
    selectGroup(groupId),
    ...jsonPieces(patientIds).map((piece) => selectPatients(groupId, piece)),
  ])
  const memberships = new Map<string, Membership[]>()
  const missing: string[] = []
  for (const { rows } of answers) {
    for (const row of rows) {
      if (row.isThere === 0) missing.push(row.id)
      if (row.inactive === null) continue
      const { periodStart, periodEnd } = row
      const known = memberships.get(row.id) ?? []
      known.push({ isActive: row.inactive === 0, periodStart, periodEnd })
      memberships.set(row.id, known)
    }
  }
  const group = found.rows[0]
  return {
    group: group && { ...group, deleted: group.deleted === 1, line: stripMarks(group.line ?? '') },
    memberships,
    missing,
  }
}

const groupTypeId = typeIdOf('Group')

type GroupRow = { versionId: number; lastUpdated: number; deleted: 0 | 1; line: string | null }

const selectGroup = (groupId: string): RawBuilder<GroupRow> =>
  sql<GroupRow>`select v.version_id as versionId, v.last_updated as lastUpdated, v.deleted, b.line
    from resource r cross join resource_version v on v.position = r.current_position
    left join resource_body b on b.position = v.position
    where r.type_id = ${groupTypeId} and r.id = ${groupId}`

type PatientRow = {
  id: string
  isThere: 0 | 1
  inactive: 0 | 1 | null
  periodStart: number | null
  periodEnd: number | null
}

/** Patients who are there and no members, the usual ones to be added, give no row. */
const selectPatients = (groupId: string, ids: string): RawBuilder<PatientRow> =>
  sql<PatientRow>`select d.value as id, coalesce(v.deleted, 1) = 0 as isThere, x.inactive,
      x.period_start as periodStart, x.period_end as periodEnd
    from json_each(${ids}) d
    left join resource m on m.type_id = ${patientTypeId} and m.id = d.value
    left join resource_version v on v.position = m.current_position
    left join group_member x on x.member_key = m.resource_key and x.removed_seq is null
      and x.group_key = (select resource_key from resource where type_id = ${groupTypeId} and id = ${groupId})
    where x.inactive is not null or v.deleted is not 0`
