import { describe, expect, it } from 'vitest'
import { isLater, readRecorded } from '../../worker/fhir/recorded.ts'

const isLaterText = (a: string | null, b: string | null) => isLater(readRecorded(a), readRecorded(b))

describe('What was recorded later', () => {
  it.each([
    ['2026-01-01T10:00:01Z', '2026-01-01T10:00:00Z'],
    ['2026-01-01T11:00:00Z', '2026-01-01T12:00:00+02:00'],
    ['2026-01-01T10:00:00.1Z', '2026-01-01T10:00:00Z'],
    ['2026-01-01T10:00:00.12345Z', '2026-01-01T10:00:00.1234Z'],
    ['2026-01-01T10:00:00.1235Z', '2026-01-01T10:00:00.12345Z'],
    ['2026-01-01T10:01:00.1Z', '2026-01-01T10:00:60.9Z'],
    ['1969-12-31T23:59:59Z', 'yesterday'],
    ['0001-01-01T00:00:00Z', null],
    ['0001-01-01T00:00:00Z', '2026-01-01'],
    ['0001-01-01T00:00:00Z', '2026-01-01T10:00:00'],
    ['0001-01-01T00:00:00Z', '2026-02-30T10:00:00Z'],
    ['0001-01-01T00:00:00Z', '2026-01-01T10:00:00 01:00'],
  ])('is %s and not %s', (later, earlier) => {
    expect(isLaterText(later, earlier)).toBe(true)
    expect(isLaterText(earlier, later)).toBe(false)
  })

  it.each([
    ['2026-01-01T10:00:00Z', '2026-01-01T12:00:00.000+02:00'],
    ['2026-01-01T10:00:00.12Z', '2026-01-01T10:00:00.120000Z'],
    ['2026-01-01T10:00:60.5Z', '2026-01-01T10:01:00Z'],
    ['', null],
    ['yesterday', '2026-01-01'],
  ])('is neither %s nor %s', (a, b) => {
    expect(isLaterText(a, b)).toBe(false)
    expect(isLaterText(b, a)).toBe(false)
  })
})
