import { type Deps, fhirBase } from '../deps.ts'
import { SluiceError } from '../errors.ts'
import { readResourceLine } from '../fhir/resource-line.ts'
import type { ResourceType } from '../fhir/resource-type.ts'
import type { StoredVersion } from '../store/read-resource.ts'
import { writeVersions } from '../store/write-versions.ts'
import { draftOf } from './draft.ts'
import { notExpected } from './not-expected.ts'

export type PutResult = { readonly version: StoredVersion; readonly isCreated: boolean }

/**
 * Stores a new version of a resource, creating it when there is none (FHIR R4 http.html, "update as create"). `expected` is the
 * version of `If-Match`: another one current now is `precondition-failed`, and nothing is written.
 */
export const putResource = async (
  deps: Deps,
  type: ResourceType,
  id: string,
  text: string,
  expected?: number,
): Promise<PutResult> => {
  const line = readResourceLine(text)
  if (line.type !== type) throw refusal(type, id, `its resourceType is ${line.type}`)
  if (line.id !== id) throw refusal(type, id, 'its id is another than the one in the URL')
  const { clock, db, config } = deps
  const options = { now: clock.now(), maxClockSkewMs: config.limits.maxClockSkewMs }
  const [written] = await writeVersions(db, [{ ...draftOf(line, fhirBase(config)), expected }], options)
  if (written === undefined) throw notExpected(type, id)
  const isCreated = written.isCreated
  const { versionId, lastUpdated } = written
  const instant = new Date(lastUpdated).toISOString()
  const stored = `${line.head}${versionId}","lastUpdated":"${instant}${line.tail}`
  return { version: { versionId, lastUpdated, deleted: false, line: stored }, isCreated }
}

const refusal = (type: string, id: string, reason: string): SluiceError =>
  new SluiceError('invalid', `Cannot store ${type}/${id}: ${reason}`)
