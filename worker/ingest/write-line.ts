import { type Deps, fhirBase } from '../deps.ts'
import type { ResourceLine } from '../fhir/resource-line.ts'
import type { StoredVersion } from '../store/read-resource.ts'
import { writeVersions } from '../store/write-versions.ts'
import { draftOf } from './draft.ts'
import { storedVersion } from './entry-draft.ts'

export type WrittenResource = {
  readonly id: string
  readonly version: StoredVersion
  readonly isCreated: boolean
}

/** Writes one resource as a new version; `undefined` when `expected` is not the version that is current now. */
export const writeLine = async (
  { clock, db, config }: Deps,
  line: ResourceLine,
  expected: number | undefined,
): Promise<WrittenResource | undefined> => {
  const options = { now: clock.now(), maxClockSkewMs: config.limits.maxClockSkewMs }
  const draft = { ...draftOf(line, fhirBase(config)), expected }
  const [written] = await writeVersions(db, [draft], options)
  if (written === undefined) return undefined
  return { id: line.id, version: storedVersion(draft, written), isCreated: written.isCreated }
}
