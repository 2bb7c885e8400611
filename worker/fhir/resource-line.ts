import { SluiceError } from '../errors.ts'
import { markAttachmentUrls } from './attachment-urls.ts'
import { isJsonObject, type Json, type JsonObject } from './json.ts'
import { type JsonMember, membersOf, minifyJson } from './json-text.ts'
import { isResourceId } from './reference.ts'
import { isResourceType, type ResourceType, suggestType } from './resource-type.ts'

/**
 * A resource on its way to being a line of NDJSON. `head + versionId + '","lastUpdated":"' + lastUpdated + tail` is the
 * finished line: the two values are known only inside the transaction that writes, so the SQL there splices them in.
 */
export type ResourceLine = {
  readonly type: ResourceType
  readonly id: string
  /** Ends with `"meta":{"versionId":"`. */
  readonly head: string
  /** Starts with the quote that closes `lastUpdated`. */
  readonly tail: string
  /** Whether `head` or `tail` holds marks in front of relative attachment URLs (`attachment-urls.ts`). */
  readonly marked: boolean
  /** The resource as it was given, for what is indexed; never written back (I2). */
  readonly resource: JsonObject
}

/** Deeper than any real resource, and shallow enough for whatever walks `resource` by recursion. */
const maxDepth = 200

/**
 * Reads the JSON text of one resource (FHIR R4 "JSON Representation of Resources"), from a PUT or a line of NDJSON. The
 * text is minified lexically and otherwise kept token by token (I2), but for a server's own `meta.versionId` and
 * `meta.lastUpdated`, which are cut out. What is not a resource that can be stored is refused as `invalid`, without a
 * word of its content in the message.
 */
export const readResourceLine = (text: string): ResourceLine => {
  const json = text.startsWith(byteOrderMark) ? text.slice(1) : text
  const resource = parseResource(json)
  const type = typeOf(resource)
  const id = idOf(resource)
  const { text: minified, depth } = minifyJson(json)
  if (depth > maxDepth) throw refusal(`it nests deeper than ${maxDepth} levels`)
  const line = markAttachmentUrls(minified, type)
  return { type, id, ...cutForMeta(line, resource), marked: line.length > minified.length, resource }
}

const byteOrderMark = '\ufeff'

const parseResource = (json: string): JsonObject => {
  let parsed: Json
  try {
    parsed = JSON.parse(json)
  } catch {
    // The parser's own message quotes content, so it goes no further, not even as a cause.
    throw refusal('it is not valid JSON')
  }
  if (!isJsonObject(parsed)) throw refusal('it is not a JSON object')
  return parsed
}

const typeOf = ({ resourceType }: JsonObject): ResourceType => {
  if (typeof resourceType !== 'string') throw refusal('it has no resourceType')
  if (isResourceType(resourceType)) return resourceType
  const hint = suggestType(resourceType)
  throw refusal(
    `its resourceType is not one of FHIR R4${hint === undefined ? '' : `, did you mean "${hint}"?`}`,
  )
}

const idOf = ({ id }: JsonObject): string => {
  if (id === undefined) throw refusal('it has no id')
  if (typeof id === 'string' && isResourceId(id)) return id
  throw refusal('its id is not 1 to 64 of the characters A-Z, a-z, 0-9, "-" and "."')
}

const cutForMeta = (minified: string, resource: JsonObject): Pick<ResourceLine, 'head' | 'tail'> => {
  const members = membersOf(minified, 0)
  refuseRepeats(members, resource, 'the resource')
  const meta = members.find((member) => member.name === 'meta')
  if (meta !== undefined) return cutInsideMeta(minified, meta, resource.meta)
  const id = members.find((member) => member.name === 'id')
  if (id === undefined) throw refusal('it has no id') // for the compiler: `idOf` has seen one
  return { head: `${minified.slice(0, id.end)},${metaOpening}`, tail: `"}${minified.slice(id.end)}` }
}

const cutInsideMeta = (minified: string, { start, valueStart, end }: JsonMember, meta: Json | undefined) => {
  if (!isJsonObject(meta)) throw refusal('its meta is not a JSON object')
  const members = membersOf(minified, valueStart)
  refuseRepeats(members, meta, 'its meta')
  const kept = members
    .filter(({ name }) => name !== 'versionId' && name !== 'lastUpdated')
    .map((member) => `,${minified.slice(member.start, member.end)}`)
    .join('')
  return { head: minified.slice(0, start) + metaOpening, tail: `"${kept}${minified.slice(end - 1)}` }
}

const metaOpening = '"meta":{"versionId":"'

/** The parser keeps the last of two members of one name, so it then holds fewer names than the text has members. */
const refuseRepeats = (members: readonly JsonMember[], parsed: JsonObject, place: string): void => {
  if (members.length > Object.keys(parsed).length) throw refusal(`a member of ${place} is given twice`)
}

const refusal = (reason: string): SluiceError =>
  new SluiceError('invalid', `Cannot read the resource: ${reason}`)
