import { SluiceError } from '../errors.ts'
import { decodeString } from './json-text.ts'

/**
 * Lexical work on minified JSON as the bytes of UTF-8, where a page of resources is to be gone through faster than it could be decoded. It
 * looks at quotes, brackets and commas only; a text in which these do not fit together is refused, for its end could not be told.
 */

/** The place behind the closing quote of the string that opens at `open`. */
export const endOfString = (json: Uint8Array, open: number): number => {
  const end = json.length
  for (let at = open + 1; at < end; at++) {
    const code = json[at]
    if (code === quote) return at + 1
    if (code === backslash) at++
  }
  throw notJson(open)
}

/** A member of an object: its name, without the quotes, is `start` + 1 to `nameEnd`. */
type VisitMember = (start: number, nameEnd: number, valueStart: number, end: number) => void

/** Calls `visit` for each member, in order, of the object that opens at `open`. Returns the place behind the object. */
export const visitMembers = (json: Uint8Array, open: number, visit: VisitMember): number => {
  if (json[open] !== openBrace) throw notJson(open)
  if (json[open + 1] === closeBrace) return open + 2
  for (let start = open + 1; ; ) {
    if (json[start] !== quote) throw notJson(start)
    const colonAt = endOfString(json, start)
    if (json[colonAt] !== colon) throw notJson(colonAt)
    const end = endOfValue(json, colonAt + 1)
    visit(start, colonAt - 1, colonAt + 1, end)
    if (json[end] === closeBrace) return end + 1
    if (json[end] !== comma) throw notJson(end)
    start = end + 1
  }
}

/** The place behind the value that starts at `start`. */
export const endOfValue = (json: Uint8Array, start: number): number => {
  const first = json[start] ?? 0
  if (first === quote) return endOfString(json, start)
  return isOpening(first) ? endOfBracket(json, start) : endOfLiteral(json, start)
}

const endOfBracket = (json: Uint8Array, start: number): number => {
  const end = json.length
  let open = 0
  for (let at = start; at < end; at++) {
    const code = json[at] ?? 0
    if (code === quote) at = endOfString(json, at) - 1
    else if (isOpening(code)) open++
    else if (isClosing(code) && --open === 0) return at + 1
  }
  throw notJson(start)
}

/** Of a number, `true`, `false` or `null`. */
const endOfLiteral = (json: Uint8Array, start: number): number => {
  const end = json.length
  let at = start
  while (at < end && json[at] !== comma && !isClosing(json[at] ?? 0)) at++
  if (at === start || at === end) throw notJson(start)
  return at
}

export const textOf = (json: Uint8Array, start: number, end: number): string =>
  decoder.decode(json.subarray(start, end))

/** What a parser reads where these bytes stand between quotes. */
export const stringOf = (json: Uint8Array, start: number, end: number): string => {
  try {
    return decodeString(textOf(json, start, end))
  } catch {
    // The parser's own message quotes content, so it goes no further, not even as a cause.
    throw notJson(start)
  }
}

/** Says no word of what stands there: it may be of a patient. */
export const notJson = (at: number): SluiceError =>
  new SluiceError('internal', `Cannot cut a resource: it is not minified JSON from byte ${at} on`)

export const quote = 0x22
export const comma = 0x2c
export const colon = 0x3a
export const backslash = 0x5c
export const openBrace = 0x7b
export const closeBrace = 0x7d
export const openBracket = 0x5b
export const closeBracket = 0x5d

/** `[` or `{`: the codes differ in one bit. */
const isOpening = (code: number): boolean => (code | 0x20) === openBrace

/** `]` or `}` */
const isClosing = (code: number): boolean => (code | 0x20) === closeBrace

const decoder = new TextDecoder()
