import type { Deps } from '../deps.ts'
import type { ResourceType } from '../fhir/resource-type.ts'
import type { Grants } from '../fhir/scope/grants.ts'
import type { StoredVersion } from '../store/read-resource.ts'
import { reachWithin } from './reach.ts'
import { readWithin } from './read-within.ts'

/** A version by its number, judged by itself; one that is a delete is `deleted` (410), one that never was `not-found` (404). */
export const getVersion = (
  deps: Deps,
  grants: Grants,
  type: ResourceType,
  id: string,
  versionId: number,
): Promise<StoredVersion> => readWithin(deps, reachWithin(deps, grants), { type, id, versionId })
