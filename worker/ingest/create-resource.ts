import type { Deps } from '../deps.ts'
import { SluiceError } from '../errors.ts'
import { assignId } from '../fhir/assign-id.ts'
import { isJsonObject } from '../fhir/json.ts'
import { readResourceLine } from '../fhir/resource-line.ts'
import type { ResourceType } from '../fhir/resource-type.ts'
import type { Grants } from '../fhir/scope/grants.ts'
import { reachWithin } from './reach.ts'
import { type WrittenResource, writeLine } from './write-line.ts'

/** Stores a resource under an id of the server's choice; an id that it has is ignored (FHIR R4 http.html#create). */
export const createResource = async (
  deps: Deps,
  grants: Grants,
  type: ResourceType,
  text: string,
): Promise<WrittenResource> => {
  const reach = reachWithin(deps, grants)
  const id = deps.newId()
  const line = readResourceLine(withId(text, id))
  if (line.type !== type)
    throw new SluiceError('invalid', `Cannot create a ${type}: its resourceType is ${line.type}`)
  const written = await writeLine(deps, reach, 'POST', line, 0) // an id that was taken, against all odds, overwrites nothing
  if (written === undefined) throw new SluiceError('internal', `Cannot create ${type}/${id}: the id is taken`)
  return written
}

/** What is not an object stays as it is: reading it as a resource says what is wrong with it. */
const withId = (text: string, id: string): string => {
  const json = text.startsWith('\ufeff') ? text.slice(1) : text
  return isObjectText(json) ? assignId(json, id) : text
}

const isObjectText = (json: string): boolean => {
  try {
    return isJsonObject(JSON.parse(json))
  } catch {
    return false
  }
}
