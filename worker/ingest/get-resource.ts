import type { Deps } from '../deps.ts'
import type { ResourceType } from '../fhir/resource-type.ts'
import type { Grants } from '../fhir/scope/grants.ts'
import type { StoredVersion } from '../store/read-resource.ts'
import { reachWithin } from './reach.ts'
import { readWithin } from './read-within.ts'

/** The current version; a deleted one is `deleted` (410), one that never was, or is out of reach, `not-found` (404). */
export const getResource = (
  deps: Deps,
  grants: Grants,
  type: ResourceType,
  id: string,
): Promise<StoredVersion> => readWithin(deps, reachWithin(deps, grants), { type, id, versionId: undefined })
