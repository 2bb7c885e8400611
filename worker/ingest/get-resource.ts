import type { Deps } from '../deps.ts'
import { SluiceError } from '../errors.ts'
import type { ResourceType } from '../fhir/resource-type.ts'
import { readResource, type StoredVersion } from '../store/read-resource.ts'

/** The current version; a deleted one is `deleted` (410), one that never was `not-found` (404). */
export const getResource = async ({ db }: Deps, type: ResourceType, id: string): Promise<StoredVersion> => {
  const version = await readResource(db, type, id)
  if (version === undefined) throw new SluiceError('not-found', `Cannot read ${type}/${id}: there is none`)
  if (version.deleted) throw new SluiceError('deleted', `Cannot read ${type}/${id}: it was deleted`)
  return version
}
