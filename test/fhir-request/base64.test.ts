import { describe, expect, test } from 'vitest'
import { bytesOfBase64, decodeBase64, encodeBase64 } from '../../worker/fhir/base64.ts'

describe('base64', () => {
  test('is written and read for every length and every byte, as Node does it', () => {
    for (let length = 0; length < 300; length++) {
      const bytes = Uint8Array.from({ length }, (_, i) => (i * 7 + length) % 256)
      const text = encodeBase64(bytes)
      expect(text).toBe(Buffer.from(bytes).toString('base64'))
      expect(decodeBase64(text)).toEqual(bytes)
      expect(bytesOfBase64(text.length)).toBeGreaterThanOrEqual(length)
    }
  })

  test('is read with blanks in it, and not when it is something else', () => {
    expect(decodeBase64('aGVs\r\n bG8=')).toEqual(new TextEncoder().encode('hello'))
    for (const text of ['!', 'a', 'aGVsbG8=x', 'a-_b']) expect(decodeBase64(text)).toBeUndefined()
  })

  test.each([
    [0, 0],
    [-5, 0],
    [3, 0],
    [4, 3],
    [7, 3],
    [8, 6],
  ])('of %i characters holds at most %i bytes', (length, bytes) => {
    expect(bytesOfBase64(length)).toBe(bytes)
  })
})
