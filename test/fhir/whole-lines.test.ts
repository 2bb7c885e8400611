import { expect, test } from 'vitest'
import { areWholeLines } from '../../worker/fhir/whole-lines.ts'
import { seededRandom } from '../support/seeded-random.ts'

const bytesOf = (text: string, shift = 0): Uint8Array => {
  const bytes = new TextEncoder().encode(text)
  const buffer = new Uint8Array(bytes.length + shift)
  buffer.set(bytes, shift)
  return buffer.subarray(shift)
}

test.each([
  ['', 0, true],
  ['', 1, false],
  ['{}\n', 1, true],
  ['{}\n', 0, false],
  ['{}\n', 2, false],
  ['{}', 1, false],
  ['{}\n{}\n', 2, true],
  ['{}\n{}', 2, false],
  ['{}\n\n{}\n', 3, false],
  ['\n{}\n', 2, false],
  ['{}\n\n', 2, false],
  ['{"a":\n1}\n', 1, false],
  ['{"a":\n1}\n', 2, false],
  ['[]\n', 1, false],
  ['{]\n', 1, false],
  ['{}\n[}\n', 2, false],
  ['{}\r\n', 1, false],
])('%j are %d whole lines: %s', (text, count, expected) => {
  for (const shift of [0, 1, 2, 3, 4]) expect(areWholeLines(bytesOf(text, shift), count)).toBe(expected)
})

test('lines of any lengths are whole until one byte of an end is changed, or a newline comes in', () => {
  const random = seededRandom(7)
  for (let round = 0; round < 300; round++) {
    const lines = Array.from({ length: 1 + Math.floor(random() * 6) }, () => `{${'x'.repeat(random() * 70)}}`)
    const bytes = bytesOf(lines.map((line) => `${line}\n`).join(''), Math.floor(random() * 5))
    expect(areWholeLines(bytes, lines.length)).toBe(true)
    const at = Math.floor(random() * bytes.length)
    const isInside = bytes[at] === 'x'.charCodeAt(0)
    bytes[at] = 10
    expect(areWholeLines(bytes, lines.length)).toBe(
      bytes.every((byte) => byte !== 10) || isUnchanged(bytes, lines),
    )
    if (isInside) expect(areWholeLines(bytes, lines.length + 1)).toBe(false)
  }
})

const isUnchanged = (bytes: Uint8Array, lines: readonly string[]): boolean =>
  new TextDecoder().decode(bytes) === lines.map((line) => `${line}\n`).join('')
