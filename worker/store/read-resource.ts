import { stripMarks } from '../fhir/attachment-urls.ts'
import type { ResourceType } from '../fhir/resource-type.ts'
import { typeIdOf } from '../fhir/resource-type.ts'
import type { Db } from './db.ts'

/** A version of a resource as it was given, without the marks of the store; `line` is empty when that version is a delete. */
export type StoredVersion = {
  readonly versionId: number
  readonly lastUpdated: number
  readonly deleted: boolean
  readonly line: string
}

/** The current version. */
export const readResource = async (
  db: Db,
  type: ResourceType,
  id: string,
): Promise<StoredVersion | undefined> => {
  const row = await db.query
    .selectFrom('resource as r')
    .innerJoin('resource_version as v', 'v.position', 'r.current_position')
    .leftJoin('resource_body as b', 'b.position', 'v.position')
    .select(['v.version_id', 'v.last_updated', 'v.deleted', 'b.line'])
    .where('r.type_id', '=', typeIdOf(type))
    .where('r.id', '=', id)
    .executeTakeFirst()
  return row === undefined ? undefined : versionOf(row)
}

/** The version of that number, current or not. */
export const readVersion = async (
  db: Db,
  type: ResourceType,
  id: string,
  versionId: number,
): Promise<StoredVersion | undefined> => {
  const row = await db.query
    .selectFrom('resource as r')
    .innerJoin('resource_version as v', 'v.resource_key', 'r.resource_key')
    .leftJoin('resource_body as b', 'b.position', 'v.position')
    .select(['v.version_id', 'v.last_updated', 'v.deleted', 'b.line'])
    .where('r.type_id', '=', typeIdOf(type))
    .where('r.id', '=', id)
    .where('v.version_id', '=', versionId)
    .executeTakeFirst()
  return row === undefined ? undefined : versionOf(row)
}

type VersionRow = { version_id: number; last_updated: number; deleted: 0 | 1; line: string | null }

const versionOf = (row: VersionRow): StoredVersion => ({
  versionId: row.version_id,
  lastUpdated: row.last_updated,
  deleted: row.deleted === 1,
  line: stripMarks(row.line ?? ''),
})
