/**
 * Lexical work on the text of JSON (RFC 8259), for resources whose tokens must come out as they came in (I2). Everything
 * here trusts that `JSON.parse` has accepted the text, and so looks only at quotes, brackets, commas and blanks.
 */

export type MinifiedJson = {
  /** The text without the whitespace between its tokens; nothing else is touched. */
  readonly text: string
  /** How many arrays and objects are open at the deepest place. */
  readonly depth: number
}

/** Text that is minified already, the usual case of a load, is returned as it is, not copied. */
export const minifyJson = (json: string): MinifiedJson => {
  let minified = ''
  let copied = 0
  let open = 0
  let depth = 0
  for (let at = 0; at < json.length; at++) {
    const code = json.charCodeAt(at)
    if (code === quote) at = endOfString(json, at) - 1
    else if (isOpening(code)) depth = Math.max(depth, ++open)
    else if (isClosing(code)) open--
    else if (code <= space) {
      minified += json.slice(copied, at)
      while (json.charCodeAt(at + 1) <= space) at++
      copied = at + 1
    }
  }
  return { text: copied === 0 ? json : minified + json.slice(copied), depth }
}

/** A member of an object: `text.slice(start, end)` is the whole of it, `text.slice(valueStart, end)` its value. */
export type JsonMember = {
  /** The name as a parser reads it: `"\u0069d"` is `id`. */
  readonly name: string
  readonly start: number
  readonly valueStart: number
  readonly end: number
}

/** The members, in order, of the object whose brace opens at `open` of a minified text. */
export const membersOf = (minified: string, open: number): readonly JsonMember[] => {
  const members: JsonMember[] = []
  let start = open + 1
  while (minified.charCodeAt(start) === quote) {
    const valueStart = endOfString(minified, start) + 1
    const end = endOfValue(minified, valueStart)
    members.push({ name: decodeString(minified.slice(start + 1, valueStart - 2)), start, valueStart, end })
    start = end + 1
  }
  return members
}

/** Where each value of the array whose bracket opens at `open` of a minified text begins and ends. */
export const elementsOf = (
  minified: string,
  open: number,
): readonly { readonly start: number; readonly end: number }[] => {
  const elements: { start: number; end: number }[] = []
  let start = open + 1
  if (isClosing(minified.charCodeAt(start))) return elements
  for (;;) {
    const end = endOfValue(minified, start)
    elements.push({ start, end })
    if (minified.charCodeAt(end) !== comma) return elements
    start = end + 1
  }
}

/** The texts of the items, in order, of the array whose bracket opens at `open` of a minified text. */
export const itemsOf = (minified: string, open: number): readonly string[] =>
  elementsOf(minified, open).map(({ start, end }) => minified.slice(start, end))

/**
 * The minified text of an object with this text as the value of a member, in the place of the one it has or at its end; `undefined` takes
 * the member out. All others stay as they are (I2).
 */
export const setMember = (minified: string, name: string, value: string | undefined): string => {
  const set = value === undefined ? [] : [`${JSON.stringify(name)}:${value}`]
  const members = membersOf(minified, 0)
  const kept = members.flatMap((member) =>
    member.name === name ? set : [minified.slice(member.start, member.end)],
  )
  const isThere = members.some((member) => member.name === name)
  return `{${[...kept, ...(isThere ? [] : set)].join(',')}}`
}

/** A string that is the value of a member, and of which element: `photo` for the `url` in `"photo":[{"url":"…"}]`. */
type VisitString = (element: string, name: string, start: number, end: number) => void

/**
 * Calls `visit` for the strings that are members of objects, in order, in one pass and without recursion. `minified.slice(start, end)` is
 * the string with its quotes; the element is the name of the member that holds its object, alone or in an array.
 */
export const visitStrings = (minified: string, visit: VisitString): void => {
  const elements: string[] = []
  let name = ''
  for (let at = 0; at < minified.length; at++) {
    const code = minified.charCodeAt(at)
    if (code === quote) {
      const end = endOfString(minified, at)
      if (minified.charCodeAt(end) === colon) name = decodeString(minified.slice(at + 1, end - 1))
      else visit(elements.at(-1) ?? '', name, at, end)
      at = end - 1
    } else if (isOpening(code)) elements.push(name)
    else if (isClosing(code)) name = elements.pop() ?? ''
  }
}

/**
 * A minified text in which every string that is a value has become what `replace` makes of it; what it leaves alone keeps its every
 * character. Strings are given and taken as they stand between their quotes. `name` is that of the member which holds the string, by
 * itself or in an array, as a parser reads it.
 */
export const replaceStrings = (minified: string, replace: (name: string, raw: string) => string): string => {
  let replaced = ''
  let copied = 0
  visitStrings(minified, (_element, name, start, end) => {
    const raw = minified.slice(start + 1, end - 1)
    const given = replace(name, raw)
    if (given === raw) return
    replaced += minified.slice(copied, start + 1) + given
    copied = end - 1
  })
  return copied === 0 ? minified : replaced + minified.slice(copied)
}

/** What a parser reads where `raw` stands between quotes. */
export const decodeString = (raw: string): string =>
  raw.includes('\\') ? String(JSON.parse(`"${raw}"`)) : raw

/** What has to stand between quotes for a parser to read `text`. */
export const encodeString = (text: string): string => JSON.stringify(text).slice(1, -1)

/** Where the value that starts at `start` of a minified text ends: at the comma or bracket that follows it. */
const endOfValue = (minified: string, start: number): number => {
  let open = 0
  for (let at = start; at < minified.length; at++) {
    const code = minified.charCodeAt(at)
    if (code === quote) at = endOfString(minified, at) - 1
    else if (isOpening(code)) open++
    else if (open === 0 && (code === comma || isClosing(code))) return at
    else if (isClosing(code)) open--
  }
  return minified.length
}

/** The place behind the closing quote of the string that opens at `open`. */
const endOfString = (json: string, open: number): number => {
  let close = json.indexOf('"', open + 1)
  while (isEscaped(json, close)) close = json.indexOf('"', close + 1)
  return close + 1
}

/** An odd number of backslashes before a quote makes it part of the string. */
const isEscaped = (json: string, at: number): boolean => {
  let backslashes = 0
  while (json.charCodeAt(at - 1 - backslashes) === backslash) backslashes++
  return backslashes % 2 === 1
}

const quote = 0x22
const comma = 0x2c
const colon = 0x3a
const backslash = 0x5c
const space = 0x20

/** `[` or `{`: the codes differ in one bit. */
const isOpening = (code: number): boolean => (code | 0x20) === 0x7b

/** `]` or `}` */
const isClosing = (code: number): boolean => (code | 0x20) === 0x7d
