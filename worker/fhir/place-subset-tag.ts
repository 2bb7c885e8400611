import { SluiceError } from '../errors.ts'
import type { Json } from './json.ts'
import {
  backslash,
  closeBracket,
  endOfValue,
  openBrace,
  openBracket,
  quote,
  stringOf,
  textOf,
  visitMembers,
} from './json-bytes.ts'
import { isSubsetTag, subsetTag } from './subset-tag.ts'

/** What to insert into a line, and where, so that the resource says that it is not whole. */
export type TagPlace = { readonly at: number; readonly text: Uint8Array }

/** The place for the tag SUBSETTED in the `meta` whose value begins at `start`; `undefined` when it is there already. */
export const placeOfSubsetTag = (line: Uint8Array, start: number): TagPlace | undefined => {
  if (line[start] !== openBrace) throw refusal('its meta is not an object')
  let members = 0
  let tags: number | undefined
  const end = visitMembers(line, start, (nameStart, nameEnd, valueStart) => {
    members++
    if (isTag(line, nameStart + 1, nameEnd)) tags = valueStart
  })
  if (tags !== undefined) return placeInTags(line, tags)
  return { at: end - 1, text: members === 0 ? tagAsOnlyMember : tagAsMember }
}

const placeInTags = (line: Uint8Array, start: number): TagPlace | undefined => {
  if (line[start] !== openBracket) throw refusal('its meta.tag is not an array')
  const at = endOfValue(line, start) - 1
  if (line[start + 1] === closeBracket) return { at, text: tagAsOnlyItem }
  const mayBeThere = mayHoldTag(line, start, at)
  return mayBeThere && isTagged(textOf(line, start, at + 1)) ? undefined : { at, text: tagAsItem }
}

/** Most tags are others, and parsing them would take longer than all the rest. An escape may hide anything. */
const mayHoldTag = (line: Uint8Array, start: number, end: number): boolean => {
  for (let at = start; at < end; at++) {
    const code = line[at]
    if (code === backslash) return true
    if (code === quote && line[at + 1] === 0x53 && line[at + 2] === 0x55 && line[at + 3] === 0x42) return true // "SUB
  }
  return false
}

const isTagged = (text: string): boolean => {
  let tags: Json
  try {
    tags = JSON.parse(text)
  } catch {
    // The parser's own message quotes content, so it goes no further, not even as a cause.
    throw refusal('its meta.tag is not JSON')
  }
  return Array.isArray(tags) && tags.some(isSubsetTag)
}

/** An escape in a name may hide another; of all others no string is made. */
const isTag = (line: Uint8Array, start: number, end: number): boolean => {
  for (let at = start; at < end; at++) if (line[at] === backslash) return stringOf(line, start, end) === 'tag'
  return end - start === 3 && line[start] === 0x74 && line[start + 1] === 0x61 && line[start + 2] === 0x67
}

const refusal = (reason: string): SluiceError =>
  new SluiceError('internal', `Cannot cut a resource: ${reason}`)

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)
const item = JSON.stringify(subsetTag)
const tagAsOnlyItem = bytesOf(item)
const tagAsItem = bytesOf(`,${item}`)
const tagAsOnlyMember = bytesOf(`"tag":[${item}]`)
const tagAsMember = bytesOf(`,"tag":[${item}]`)

/** For a resource that has no meta. */
export const tagAsMeta = bytesOf(`,"meta":{"tag":[${item}]}`)
