import { type Deps, fhirBase } from '../deps.ts'
import type { ResourceLine } from '../fhir/resource-line.ts'
import type { ReachOf } from '../fhir/scope/reach-filter.ts'
import type { StoredVersion } from '../store/read-resource.ts'
import { draftOf } from './draft.ts'
import { storedVersion } from './entry-draft.ts'
import { writeWithin } from './write-within.ts'

export type WrittenResource = {
  readonly id: string
  readonly version: StoredVersion
  readonly isCreated: boolean
}

/** Writes one resource as a new version; `undefined` when `expected` is not the version that is current now. */
export const writeLine = async (
  deps: Deps,
  reach: ReachOf,
  method: 'POST' | 'PUT',
  line: ResourceLine,
  expected: number | undefined,
): Promise<WrittenResource | undefined> => {
  const draft = { ...draftOf(line, fhirBase(deps.config)), expected }
  const { type, id } = line
  const written = await writeWithin(deps, reach, { method, type, id }, draft)
  if (written === undefined) return undefined
  return { id, version: storedVersion(draft, written), isCreated: written.isCreated }
}
