import type { ResourceType } from '../fhir/resource-type.ts'
import { typeIdOf } from '../fhir/resource-type.ts'
import type { Db } from './db.ts'

/** The current version of a resource as it stands in the store; `line` is empty when that version is a delete. */
export type StoredVersion = {
  readonly versionId: number
  readonly lastUpdated: number
  readonly deleted: boolean
  readonly line: string
}

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
  return row === undefined
    ? undefined
    : {
        versionId: row.version_id,
        lastUpdated: row.last_updated,
        deleted: row.deleted === 1,
        line: row.line ?? '',
      }
}
