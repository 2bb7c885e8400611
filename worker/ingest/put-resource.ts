import type { Deps } from '../deps.ts'
import { SluiceError } from '../errors.ts'
import { readResourceLine } from '../fhir/resource-line.ts'
import type { ResourceType } from '../fhir/resource-type.ts'
import type { Grants } from '../fhir/scope/grants.ts'
import { notExpected } from './not-expected.ts'
import { reachWithin } from './reach.ts'
import { type WrittenResource, writeLine } from './write-line.ts'

/**
 * Stores a new version of a resource, creating it when there is none (FHIR R4 http.html, "update as create"). `expected` is the
 * version of `If-Match`: another one current now is `precondition-failed`, and nothing is written.
 */
export const putResource = async (
  deps: Deps,
  grants: Grants,
  type: ResourceType,
  id: string,
  text: string,
  expected?: number,
): Promise<WrittenResource> => {
  const line = readResourceLine(text)
  if (line.type !== type) throw refusal(type, id, `its resourceType is ${line.type}`)
  if (line.id !== id) throw refusal(type, id, 'its id is another than the one in the URL')
  const written = await writeLine(deps, reachWithin(deps, grants), 'PUT', line, expected)
  if (written === undefined) throw notExpected(type, id)
  return written
}

const refusal = (type: string, id: string, reason: string): SluiceError =>
  new SluiceError('invalid', `Cannot store ${type}/${id}: ${reason}`)
