import { SluiceError } from '../errors.ts'

/** A line of the input, counted from 1, or what is wrong with it before anyone reads it as JSON. */
export type NumberedLine = {
  readonly number: number
  readonly text: string
  readonly bytes: number
  readonly problem?: SluiceError
}

/**
 * Splits a byte stream at newlines, holding at most one line: a line over `maxBytes` is passed over, not gathered. Blank lines are
 * counted and left out; `\r\n` counts as a newline. Text must be UTF-8 (RFC 8259 section 8.1).
 */
export async function* readLines(
  stream: ReadableStream<Uint8Array>,
  maxBytes: number,
  onProgress: (bytesRead: number) => void,
): AsyncGenerator<NumberedLine> {
  let held: Uint8Array[] = []
  let heldBytes = 0
  let number = 0
  let bytesRead = 0
  const hold = (piece: Uint8Array) => {
    heldBytes += piece.length
    if (heldBytes <= maxBytes + 1) held.push(piece)
    else held = []
  }
  const take = (): NumberedLine | undefined => {
    const bytes = heldBytes
    const line = bytes > maxBytes + 1 ? undefined : concatenated(held, bytes)
    held = []
    heldBytes = 0
    number++
    return readLine(number, bytes, line, maxBytes)
  }
  for await (const chunk of stream) {
    let from = 0
    for (let end = chunk.indexOf(newline); end !== -1; end = chunk.indexOf(newline, from)) {
      hold(chunk.subarray(from, end))
      from = end + 1
      const line = take()
      if (line !== undefined) yield line
    }
    hold(chunk.subarray(from))
    bytesRead += chunk.length
    onProgress(bytesRead)
  }
  if (heldBytes > 0) {
    const line = take()
    if (line !== undefined) yield line
  }
}

const newline = 10
const utf8 = new TextDecoder('utf-8', { fatal: true })

const readLine = (
  number: number,
  bytes: number,
  line: Uint8Array | undefined,
  maxBytes: number,
): NumberedLine | undefined => {
  const bad = (code: 'invalid' | 'too-large', reason: string): NumberedLine => ({
    number,
    text: '',
    bytes: 0,
    problem: new SluiceError(code, `Cannot read resource: ${reason}`),
  })
  if (line === undefined || bytes > maxBytes + 1)
    return bad('too-large', `it has more than ${maxBytes} bytes`)
  try {
    const text = utf8.decode(line)
    return text.trim() === '' ? undefined : { number, text, bytes }
  } catch {
    return bad('invalid', 'it is not UTF-8')
  }
}

const concatenated = (pieces: readonly Uint8Array[], bytes: number): Uint8Array => {
  const [only] = pieces
  if (pieces.length === 1 && only !== undefined) return only
  const whole = new Uint8Array(bytes)
  let at = 0
  for (const piece of pieces) {
    whole.set(piece, at)
    at += piece.length
  }
  return whole
}
