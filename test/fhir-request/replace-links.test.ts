import { describe, expect, test } from 'vitest'
import { isJsonObject, type Json } from '../../worker/fhir/json.ts'
import { elementsOf, minifyJson, replaceStrings } from '../../worker/fhir/json-text.ts'
import { replaceLinks } from '../../worker/fhir/replace-links.ts'
import fc from '../support/fast-check.ts'

const urn = 'urn:uuid:0a'
const targets: Readonly<Record<string, string>> = {
  [urn]: 'Patient/1',
  'urn:oid:1.2': 'Basic/"\\é',
  é: 'B/2',
}
const targetOf = (link: string) => (Object.hasOwn(targets, link) ? targets[link] : undefined)

/** The same on what is parsed, which loses how it was written. Narratives aside. */
const replaceParsed = (value: Json, name = ''): Json => {
  if (typeof value === 'string') return linkNames.includes(name) ? (targetOf(value) ?? value) : value
  if (Array.isArray(value)) return value.map((item) => replaceParsed(item, name))
  if (!isJsonObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, replaceParsed(item, key)]))
}

const linkNames = ['reference', 'url', 'uri', 'policy', 'protocol', 'valueUri', 'valueOid', 'instantiatesUri']
const otherNames = [
  'value',
  'system',
  'valueString',
  'valueCanonical',
  'fixedUri',
  'ref',
  // Of two characters: V8 (Node 24.21) parses a name that is one escaped character as another one, once it has seen some.
  '""',
  '\\\\',
  '__proto__x',
]

/** A string as JSON may write it: any character may be an escape. */
const written = (text: fc.Arbitrary<string>) =>
  fc.tuple(text, fc.array(fc.boolean(), { minLength: 12, maxLength: 12 })).map(([plain, flags]) => {
    const units = [...Array(plain.length).keys()].map((at) => {
      const hex = plain.charCodeAt(at).toString(16).padStart(4, '0')
      const isEscaped = flags[at % flags.length] === true || /["\\]/.test(plain[at] ?? '')
      return isEscaped ? `\\u${hex}` : plain[at]
    })
    return `"${units.join('')}"`
  })

const blank = fc.constantFrom('', ' ', '\n\t')
const string = written(
  fc.constantFrom(...Object.keys(targets), `${urn}b`, '', '{"a":["', 'x,"reference":', '\\'),
)
const name = written(fc.constantFrom(...linkNames, ...otherNames))
const { value } = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    string,
    fc.constantFrom('1.00', '-0', '1e+2', 'true', 'null'),
    fc
      .tuple(blank, fc.array(tie('value'), { maxLength: 4 }))
      .map(([gap, items]) => `[${gap}${items.join(`${gap},`)}]`),
    fc
      // Each name once: of two of one name that are escaped, V8 has been seen to keep now the first, now the last.
      .tuple(
        blank,
        fc.uniqueArray(fc.tuple(name, tie('value')), { maxLength: 4, selector: ([key]) => JSON.parse(key) }),
      )
      .map(
        ([gap, members]) => `{${members.map(([key, item]) => `${gap}${key}${gap}:${gap}${item}`).join(',')}}`,
      ),
  ),
}))

describe('Replacing links in a text', () => {
  test('says the same as replacing them in what is parsed', () => {
    fc.assert(
      fc.property(value, (json) => {
        const replaced = replaceLinks(minifyJson(json).text, targetOf)
        expect(JSON.parse(replaced)).toEqual(replaceParsed(JSON.parse(json)))
      }),
      { numRuns: 1000 },
    )
  })

  test('changes no character elsewhere', () => {
    fc.assert(
      fc.property(value, (json) => {
        const { text } = minifyJson(json)
        expect(replaceLinks(text, () => undefined)).toBe(text)
        expect(replaceStrings(text, (_, raw) => raw)).toBe(text)
        // What is replaced by one sign, wherever it stands, leaves all else in its place.
        const marked = replaceLinks(text, (link) => (targetOf(link) === undefined ? undefined : '%'))
        const holes = replaceLinks(text, (link) => (targetOf(link) === undefined ? undefined : ''))
        expect(marked.replaceAll('%', '')).toBe(holes)
      }),
    )
  })

  test.each([
    [`<a href=\\"${urn}\\">${urn}</a>`, `<a href=\\"Patient/1\\">${urn}</a>`],
    [`<img alt=\\"${urn}\\" src='${urn}'/>`, `<img alt=\\"${urn}\\" src='Patient/1'/>`],
    [`<a\\n class='x'\\thref = '${urn}'>`, `<a\\n class='x'\\thref = 'Patient/1'>`],
    [`<abbr href='${urn}'>`, `<abbr href='${urn}'>`],
    [`<a href='${urn}\\">`, `<a href='${urn}\\">`],
    [`<a data-href='${urn}'>`, `<a data-href='${urn}'>`],
    [`<a><b href='${urn}'></a>`, `<a><b href='${urn}'></a>`],
    [`\\u00e9\\/<a href='urn:uuid:0b'>`, `\\u00e9\\/<a href='urn:uuid:0b'>`],
  ])('of the narrative %s makes %s', (given, expected) => {
    expect(replaceLinks(`{"text":{"div":"${given}"}}`, targetOf)).toBe(`{"text":{"div":"${expected}"}}`)
  })

  test('of a long narrative takes no longer than it is long', () => {
    const hostile = `{"div":"${'<a '.repeat(300_000)}${'<a href='.repeat(100_000)}${' '.repeat(300_000)}"}`
    const begin = performance.now()
    expect(replaceLinks(hostile, targetOf)).toBe(hostile)
    expect(performance.now() - begin).toBeLessThan(2000)
  })
})

test.each([
  ['[]', []],
  ['[1]', ['1']],
  ['[1,"a,]",{"b":[2,3]},[[]]]', ['1', '"a,]"', '{"b":[2,3]}', '[[]]']],
])('The elements of %s are told by their places', (json, elements) => {
  expect(elementsOf(json, 0).map(({ start, end }) => json.slice(start, end))).toEqual(elements)
})
