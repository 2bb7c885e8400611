import { isJsonObject, type JsonObject } from './json.ts'
import { itemsOf, membersOf, setMember } from './json-text.ts'
import { parseReference } from './reference.ts'
import { isSubsetTag, subsetTag } from './subset-tag.ts'

/** Patients whose entries go, and new entries. All of the first are members, whether the Group lists them or not. */
export type MemberEdit = { readonly removed: ReadonlySet<string>; readonly entries: readonly string[] }

/**
 * Largest Group, in bytes, whose list of members grows: about 3,500 of them. Each change writes the Group anew with all that it lists, so
 * beyond this new members are kept beside the list, and cost what they are and not what was there before.
 */
export const maxGrowingBytes = 256 * 1024

/**
 * The text of a Group with some members changed, token by token as it was otherwise (I2). A list that has grown too long gets no new entries:
 * then `quantity` says how many members there are, and the tag SUBSETTED that not all are listed, until they are.
 */
export const editMembers = (minified: string, group: JsonObject, edit: MemberEdit, base: string): string => {
  const listed = listOf(minified)
  const patients = listed.map((_, index) => patientOf(group, index, base))
  const kept = listed.filter((_, index) => !edit.removed.has(patients[index] ?? ''))
  const listedPatients = new Set(patients)
  const unlisted = [...edit.removed].filter((patient) => !listedPatients.has(patient))
  const before = countMembers(group, listed.length)
  const count = before - (listed.length - kept.length) - unlisted.length + edit.entries.length

  const grown = withList(minified, [...kept, ...edit.entries])
  const isTooLong = edit.entries.length > 0 && utf8Bytes(grown) > maxGrowingBytes
  const edited = isTooLong ? withList(minified, kept) : grown
  return withCount(edited, group, count, kept.length + (isTooLong ? 0 : edit.entries.length))
}

/** Whether a resource says of itself that it is not whole (FHIR R4, CodeSystem ObservationValue). */
export const isSubset = ({ meta }: JsonObject): boolean =>
  isJsonObject(meta) && Array.isArray(meta.tag) && meta.tag.some(isSubsetTag)

const listOf = (minified: string): readonly string[] => {
  const list = membersOf(minified, 0).find(({ name }) => name === 'member')
  return list === undefined || minified[list.valueStart] !== '[' ? [] : itemsOf(minified, list.valueStart)
}

const patientOf = (group: JsonObject, index: number, base: string): string | undefined => {
  const entry: unknown = Array.isArray(group.member) ? group.member[index] : undefined
  if (!isJsonObject(entry) || !isJsonObject(entry.entity)) return undefined
  const { reference } = entry.entity
  const target = typeof reference === 'string' ? parseReference(reference, base) : undefined
  return target?.type === 'Patient' ? target.id : undefined
}

/** The count of a Group that does not list all is ours, and true: one that a client sends is refused. */
const countMembers = (group: JsonObject, listed: number): number =>
  isSubset(group) && typeof group.quantity === 'number' ? group.quantity : listed

/** FHIR has no empty arrays. */
const withList = (minified: string, entries: readonly string[]): string =>
  setMember(minified, 'member', entries.length === 0 ? undefined : `[${entries.join(',')}]`)

const withCount = (minified: string, group: JsonObject, count: number, listed: number): string => {
  const isPart = count > listed
  const counted =
    isPart || group.quantity !== undefined ? setMember(minified, 'quantity', String(count)) : minified
  return isPart === isSubset(group) ? counted : withSubsetTag(counted, isPart)
}

const withSubsetTag = (minified: string, isPart: boolean): string => {
  const found = membersOf(minified, 0).find(({ name }) => name === 'meta')
  const meta = found === undefined ? '{}' : minified.slice(found.valueStart, found.end)
  const given = membersOf(meta, 0).find(({ name }) => name === 'tag')
  const isList = given !== undefined && meta[given.valueStart] === '[' // a tag that is none says nothing
  const others = (isList ? itemsOf(meta, given.valueStart) : []).filter(
    (tag) => !isSubsetTag(JSON.parse(tag)),
  )
  const tags = isPart ? [...others, JSON.stringify(subsetTag)] : others
  return setMember(
    minified,
    'meta',
    setMember(meta, 'tag', tags.length === 0 ? undefined : `[${tags.join(',')}]`),
  )
}

const utf8Bytes = (text: string): number => new TextEncoder().encode(text).length
