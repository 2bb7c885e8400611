import { describe, expect, it } from 'vitest'
import { SluiceError } from '../../worker/errors.ts'
import { readResourceLine } from '../../worker/fhir/resource-line.ts'
import fc from '../support/fast-check.ts'
import { noon, printedResource } from './printed-resource.ts'

/** The line as the store would write it, version 7 at noon. */
const finish = (text: string): string => {
  const { head, tail } = readResourceLine(text)
  return `${head}7","lastUpdated":"${noon}${tail}`
}

const own = `"meta":{"versionId":"7","lastUpdated":"${noon}"`

const messageOf = (text: string): string => {
  try {
    readResourceLine(text)
  } catch (error) {
    if (error instanceof SluiceError && error.code === 'invalid') return error.message
    throw error
  }
  return 'accepted'
}

const nested = (levels: number): string =>
  `{"resourceType":"Patient","id":"p","x":${'['.repeat(levels - 1)}${']'.repeat(levels - 1)}}`

describe('reading the text of any resource', () => {
  it('keeps every token as it was written, in order, without whitespace between them', () => {
    fc.assert(
      fc.property(printedResource, ({ text, finished }) => {
        expect(finish(text)).toBe(finished.join(''))
      }),
      { numRuns: 2000 },
    )
  })

  it('changes nothing for a reader but meta.versionId and meta.lastUpdated', () => {
    fc.assert(
      fc.property(printedResource, ({ text }) => {
        const given = JSON.parse(text.replace('\ufeff', ''))
        const meta = { ...given.meta, versionId: '7', lastUpdated: noon }
        expect(JSON.parse(finish(text))).toEqual({ ...given, meta })
        expect(readResourceLine(text)).toMatchObject({ type: 'Patient', id: given.id })
        expect(readResourceLine(text).resource).toEqual(given)
      }),
    )
  })

  it('splits a finished line where it split the text that the line came from', () => {
    fc.assert(
      fc.property(printedResource, ({ text }) => {
        const { head, tail } = readResourceLine(text)
        expect(readResourceLine(finish(text))).toMatchObject({ head, tail })
      }),
    )
  })

  it('makes a single line that starts its meta with the version', () => {
    fc.assert(
      fc.property(printedResource, ({ text }) => {
        const { head, tail } = readResourceLine(text)
        expect(head).toMatch(/"meta":\{"versionId":"$/)
        expect(tail).toMatch(/^"[,}]/)
        expect(head + tail).not.toMatch(/[\n\r\t]/)
      }),
    )
  })

  it('accepts a text that was cut or changed, or refuses it as invalid, and never fails in another way', () => {
    fc.assert(
      fc.property(
        printedResource,
        fc.nat(),
        fc.constantFrom('', '"', '\\', '{', ']', ','),
        (printed, at, put) => {
          const place = at % printed.text.length
          messageOf(printed.text.slice(0, place) + put)
          messageOf(printed.text.slice(0, place) + put + printed.text.slice(place + 1))
        },
      ),
      { numRuns: 1000 },
    )
  })
})

describe('where meta stands', () => {
  it.each([
    [
      'is missing',
      '{"resourceType":"Patient","id":"p","active":true}',
      `{"resourceType":"Patient","id":"p",${own}},"active":true}`,
    ],
    [
      'is missing and id is last',
      '{"resourceType":"Patient","id":"p"}',
      `{"resourceType":"Patient","id":"p",${own}}}`,
    ],
    [
      'is first',
      '{"meta":{"source":"s"},"resourceType":"Patient","id":"p"}',
      `{${own},"source":"s"},"resourceType":"Patient","id":"p"}`,
    ],
    [
      'is last',
      '{"id":"p","resourceType":"Patient","meta":{"source":"s"}}',
      `{"id":"p","resourceType":"Patient",${own},"source":"s"}}`,
    ],
    [
      'is empty',
      '{"resourceType":"Patient","id":"p","meta":{ }}',
      `{"resourceType":"Patient","id":"p",${own}}}`,
    ],
    [
      'has only a version',
      '{"resourceType":"Patient","id":"p","meta":{"versionId":"1"}}',
      `{"resourceType":"Patient","id":"p",${own}}}`,
    ],
    [
      'has its own two members between others',
      '{"resourceType":"Patient","id":"p","meta":{"a":1.0,"lastUpdated":"x","b":[{}],"versionId":"1","c":"}"}}',
      `{"resourceType":"Patient","id":"p",${own},"a":1.0,"b":[{}],"c":"}"}}`,
    ],
    [
      'has names written with escapes',
      '{"resourceType":"Patient","\\u0069d":"p","\\u006deta":{"version\\u0049d":"1","a":1}}',
      `{"resourceType":"Patient","\\u0069d":"p",${own},"a":1}}`,
    ],
    [
      'is also a name further down, which is left alone',
      '{"resourceType":"Patient","contained":[{"meta":{"versionId":"1"}}],"id":"p"}',
      `{"resourceType":"Patient","contained":[{"meta":{"versionId":"1"}}],"id":"p",${own}}}`,
    ],
  ])('is handled when it %s', (_, text, line) => {
    expect(finish(text)).toBe(line)
  })
})

describe('what is kept', () => {
  it.each([
    '1.00',
    '1E2',
    '-0',
    '1e400',
    '12345678901234567890',
    '"\\u00e9\\/\\ud800"',
    '" \\" : , "',
    '"\u2028"',
  ])('keeps %s as it is spelled', (token) => {
    expect(finish(`{"resourceType":"Patient","id":"p","x": ${token} }`)).toContain(`,"x":${token}}`)
  })

  it('keeps backslashes before a closing quote', () => {
    expect(finish('{"resourceType":"Patient","id":"p","x":"\\\\" , "y":"\\\\\\"" }')).toMatch(
      /"x":"\\\\","y":"\\\\\\""}$/,
    )
  })

  it('takes __proto__ for a member like any other', () => {
    const text = '{"resourceType":"Patient","id":"p","__proto__":{"id":"q"}}'
    expect(finish(text)).toMatch(/"__proto__":\{"id":"q"\}\}$/)
    expect(readResourceLine(text).id).toBe('p')
  })

  it('does not copy a text that needs no change but the splice', () => {
    const text = '{"resourceType":"Patient","id":"p","meta":{"source":"s"}}'
    const { head, tail } = readResourceLine(text)
    expect(head.replace('"versionId":"', '') + tail.slice(2)).toBe(text)
  })

  it('strips one byte order mark from the start', () => {
    expect(finish(`\ufeff${nested(2)}`)).toBe(finish(nested(2)))
  })

  it('accepts 200 levels', () => {
    expect(messageOf(nested(200))).toBe('accepted')
  })
})

describe('what is refused', () => {
  const patient = '"resourceType":"Patient","id":"p"'
  const noId = 'its id is not 1 to 64 of the characters A-Z, a-z, 0-9, "-" and "."'
  it.each([
    ['nothing', '', 'it is not valid JSON'],
    ['what is not JSON', '{secret}', 'it is not valid JSON'],
    ['two resources at once', `{${patient}}\n{${patient}}`, 'it is not valid JSON'],
    ['a raw newline in a string', `{${patient},"x":"\n"}`, 'it is not valid JSON'],
    ['a second byte order mark', `\ufeff\ufeff{${patient}}`, 'it is not valid JSON'],
    ['an array', '[]', 'it is not a JSON object'],
    ['null', 'null', 'it is not a JSON object'],
    ['no type', '{"id":"p"}', 'it has no resourceType'],
    ['a type that is not a string', '{"resourceType":1,"id":"p"}', 'it has no resourceType'],
    ['an unknown type', '{"resourceType":"Secret","id":"p"}', 'its resourceType is not one of FHIR R4'],
    [
      'a name every object has',
      '{"resourceType":"constructor","id":"p"}',
      'its resourceType is not one of FHIR R4',
    ],
    [
      'a type in another case, with a hint',
      '{"resourceType":"patient","id":"p"}',
      'its resourceType is not one of FHIR R4, did you mean "Patient"?',
    ],
    ['no id', '{"resourceType":"Patient"}', 'it has no id'],
    ['an empty id', '{"resourceType":"Patient","id":""}', noId],
    ['an id that is a number', '{"resourceType":"Patient","id":1}', noId],
    ['an id with a slash', '{"resourceType":"Patient","id":"a/b"}', noId],
    ['an id with a newline at its end', '{"resourceType":"Patient","id":"a\\n"}', noId],
    ['an id of 65 characters', `{"resourceType":"Patient","id":"${'a'.repeat(65)}"}`, noId],
    ['a meta that is null', `{${patient},"meta":null}`, 'its meta is not a JSON object'],
    ['a meta that is an array', `{${patient},"meta":[]}`, 'its meta is not a JSON object'],
    ['a member given twice', `{${patient},"a":1,"a":1}`, 'a member of the resource is given twice'],
    ['one name in two spellings', `{${patient},"\\u0069d":"p"}`, 'a member of the resource is given twice'],
    ['two metas', `{${patient},"meta":{},"meta":{}}`, 'a member of the resource is given twice'],
    [
      'a member of meta given twice',
      `{${patient},"meta":{"versionId":"1","versionId":"2"}}`,
      'a member of its meta is given twice',
    ],
    ['201 levels', nested(201), 'it nests deeper than 200 levels'],
    ['201 levels before the end', nested(201).replace(/}$/, ',"y":{}}'), 'it nests deeper than 200 levels'],
    ['a million levels', nested(1_000_000), 'it nests deeper than 200 levels'],
  ])('refuses %s', (_, text, reason) => {
    expect(messageOf(text)).toBe(`Cannot read the resource: ${reason}`)
  })
})
