import { notJson, textOf } from './json-bytes.ts'
import { decodeString, visitStrings } from './json-text.ts'

export type Range = { readonly start: number; readonly end: number }

/**
 * Whether a string within `runs` (start and end of one after the other) names a resource of the member `contained`: `#` and its id. Without
 * that member, the reference would lead nowhere.
 */
export const refersInto = (line: Uint8Array, runs: readonly number[], contained: Range): boolean => {
  try {
    const targets = targetsIn(line, runs)
    if (targets.size === 0) return false
    return idsIn(textOf(line, contained.start, contained.end)).some((id) => targets.has(`#${id}`))
  } catch {
    // An escape that is none. The parser's own message quotes content, so it goes no further, not even as a cause.
    throw notJson(contained.start)
  }
}

const targetsIn = (line: Uint8Array, runs: readonly number[]): ReadonlySet<string> => {
  const targets = new Set<string>()
  for (let i = 0; i < runs.length; i += 2) {
    const found = textOf(line, runs[i] ?? 0, runs[i + 1] ?? 0).matchAll(fragments)
    for (const [, raw = ''] of found) targets.add(decodeString(raw))
  }
  return targets
}

/** Strings that begin with `#`, however it is written, and are no longer than an id can be. A quote behind a backslash opens none. */
const fragments = /(?<!\\)"((?:#|\\u0023)(?:[^"\\]|\\.){0,400})"/g

/** Of the resources in this member, not of what lies deeper. */
const idsIn = (contained: string): readonly string[] => {
  const ids: string[] = []
  const text = `{${contained}}`
  visitStrings(text, (element, name, start, end) => {
    if (element === 'contained' && name === 'id') ids.push(decodeString(text.slice(start + 1, end - 1)))
  })
  return ids
}
