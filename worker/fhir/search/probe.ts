import type { Leaf } from './parameters.ts'
import type { Term } from './term.ts'

/**
 * A look at the text of a minified resource, far cheaper than parsing it: false when none of the terms can be answered by what stands in
 * the members that hold the parameter's values. `undefined` when there is no such look. Names and values written with `\u` escapes, and
 * quantities with a comparator, it does not see through: who asks must know that there are none.
 */
export const compileProbe = (
  leaves: readonly Leaf[],
  terms: readonly Term[],
): ((line: string) => boolean) | undefined => {
  if (!terms.every(({ test }) => test !== undefined)) return undefined
  const isAnswered = (text: string, type: string): boolean =>
    terms.some(({ test }) => test?.(text, type) === true)
  const marks = leaves.map((leaf) => ({ mark: markOf(leaf), type: leaf.type }))
  const groups = [...Map.groupBy(marks, ({ mark }) => mark.slice(0, prefixLength))].map(([, group]) => ({
    prefix: commonPrefix(group.map(({ mark }) => mark)),
    group,
  }))
  return (line) =>
    groups.some(({ prefix, group }) => {
      for (let at = line.indexOf(prefix); at !== -1; at = line.indexOf(prefix, at + 1))
        for (const { mark, type } of group) {
          if (!line.startsWith(mark, at)) continue
          const start = startOfText(line, at + mark.length, type)
          if (start === undefined || isAnswered(line.slice(start, endOfText(line, start)), type)) return true
        }
      return false
    })
}

/** Choices, `effectiveDateTime` and `effectivePeriod`, begin alike: they are looked for together. */
const prefixLength = 6

const commonPrefix = (texts: readonly string[]): string => {
  const [first = '', ...others] = texts
  let length = first.length
  for (const other of others) while (!other.startsWith(first.slice(0, length))) length--
  return first.slice(0, length)
}

/** `undefined` where more is to be known than one text says: of an array, or of a Period. */
const startOfText = (line: string, at: number, type: string): number | undefined => {
  if (type === 'Quantity') return at
  return isString(type) && line[at] === '"' ? at + 1 : undefined
}

/** Behind a string or a number comes one of these. */
const endOfText = (line: string, start: number): number => {
  for (let end = start; end < line.length; end++) {
    const char = line[end]
    if (char === '"' || char === ',' || char === '}' || char === ']') return end
  }
  return line.length
}

/** What stands in front of a value. */
const markOf = ({ name, type }: Leaf): string => (type === 'Quantity' ? '"value":' : `"${name}":`)

const isString = (type: string): boolean => type === 'date' || type === 'dateTime' || type === 'instant'
