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
    members.push({ name: decodeName(minified.slice(start + 1, valueStart - 2)), start, valueStart, end })
    start = end + 1
  }
  return members
}

const decodeName = (raw: string): string => (raw.includes('\\') ? String(JSON.parse(`"${raw}"`)) : raw)

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
const backslash = 0x5c
const space = 0x20

/** `[` or `{`: the codes differ in one bit. */
const isOpening = (code: number): boolean => (code | 0x20) === 0x7b

/** `]` or `}` */
const isClosing = (code: number): boolean => (code | 0x20) === 0x7d
