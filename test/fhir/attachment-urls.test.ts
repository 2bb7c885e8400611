import { describe, expect, it } from 'vitest'
import {
  attachmentMark,
  markAttachmentUrls,
  markReplacement,
  stripMarks,
} from '../../worker/fhir/attachment-urls.ts'
import { isJsonObject, type Json } from '../../worker/fhir/json.ts'
import { attachmentElements } from '../../worker/fhir/r4/attachment-elements.generated.ts'
import { typeIdOf, typeOfId } from '../../worker/fhir/resource-type.ts'
import fc from '../support/fast-check.ts'
import { readPackageFiles } from './r4-package.ts'

const base = 'https://example.org/r4'
const absolute = (marked: string): string => marked.replaceAll(attachmentMark, markReplacement(base))

/** The URL of a photo after an export. */
const exported = (url: string): unknown => {
  const text = JSON.stringify({ resourceType: 'Patient', id: 'p', photo: [{ url }] })
  return JSON.parse(absolute(markAttachmentUrls(text, 'Patient'))).photo[0].url
}

/** What the marks stand for, said by parsing: every relative `url` of an attachment below the base. */
const resolved = (value: Json, element = ''): Json => {
  if (Array.isArray(value)) return value.map((item) => resolved(item, element))
  if (!isJsonObject(value)) return value
  const names: readonly string[] = attachmentElements
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      name === 'url' && names.includes(element) && typeof member === 'string' && /^Binary\/\w/.test(member)
        ? `${base}/${member}`
        : resolved(member, name),
    ]),
  )
}

describe('The URL of an attachment', () => {
  it.each([
    'Binary/1',
    'Binary/1/_history/2',
    'Binary/a.b-C',
    'Binary/a%2Db',
    'DocumentReference/1/$docref?x=/y#z',
    'Binary/1#page=2',
    'Binary/1?_format=json',
  ])('%s is made absolute', (url) => {
    expect(exported(url)).toBe(`${base}/${url}`)
  })

  it.each([
    'http://example.org/Binary/1',
    'https://example.org/r4/Binary/1',
    'urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0',
    'data:text/plain,Binary/1',
    '#x',
    '/Binary/1',
    '//example.org/Binary/1',
    '../Binary/1',
    './Binary/1',
    'Binary',
    'Binary/',
    'Binary//1',
    'Binary/a b',
    'Binary/a%zz',
    'Nothing/1',
    'binary/1',
    'scan.pdf',
    '',
  ])('%j stays as it is', (url) => {
    expect(exported(url)).toBe(url)
  })

  it('is found wherever an attachment can be, and nothing else of that name is touched', () => {
    const url = 'Binary/1'
    const resource = {
      resourceType: 'DocumentReference',
      id: 'd',
      meta: { extension: [{ url, valueAttachment: { url, data: 'Binary/1' } }] },
      contained: [{ resourceType: 'Media', id: 'm', content: { _url: { extension: [{ url }] }, url } }],
      extension: [
        {
          url,
          extension: [
            { url, valueAttachment: { url } },
            { url, valueUrl: url },
          ],
        },
      ],
      content: [{ attachment: { title: url, url }, format: { system: url } }, { attachment: { url } }],
      url,
      photo: [url, [{ url }]],
    }
    const text = JSON.stringify(resource)
    const marked = markAttachmentUrls(text, 'DocumentReference')

    expect(JSON.parse(absolute(marked))).toEqual(resolved(resource))
    expect(marked.length - text.length).toBe(6)
    expect(stripMarks(marked)).toBe(text)
  })

  it('is read behind every escape that JSON knows, and keeps them', () => {
    const text = String.raw`{"ph\u006fto":[{"\u0075rl":"Binary\/1"},{"url":"\u0042inary/2"},{"url":"Binary\\/3"}]}`
    expect(absolute(markAttachmentUrls(text, 'Patient'))).toBe(
      String.raw`{"ph\u006fto":[{"\u0075rl":"${base}/Binary\/1"},{"url":"${base}/\u0042inary/2"},{"url":"Binary\\/3"}]}`,
    )
  })

  it('stays as it is in a Bundle, whose entries say what it is relative to', () => {
    const text = '{"entry":[{"resource":{"photo":[{"url":"Binary/1"}]}}]}'
    expect(markAttachmentUrls(text, 'Bundle')).toBe(text)
    expect(markAttachmentUrls(text, 'Parameters')).not.toBe(text)
  })

  it('may be relative a thousand times in one resource, and not oftener', () => {
    const text = (count: number) => JSON.stringify({ photo: Array(count).fill({ url: 'Binary/1' }) })
    expect(markAttachmentUrls(text(1000), 'Patient').length - text(1000).length).toBe(1000)
    expect(() => markAttachmentUrls(text(1001), 'Patient')).toThrow('more than 1000 of its attachments')
  })

  it('is escaped as JSON asks, whatever stands in the base URL', () => {
    expect(JSON.parse(`"${markReplacement('https://example.org/"\\')}"`)).toBe('https://example.org/"\\/')
  })
})

const anyUrl = fc.oneof(
  fc.constantFrom('Binary/1', 'Binary/a/_history/2', 'http://x/Binary/1', '#x', '"Binary/1', 'Binary/é'),
  fc.string({ unit: 'binary' }),
)
const anyName = fc.constantFrom('photo', 'content', 'attachment', 'valueAttachment', 'extension', 'x', 'a"b')
const { element: anyElement } = fc.letrec<{ element: Json; object: Json }>((tie) => ({
  element: fc.oneof({ maxDepth: 5 }, anyUrl, tie('object'), fc.array(tie('object'), { maxLength: 3 })),
  object: fc
    .tuple(fc.option(anyUrl), fc.dictionary(anyName, tie('element'), { maxKeys: 4 }))
    .map(([url, rest]) => (url === null ? rest : { ...rest, url })),
}))
/** The same JSON with some characters of strings written as escapes. */
const escaped = (json: string, pick: number): string =>
  json.replace(/[/a-zA-Z]/g, (character, at: number) => {
    if ((at * 7919 + pick) % 11 !== 0) return character
    return character === '/' ? '\\/' : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  })

describe('Marking', () => {
  it('and taking the marks away is the identity, and what is put in their place is what FHIR resolves', () => {
    fc.assert(
      fc.property(anyElement, fc.nat(100), (element, pick) => {
        // Only what stands in strings may be escaped: `null` and the like are not among these values.
        const text = JSON.stringify({ photo: element, other: [element] })
        const written = text.includes('\\') || text.includes('null') ? text : escaped(text, pick)
        const marked = markAttachmentUrls(written, 'Patient')
        expect(stripMarks(marked)).toBe(written)
        expect(JSON.parse(stripMarks(marked))).toEqual(JSON.parse(text))
        expect(JSON.parse(absolute(marked))).toEqual(resolved(JSON.parse(text)))
      }),
      { numRuns: 1000 },
    )
  })

  it("finds in HL7's examples what parsing finds", () => {
    let found = 0
    for (const resource of readPackageFiles()) {
      const { resourceType } = resource
      if (typeof resourceType !== 'string' || resourceType === 'Bundle') continue
      const text = JSON.stringify(resource)
      if (text.length > 100_000) continue
      const marked = markAttachmentUrls(text, typeOfId(typeIdOf('Patient')))
      expect(stripMarks(marked)).toBe(text)
      expect(absolute(marked) === JSON.stringify(resolved(resource)), resourceType).toBe(true)
      found += marked.length - text.length
    }
    expect(found).toBeGreaterThan(0)
  })
})
