import type { Deps } from '../deps.ts'
import type { ResourceType } from '../fhir/resource-type.ts'
import type { Grants } from '../fhir/scope/grants.ts'
import { draftOfDelete } from './draft.ts'
import { notExpected } from './not-expected.ts'
import { reachWithin } from './reach.ts'
import { writeWithin } from './write-within.ts'

/** Deletes a resource, as a version of its own; a resource that is not there is left alone (FHIR R4 http.html, delete). */
export const deleteResource = async (
  deps: Deps,
  grants: Grants,
  type: ResourceType,
  id: string,
  expected?: number,
): Promise<void> => {
  const draft = { ...draftOfDelete(type, id), expected }
  const written = await writeWithin(deps, reachWithin(deps, grants), { method: 'DELETE', type, id }, draft)
  if (written === undefined && expected !== undefined) throw notExpected(type, id)
}
