import type { Deps } from '../deps.ts'
import type { ResourceType } from '../fhir/resource-type.ts'
import { writeVersions } from '../store/write-versions.ts'
import { draftOfDelete } from './draft.ts'
import { notExpected } from './not-expected.ts'

/** Deletes a resource, as a version of its own; a resource that is not there is left alone (FHIR R4 http.html, delete). */
export const deleteResource = async (
  { clock, db, config }: Deps,
  type: ResourceType,
  id: string,
  expected?: number,
): Promise<void> => {
  const options = { now: clock.now(), maxClockSkewMs: config.limits.maxClockSkewMs }
  const [written] = await writeVersions(db, [{ ...draftOfDelete(type, id), expected }], options)
  if (written === undefined && expected !== undefined) throw notExpected(type, id)
}
