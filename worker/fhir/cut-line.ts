import { SluiceError } from '../errors.ts'
import { type CutRule, fateOf } from './cut-rule.ts'
import { closeBrace, comma, notJson, openBrace, visitMembers } from './json-bytes.ts'
import { placeOfSubsetTag, type TagPlace, tagAsMeta } from './place-subset-tag.ts'
import { type Range, refersInto } from './refers-into.ts'

/** How much longer than `line` it may become, at most: by a tag. */
export const maxGrowthBytes = tagAsMeta.length

/**
 * Writes into `into`, from `at` on, what the rule leaves of a resource, the minified line of an export without its newline; returns where
 * that ends. What stays is copied byte for byte, in its order (I2); the tag SUBSETTED is added to `meta`, if it is not there. What is no resource is
 * refused, and then nothing of it counts.
 */
export const cutLine = (line: Uint8Array, rule: CutRule, into: Uint8Array, at: number): number => {
  const { runs, idEnd, meta, contained } = findKept(line, rule)
  if (contained !== undefined && refersInto(line, runs, contained)) {
    const index = runs.findIndex((place) => place > contained.start)
    runs.splice(index === -1 ? runs.length : index, 0, contained.start, contained.end)
  }
  if (meta === undefined && idEnd === undefined)
    throw new SluiceError('internal', 'Cannot cut a resource: it has no id')
  const tag = meta === undefined ? { at: idEnd ?? 0, text: tagAsMeta } : placeOfSubsetTag(line, meta)
  return writeRuns(line, runs, tag, into, at)
}

type Found = {
  /** What is kept: start and end of one run of members after the other. */
  readonly runs: number[]
  readonly idEnd: number | undefined
  /** Where the value begins. */
  readonly meta: number | undefined
  /** The whole member, kept only if need be. */
  readonly contained: Range | undefined
}

const findKept = (line: Uint8Array, rule: CutRule): Found => {
  const runs: number[] = []
  let idEnd: number | undefined
  let meta: number | undefined
  let contained: Range | undefined
  const after = visitMembers(line, 0, (start, nameEnd, valueStart, end) => {
    const fate = fateOf(rule, line, start + 1, nameEnd)
    if (fate === 'drop') return
    if (fate === 'contained') {
      contained = { start, end }
      return
    }
    if (fate === 'id') idEnd = end
    if (fate === 'meta') meta = valueStart
    // A comma stands between two that are neighbours: they are copied as one.
    if (runs.length > 0 && runs[runs.length - 1] === start - 1) runs[runs.length - 1] = end
    else runs.push(start, end)
  })
  if (after !== line.length) throw notJson(after)
  return { runs, idEnd, meta, contained }
}

const writeRuns = (
  line: Uint8Array,
  runs: readonly number[],
  tag: TagPlace | undefined,
  into: Uint8Array,
  start: number,
): number => {
  let at = start
  const copy = (from: Uint8Array) => {
    into.set(from, at)
    at += from.length
  }
  for (let i = 0; i < runs.length; i += 2) {
    into[at++] = i === 0 ? openBrace : comma
    const [from = 0, to = 0] = [runs[i], runs[i + 1]]
    if (tag !== undefined && tag.at > from && tag.at <= to) {
      copy(line.subarray(from, tag.at))
      copy(tag.text)
      copy(line.subarray(tag.at, to))
    } else copy(line.subarray(from, to))
  }
  into[at++] = closeBrace
  return at
}
