import { describe, expect, it } from 'vitest'
import { formatInstant, isBefore, parseInstant } from '../../worker/fhir/instant.ts'
import fc from '../support/fast-check.ts'

/** The instant as text, rounded down. */
const floorOf = (text: string): string | undefined => {
  const instant = parseInstant(text)
  return instant === undefined ? undefined : formatInstant(instant.floorMs)
}

describe('an instant', () => {
  it.each([
    ['2026-11-20T10:26:46.123Z', '2026-11-20T10:26:46.123Z'],
    ['2026-11-20T10:26:46Z', '2026-11-20T10:26:46.000Z'],
    ['2026-11-20T10:26:46.1Z', '2026-11-20T10:26:46.100Z'],
    ['2020-01-01T00:00:00+05:30', '2019-12-31T18:30:00.000Z'],
    ['2020-01-01T00:00:00 05:30', '2019-12-31T18:30:00.000Z'],
    ['2020-01-01T00:00:00-05:00', '2020-01-01T05:00:00.000Z'],
    ['2020-01-01T00:00:00-00:00', '2020-01-01T00:00:00.000Z'],
    ['2020-01-01T00:00:00+14:00', '2019-12-31T10:00:00.000Z'],
    ['2020-02-29T23:59:59Z', '2020-02-29T23:59:59.000Z'],
    ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00.000Z'],
    ['0099-12-31T00:00:00Z', '0099-12-31T00:00:00.000Z'],
    ['9999-12-31T23:59:59.999Z', '9999-12-31T23:59:59.999Z'],
    ['2020', '2020-01-01T00:00:00.000Z'],
    ['2020-05', '2020-05-01T00:00:00.000Z'],
    ['2020-05-17', '2020-05-17T00:00:00.000Z'],
  ])('reads %s as %s', (text, expected) => {
    expect(floorOf(text)).toBe(expected)
  })

  it.each([
    ['2016-12-31T23:59:60Z', '2017-01-01T00:00:00.000Z'],
    ['2016-12-31T23:59:60.9999Z', '2017-01-01T00:00:00.000Z'],
    ['2017-01-01T05:29:60+05:30', '2017-01-01T00:00:00.000Z'],
  ])('takes the leap second %s for the first instant of the next minute', (text, expected) => {
    const ms = Date.parse(expected)
    expect(parseInstant(text)).toEqual({ floorMs: ms, ceilMs: ms })
  })

  it.each([
    ['2020-02-30T00:00:00Z', 'February has no 30th'],
    ['2019-02-29', '2019 is no leap year'],
    ['1900-02-29', '1900 is no leap year'],
    ['2020-04-31', 'April has no 31st'],
    ['2020-00', 'there is no month 0'],
    ['2020-13', 'there is no month 13'],
    ['2020-01-00', 'there is no day 0'],
    ['2020-01-01T24:00:00Z', 'there is no hour 24'],
    ['2020-01-01T00:60:00Z', 'there is no minute 60'],
    ['2020-01-01T00:00:61Z', 'there is no second 61'],
    ['0000-01-01', 'there is no year 0'],
    ['10000-01-01', 'a year has four digits'],
    ['2020-01-01T00:00:00', 'a time needs its offset'],
    ['2020-01-01T00:00:00+14:01', 'no offset is more than 14 hours'],
    ['2020-01-01T00:00:00+05:60', 'no offset has 60 minutes'],
    ['2020-01-01T00:00:00+0530', 'an offset has a colon'],
    ['2020-01-01T00:00Z', 'an instant has seconds'],
    ['2020-01-01T00:00:00.Z', 'a fraction has digits'],
    ['2020-01-01Z', 'a date has no offset'],
    ['2020-01T00:00:00Z', 'a time needs a day'],
    ['2020-01-01t00:00:00z', 'T and Z are capitals'],
    ['2020-1-1', 'months and days have two digits'],
    [' 2020', 'a blank is not part of it'],
    ['2020\n', 'a newline is not part of it'],
    ['', 'it is empty'],
    ['yesterday', 'it is a word'],
    ['٢٠٢٠', 'the digits are not ASCII'],
  ])('is not read from %j: %s', (text) => {
    expect(parseInstant(text)).toBeUndefined()
  })

  it.each([
    ['2020-01-01T00:00:00.1230Z', 123, 123],
    ['2020-01-01T00:00:00.1234Z', 123, 124],
    ['2020-01-01T00:00:00.999999999999Z', 999, 1000],
    ['2020-01-01T00:00:00.0000000000000000000001Z', 0, 1],
  ])('is rounded down and up to whole milliseconds: %s', (text, floor, ceil) => {
    const start = Date.parse('2020-01-01T00:00:00Z')
    expect(parseInstant(text)).toEqual({ floorMs: start + floor, ceilMs: start + ceil })
  })

  it('is rounded down before 1970 too', () => {
    expect(parseInstant('1969-12-31T23:59:59.9999Z')).toEqual({ floorMs: -1, ceilMs: 0 })
  })

  it('comes back from its text, for every millisecond of the years 1 to 9999', () => {
    const ms = fc.integer({
      min: Date.parse('0001-01-01T00:00:00Z'),
      max: Date.parse('9999-12-31T23:59:59.999Z'),
    })
    fc.assert(
      fc.property(ms, (at) => {
        expect(parseInstant(formatInstant(at))).toEqual({ floorMs: at, ceilMs: at })
      }),
    )
  })
})

describe('the order of two instants', () => {
  it.each([
    ['2020', '2021', true],
    ['2020', '2020-01-01T00:00:00Z', false],
    ['2020-01-01T00:00:00.5Z', '2020-01-01T00:00:00.5001Z', true],
    ['2020-01-01T00:00:00.5001Z', '2020-01-01T00:00:00.5Z', false],
    ['2020-01-01T00:00:00.5001Z', '2020-01-01T00:00:00.501Z', true],
    ['2020-01-01T00:00:00.5002Z', '2020-01-01T00:00:00.5001Z', false],
  ])('says whether %s is before %s: %s', (a, b, expected) => {
    const first = parseInstant(a)
    const second = parseInstant(b)
    expect(first !== undefined && second !== undefined && isBefore(first, second)).toBe(expected)
  })
})
