import { describe, expect, it } from 'vitest'
import { cutLine, maxGrowthBytes } from '../../worker/fhir/cut-line.ts'
import { cutRuleOf } from '../../worker/fhir/cut-rule.ts'
import type { ElementChoice } from '../../worker/fhir/export-shape.ts'
import { isJsonObject, type Json, type JsonObject } from '../../worker/fhir/json.ts'
import { isResourceType, type ResourceType } from '../../worker/fhir/resource-type.ts'
import fc from '../support/fast-check.ts'
import { objectsOf, readPackageFile, readPackageFiles, textOf } from './r4-package.ts'

const tag = '{"system":"http://terminology.hl7.org/CodeSystem/v3-ObservationValue","code":"SUBSETTED"}'
const subsetted: Json = JSON.parse(tag)

/** What is left of a line when these elements are asked for, of every type. */
const cut = (line: string, elements: readonly string[], type: ResourceType = 'Patient'): string =>
  cutBy(line, { everywhere: elements, byType: {} }, type)

const cutBy = (text: string, choice: ElementChoice, type: ResourceType): string => {
  const rule = cutRuleOf(choice, type)
  if (rule === undefined) return text
  const line = new TextEncoder().encode(text)
  const into = new Uint8Array(7 + line.length + maxGrowthBytes)
  return new TextDecoder('utf-8', { fatal: true }).decode(into.subarray(7, cutLine(line, rule, into, 7)))
}

describe('cutting a resource', () => {
  it('keeps what is asked for, what identifies it, what is mandatory and what modifies, each as it was written', () => {
    const line = String.raw`{"resourceType":"Observation","id":"o","meta":{"versionId":"1"},"implicitRules":"x","language":"de","text":{"div":"}{"},"modifierExtension":[{"url":"u"}],"status":"final","code":{"text":"a\"b\\"},"subject":{"reference":"Patient/p"},"valueQuantity":{"value":1.00E+02,"unit":"ü😀"},"note":[{"text":"]"}]}`
    expect(cut(line, ['value'], 'Observation')).toBe(
      String.raw`{"resourceType":"Observation","id":"o","meta":{"versionId":"1","tag":[${tag}]},"implicitRules":"x","modifierExtension":[{"url":"u"}],"status":"final","code":{"text":"a\"b\\"},"valueQuantity":{"value":1.00E+02,"unit":"ü😀"}}`,
    )
  })

  it('keeps the order, whatever that is', () => {
    const line =
      '{"birthDate":"2000","name":[],"meta":{"versionId":"1"},"gender":"male","id":"p","resourceType":"Patient"}'
    expect(cut(line, ['gender', 'birthDate'])).toBe(
      `{"birthDate":"2000","meta":{"versionId":"1","tag":[${tag}]},"gender":"male","id":"p","resourceType":"Patient"}`,
    )
  })

  it('keeps what extends a primitive with it, and alone', () => {
    const extension = '{"extension":[{"url":"u","valueCode":"unknown"}]}'
    const line = `{"resourceType":"Patient","id":"p","_id":{},"meta":{},"birthDate":"2000","_birthDate":${extension},"_gender":${extension}}`
    expect(cut(line, ['birthDate'])).toContain(
      `"_id":{},"meta":{"tag":[${tag}]},"birthDate":"2000","_birthDate":${extension}}`,
    )
    expect(cut(line, ['gender'])).toContain(`"_gender":${extension}}`)
    expect(cut(line, ['gender'])).not.toContain('birthDate')
  })

  it.each([
    ['value', ['valueQuantity', 'valueString']],
    ['valueQuantity', ['valueQuantity']],
    ['effective', ['effectiveDateTime']],
    ['method', []],
  ])('takes %s for %j, of an Observation', (element, kept) => {
    const line =
      '{"resourceType":"Observation","id":"o","meta":{},"effectiveDateTime":"2000","valueQuantity":{},"valueString":"a","valueSet":"b"}'
    const { resourceType: _, id: __, meta: ___, ...rest } = JSON.parse(cut(line, [element], 'Observation'))
    expect(Object.keys(rest)).toEqual(kept)
  })

  it('keeps a choice that is mandatory, and one that modifies, whichever was chosen', () => {
    const request =
      '{"resourceType":"MedicationRequest","id":"m","meta":{},"medicationReference":{"display":"x"},"reportedBoolean":true}'
    expect(cut(request, [], 'MedicationRequest')).toContain('"medicationReference":{"display":"x"}}')
    expect(cut('{"resourceType":"Patient","id":"p","meta":{},"deceasedDateTime":"2000"}', [])).toContain(
      'deceasedDateTime',
    )
  })

  it('knows names by what a parser makes of them', () => {
    const line = String.raw`{"resourceType":"Patient","\u0069d":"p","m\u0065ta":{},"birth\u0044ate":"2000","\u005fbirthDate":{},"n\u0061me":[]}`
    expect(cut(line, ['birthDate'])).toBe(
      String.raw`{"resourceType":"Patient","\u0069d":"p","m\u0065ta":{"tag":[${tag}]},"birth\u0044ate":"2000","\u005fbirthDate":{}}`,
    )
  })

  it('keeps every member of a name that is kept: readers differ in which of them counts', () => {
    const line = '{"resourceType":"Patient","id":"p","meta":{},"gender":"male","name":[],"gender":"female"}'
    expect(cut(line, ['gender'])).toContain('"gender":"male","gender":"female"}')
  })

  it('leaves types alone that nothing is said of', () => {
    const line = '{"resourceType":"Patient","id":"p","meta":{},"gender":"male"}'
    expect(cutBy(line, { byType: { Observation: ['code'] } }, 'Patient')).toBe(line)
    expect(cutBy(line, { byType: { Patient: [] } }, 'Patient')).not.toContain('gender')
    expect(cutBy(line, { everywhere: [], byType: { Patient: ['gender'] } }, 'Patient')).toContain('gender')
    expect(cutBy(line, { everywhere: ['code'], byType: {} }, 'Patient')).not.toContain('gender')
  })

  it('cuts resources that are no DomainResource', () => {
    const line = '{"resourceType":"Binary","id":"b","meta":{},"contentType":"text/plain","data":"QQ=="}'
    expect(cut(line, ['id'], 'Binary')).toContain(`${tag}]},"contentType":"text/plain"}`)
  })
})

describe('the tag of a resource that is cut', () => {
  const line = (meta: string) => `{"resourceType":"Patient","id":"p"${meta},"gender":"male"}`
  const other = '{"system":"s","code":"SUBSETTED"}'
  it.each([
    ['no meta', '', `,"meta":{"tag":[${tag}]}`],
    ['an empty meta', ',"meta":{}', `,"meta":{"tag":[${tag}]}`],
    ['a meta', ',"meta":{"versionId":"1"}', `,"meta":{"versionId":"1","tag":[${tag}]}`],
    ['an empty list of tags', ',"meta":{"tag":[]}', `,"meta":{"tag":[${tag}]}`],
    [
      'another tag',
      `,"meta":{"tag":[${other}],"source":"x"}`,
      `,"meta":{"tag":[${other},${tag}],"source":"x"}`,
    ],
    [
      'tags under an escaped name',
      String.raw`,"meta":{"t\u0061g":[${other}]}`,
      String.raw`,"meta":{"t\u0061g":[${other},${tag}]}`,
    ],
    [
      'a tag inside an extension',
      ',"meta":{"extension":[{"tag":[]}]}',
      `,"meta":{"extension":[{"tag":[]}],"tag":[${tag}]}`,
    ],
  ])('is added to %s', (_, meta, expected) => {
    expect(cut(line(meta), ['gender'])).toBe(line(expected))
  })

  it.each([
    tag,
    `${other},${tag},${other}`,
    '{"display":"x","code":"SUBSETTED","system":"http://terminology.hl7.org/CodeSystem/v3-ObservationValue"}',
    String.raw`{"system":"http:\/\/terminology.hl7.org\/CodeSystem\/v3-ObservationValue","code":"SUBS\u0045TTED"}`,
  ])('is not added to %s', (tags) => {
    expect(cut(line(`,"meta":{"tag":[${tags}]}`), ['gender'])).toBe(line(`,"meta":{"tag":[${tags}]}`))
  })
})

describe('contained resources', () => {
  const contained =
    '"contained":[{"resourceType":"Organization","id":"a"},{"resourceType":"Patient","id":"b","link":{"id":"c"}}]'
  const line = (reference: string) =>
    `{"resourceType":"Patient","id":"p","meta":{},${contained},"generalPractitioner":[{"reference":${reference}}],"name":[{"text":"#a"}]}`

  it.each(['"#a"', '"#b"', String.raw`"\u0023a"`, String.raw`"#\u0061"`])(
    'are kept when what is kept refers to one of them, by %s',
    (reference) => {
      expect(cut(line(reference), ['generalPractitioner'])).toContain(
        `"meta":{"tag":[${tag}]},${contained},"generalPractitioner"`,
      )
    },
  )

  it.each(['"#c"', '"#"', '"#d"', '"Organization/a"', '"a#a"', String.raw`"\"#a"`])(
    'are dropped otherwise, as with %s',
    (reference) => {
      expect(cut(line(reference), ['generalPractitioner'])).not.toContain('contained')
    },
  )

  it('are dropped with all that refers to them, and kept when they are asked for', () => {
    expect(cut(line('"#a"'), ['id'])).not.toContain('contained')
    expect(cut(line('"x"'), ['contained'])).toContain(`${contained}}`)
  })
})

describe('what cannot be cut', () => {
  it.each([
    '',
    '{',
    '{}',
    '[]',
    'null',
    '{"resourceType":"Patient"}',
    '{"id":"p"',
    '{"id":"p"}}',
    '{"id":"p"}{"id":"q"}',
    '{"id":"p","meta":{}',
    '{"id":"p","meta":{},}',
    '{"id":"p","meta":[]}',
    '{"id":"p","meta":null}',
    '{"id":"p","meta":{"tag":{}}}',
    '{"id":"p","meta":{"tag":["SUB",x]}}',
    String.raw`{"id":"p","meta":{"tag":["\x"]}}`,
    String.raw`{"id":"p","meta":{"\x":1}}`,
    String.raw`{"id":"p","meta":{},"\x":1}`,
    String.raw`{"id":"p","meta":{},"contained":[],"link":["#\x"]}`,
    '{"id":"p","meta":{"tag":[}}',
    '{"id":"p","name":"x}',
    '{"id":"p","name":"x\\"}',
    '{"id":"p","name":[{]}',
    '{"id":"p" "name":1}',
    '{"id":}',
    '{id:"p"}',
    '{"id":"p", "name":1}',
  ])('is refused, without a word of what it holds: %s', (line) => {
    expect(() => cut(line, [])).toThrow(
      /^Cannot cut a resource: (it is not minified JSON from byte \d+ on|it has no id|its meta is not an object|its meta\.tag is not (an array|JSON))$/,
    )
  })
})

/** Of a Patient, by HL7's definition, besides what is asked for below. */
const essential = [
  'resourceType',
  'id',
  'meta',
  'implicitRules',
  'modifierExtension',
  'active',
  'deceasedBoolean',
  'deceasedDateTime',
  'link',
]
const asked = ['birthDate', 'name', 'multipleBirth']
const kept = new Set([...essential, 'birthDate', 'name', 'multipleBirthBoolean', 'multipleBirthInteger'])

/** The same, said by parsing. */
const isKept = (name: string): boolean =>
  kept.has(name.startsWith('_') && name !== '_meta' ? name.slice(1) : name)

type Member = readonly [name: string, value: string]
const nameOf = ([name]: Member): string => JSON.parse(name)
const write = ([name, value]: Member): string => `${name}:${value}`
const object = (members: readonly Member[]): string => `{${members.map(write).join(',')}}`

const spelled = (name: string): fc.Arbitrary<string> =>
  fc.nat(name.length - 1).map((at) => {
    const code = name.charCodeAt(at).toString(16).padStart(4, '0')
    return `"${name.slice(0, at)}\\u${code}${name.slice(at + 1)}"`
  })
const names = [
  ...kept,
  ...[...kept].map((name) => `_${name}`),
  'gender',
  'text',
  '__name',
  'nam',
  'names',
  'é',
  'multipleBirth',
]
const memberName = fc
  .constantFrom(...names.filter((name) => !['resourceType', 'id', 'meta', '_meta'].includes(name)))
  .chain((name) => fc.oneof({ weight: 3, arbitrary: fc.constant(`"${name}"`) }, spelled(name)))

const text = fc
  .array(
    fc.constantFrom('a', '"', '\\', '{', '}', '[', ']', ',', ':', '#', '#a', 'é', '😀', '\n', '\u2028', ' '),
    { maxLength: 6 },
  )
  .map((pieces) => JSON.stringify(pieces.join('')))
const { value } = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    text,
    fc.constantFrom('0', '-0', '1.00', '1E2', '-0.10e-05', '12345678901234567890', 'true', 'false', 'null'),
    fc.array(tie('value'), { maxLength: 3 }).map((items) => `[${items.join(',')}]`),
    fc.array(fc.tuple(text, tie('value')), { maxLength: 3 }).map(object),
  ),
}))
const metaMember: fc.Arbitrary<Member> = fc.tuple(
  fc.constantFrom('"versionId"', '"source"', '"tags"', '"_tag"'),
  value,
)
const meta = fc.uniqueArray(metaMember, { maxLength: 3, selector: nameOf })
const tags = fc.option(fc.array(fc.oneof(value, fc.constant(tag)), { maxLength: 3 }))

/** A resource, and what is to become of it: the text of its kept members, in their order, with the tag in its meta. */
type Given = { readonly source: readonly Member[]; readonly expected: readonly Member[] }
const given: fc.Arbitrary<Given> = fc
  .record({
    members: fc.array(fc.tuple(memberName, value), { maxLength: 8 }),
    meta,
    tags,
    places: fc.tuple(fc.nat(), fc.nat()),
  })
  .map(({ members, meta: others, tags: items, places: [place, tagPlace] }) => {
    const withMeta = (text: string): readonly Member[] => [
      ['"resourceType"', '"Patient"'],
      ['"id"', '"p"'],
      ...members.toSpliced(place % (members.length + 1), 0, ['"meta"', text]),
    ]
    const withTags = (texts: readonly string[]) =>
      object(others.toSpliced(tagPlace % (others.length + 1), 0, ['"tag"', `[${texts.join(',')}]`]))
    const isTagged = items?.includes(tag) ?? false
    const before = items === null ? object(others) : withTags(items)
    const after =
      items === null
        ? object([...others, ['"tag"', `[${tag}]`]])
        : withTags(isTagged ? items : [...items, tag])
    return {
      source: withMeta(before),
      expected: withMeta(after).filter((member) => isKept(nameOf(member))),
    }
  })

describe('any resource', () => {
  it('keeps every byte of what is kept, in order, and loses everything else', () => {
    fc.assert(
      fc.property(given, ({ source, expected }) => {
        expect(cut(object(source), asked)).toBe(object(expected))
      }),
      { numRuns: 2000 },
    )
  })

  it('is for a parser the same resource without the members that go', () => {
    fc.assert(
      fc.property(given, ({ source }) => {
        const { meta: _, ...rest }: JsonObject = JSON.parse(object(source))
        const { meta: __, ...left }: JsonObject = JSON.parse(cut(object(source), asked))
        expect(left).toEqual(filtered(rest, isKept))
      }),
    )
  })

  it('is cut once: what is left stays as it is', () => {
    fc.assert(
      fc.property(given, ({ source }) => {
        const line = cut(object(source), asked)
        expect(cut(line, asked)).toBe(line)
      }),
    )
  })
})

const filtered = (resource: JsonObject, keeps: (name: string) => boolean): JsonObject =>
  Object.fromEntries(Object.entries(resource).filter(([name]) => keeps(name)))

describe('every example of HL7', () => {
  /** The root elements of a type that may not go, by its definition: their names, those of choices as a beginning. */
  const essentialOf = (type: string): readonly { readonly name: string; readonly isChoice: boolean }[] => {
    const { snapshot } = readPackageFile(`StructureDefinition-${type}.json`)
    return objectsOf(isJsonObject(snapshot) ? snapshot.element : undefined)
      .filter(
        ({ path, min, isModifier }) =>
          textOf(path).split('.').length === 2 && (min !== 0 || isModifier === true),
      )
      .map(({ path }) => textOf(path).slice(type.length + 1))
      .map((name) => ({ name: name.replace('[x]', ''), isChoice: name.endsWith('[x]') }))
  }
  const essentialByType = new Map<string, ReturnType<typeof essentialOf>>()

  const keepsIn = (resource: JsonObject, type: string): ((name: string) => boolean) => {
    const known = essentialByType.get(type) ?? essentialOf(type)
    essentialByType.set(type, known)
    const isEssential = (name: string) =>
      ['resourceType', 'id', 'meta', 'subject', 'code'].includes(name) ||
      known.some((each) => (each.isChoice ? new RegExp(`^${each.name}[A-Z]`).test(name) : each.name === name))
    const keeps = (name: string) => isEssential(name.replace(/^_/, ''))
    const rest = JSON.stringify(filtered(resource, keeps))
    const isReferred = objectsOf(resource.contained).some(({ id }) => rest.includes(`"#${textOf(id)}"`))
    return (name) => keeps(name) || (name === 'contained' && isReferred)
  }

  it('keeps what HL7 says it must have, and what was asked for', { timeout: 120_000 }, () => {
    let examples = 0
    for (const resource of readPackageFiles()) {
      const type = textOf(resource.resourceType)
      if (!isResourceType(type) || typeof resource.id !== 'string') continue
      examples++
      const { meta, ...rest } = filtered(resource, keepsIn(resource, type))
      const given = isJsonObject(meta) ? meta : {}
      const expected = { ...rest, meta: { ...given, tag: [...objectsOf(given.tag), subsetted] } }
      expect(JSON.parse(cut(JSON.stringify(resource), ['subject', 'code'], type))).toEqual(expected)
    }
    expect(examples).toBeGreaterThan(2000)
  })
})
