import { type ResourceType, typeIdOf } from '../fhir/resource-type.ts'
import type { Db } from './db.ts'

/** Whether there is such a resource now; of what stands in it nothing is read. */
export const isThere = async (db: Db, type: ResourceType, id: string): Promise<boolean> => {
  const row = await db.query
    .selectFrom('resource as r')
    .innerJoin('resource_version as v', 'v.position', 'r.current_position')
    .select('v.deleted')
    .where('r.type_id', '=', typeIdOf(type))
    .where('r.id', '=', id)
    .executeTakeFirst()
  return row?.deleted === 0
}
