import type { Deps } from '../deps.ts'
import { SluiceError } from '../errors.ts'
import type { ResourceType } from '../fhir/resource-type.ts'
import { readVersion, type StoredVersion } from '../store/read-resource.ts'

/** A version by its number; one that is a delete is `deleted` (410), one that never was `not-found` (404). */
export const getVersion = async (
  { db }: Deps,
  type: ResourceType,
  id: string,
  versionId: number,
): Promise<StoredVersion> => {
  const version = await readVersion(db, type, id, versionId)
  const name = `${type}/${id}/_history/${versionId}`
  if (version === undefined) throw new SluiceError('not-found', `Cannot read ${name}: there is none`)
  if (version.deleted) throw new SluiceError('deleted', `Cannot read ${name}: this version is a delete`)
  return version
}
