/** Splits a value of a search at an unescaped separator; `\,` `\|` `\$` `\\` stand for the characters themselves (R4 search, "Escaping"). */
export const splitEscaped = (text: string, separator: ',' | '|' | '$'): readonly string[] => {
  const pieces: string[] = []
  let start = 0
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '\\') at++
    else if (text[at] === separator) {
      pieces.push(text.slice(start, at))
      start = at + 1
    }
  }
  pieces.push(text.slice(start))
  return pieces
}

export const unescapeValue = (text: string): string => text.replaceAll(/\\([,|$\\])/g, '$1')

/** "The parameter value `xx\xx` is illegal" (R4 search, "Escaping"). */
export const isWellEscaped = (text: string): boolean => !text.replaceAll(/\\[,|$\\]/g, '').includes('\\')

export type Prefix = 'eq' | 'ne' | 'gt' | 'lt' | 'ge' | 'le' | 'sa' | 'eb' | 'ap'

/** The prefix of a number, date or quantity (R4 search, "Prefixes"); `eq` when there is none. */
export const splitPrefix = (text: string): { readonly prefix: Prefix; readonly rest: string } => {
  const first = text.slice(0, 2)
  const prefix = prefixes.find((candidate) => candidate === first)
  return prefix === undefined ? { prefix: 'eq', rest: text } : { prefix, rest: text.slice(2) }
}

const prefixes: readonly Prefix[] = ['eq', 'ne', 'gt', 'lt', 'ge', 'le', 'sa', 'eb', 'ap']

/** From `low` on, up to but without `high`; an open end is infinite. Of what order the ends are, a comparison says. */
export type Span<T> = { readonly low: T; readonly high: T }

/**
 * Whether a resource's value, a span of all it may mean, answers to a prefix and the span of what was asked (R4 search, "Prefixes"): `eq` is
 * within it, `gt` reaches behind it, `sa` begins behind it. `near` is what `ap` asks for.
 */
export const answers = <T>(
  prefix: Prefix,
  value: Span<T>,
  asked: Span<T>,
  near: Span<T>,
  compare: (a: T, b: T) => number,
): boolean => {
  const within = compare(asked.low, value.low) <= 0 && compare(value.high, asked.high) <= 0
  switch (prefix) {
    case 'eq':
      return within
    case 'ne':
      return !within
    case 'gt':
      return compare(value.high, asked.high) > 0
    case 'lt':
      return compare(value.low, asked.low) < 0
    case 'ge':
      return within || compare(value.high, asked.high) > 0
    case 'le':
      return within || compare(value.low, asked.low) < 0
    case 'sa':
      return compare(value.low, asked.high) >= 0
    case 'eb':
      return compare(value.high, asked.low) <= 0
    case 'ap':
      return compare(value.low, near.high) < 0 && compare(near.low, value.high) < 0
    default:
      return prefix satisfies never
  }
}
