import { typeOfId } from '../fhir/resource-type.ts'
import type { Db } from './db.ts'
import { readResource, readVersion, type StoredVersion } from './read-resource.ts'
import type { ReadTarget } from './write-all-versions.ts'

/** The current version of a resource or, with `versionId`, that one. */
export const readTarget = (
  db: Db,
  { typeId, id, versionId }: ReadTarget,
): Promise<StoredVersion | undefined> =>
  versionId === undefined
    ? readResource(db, typeOfId(typeId), id)
    : readVersion(db, typeOfId(typeId), id, versionId)
