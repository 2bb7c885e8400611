import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { hasCode } from '../../worker/errors.ts'
import { isJsonObject, type Json, type JsonObject } from '../../worker/fhir/json.ts'
import type { ResourceType } from '../../worker/fhir/resource-type.ts'
import { compileFilter, type Filter, type QueryPair } from '../../worker/fhir/search/filter.ts'
import { searchParametersOf } from '../../worker/fhir/search/parameters.ts'
import { compareWithOracle, server } from './compare.ts'
import { exampleQueries, pairsOf } from './example-queries.ts'
import { readExamples } from './examples.ts'

const types: readonly ResourceType[] = [
  'ActivityDefinition',
  'Condition',
  'Group',
  'MolecularSequence',
  'Observation',
  'Patient',
  'RiskAssessment',
]
let examples: ReadonlyMap<ResourceType, readonly JsonObject[]>
beforeAll(() => {
  examples = readExamples()
})

/** `undefined` where the query is refused, in one of the two ways there are. */
const compile = (type: ResourceType, ...query: readonly QueryPair[]): Filter | undefined => {
  try {
    return compileFilter(type, query, { serverBase: server.base, nowMs: server.nowMs })
  } catch (error) {
    if (!hasCode(error, 'invalid', 'not-supported')) throw error
    expect(error.message).toMatch(/^Cannot \w+ /)
    return undefined
  }
}

const parameters = types.flatMap((type) =>
  [...searchParametersOf(type).values()].map(({ code, kind }) => ({ type, code, kind })),
)

/** Pieces that values are made of, and that take them apart. */
const pieces = fc.constantFrom(
  ...',|$\\:/.-+ eTZ#?*%"<>&=_',
  ...['eq', 'ne', 'gt', 'ap', 'sa', '0', '1', '5.4', '1e2', '100', '2013', '-01', '-14', 'T10:00', '+02:00'],
  ...[
    'http://loinc.org',
    'urn:oid:1.2',
    'Patient/',
    'example',
    'male',
    'Peter',
    'é',
    '\u0301',
    '\u0130',
    '\u212a',
  ],
  ...['\\,', '\\|', '\\$', '\\\\', 'mg', '||mg', 'true', '\u0000', '\ud800', '😀', 'ß', 'ς'],
)
const fuzzed = fc.oneof(
  fc.array(pieces, { maxLength: 8 }).map((made) => made.join('')),
  fc.string({ unit: 'binary', maxLength: 20 }),
)
const modifiers = fc.constantFrom(
  '',
  '',
  '',
  ':not',
  ':text',
  ':exact',
  ':contains',
  ':of-type',
  ':identifier',
  ':Patient',
  ':below',
  ':above',
  ':missing',
)

describe('A filter', () => {
  test('of any value is refused in a known way, or finds what the oracle finds', { timeout: 120_000 }, () => {
    let compared = 0
    fc.assert(
      fc.property(fc.constantFrom(...parameters), modifiers, fuzzed, ({ type, code }, modifier, value) => {
        const pair: QueryPair = [`${code}${modifier}`, value.toWellFormed()]
        if (compile(type, pair) === undefined) return
        compared++
        expect(compareWithOracle(type, examples.get(type) ?? [], [pair]).differences).toEqual([])
      }),
      { numRuns: 4000, seed: 21 },
    )
    expect(compared).toBeGreaterThan(700)
  })

  test('near a value that finds something is refused, or finds what the oracle finds', {
    timeout: 120_000,
  }, () => {
    const known = exampleQueries.flatMap((query) => {
      const type = types.find((one) => query.startsWith(`${one}?`))
      return type === undefined ? [] : pairsOf(query).map(([name, value]) => ({ type, name, value }))
    })
    fc.assert(
      fc.property(
        fc.constantFrom(...known),
        fc.nat(40),
        fc.nat(3),
        fuzzed,
        ({ type, name, value }, at, length, text) => {
          const changed = value.slice(0, at) + text + value.slice(at + length)
          const pair: QueryPair = [name, changed.toWellFormed()]
          if (compile(type, pair) === undefined) return
          expect(compareWithOracle(type, examples.get(type) ?? [], [pair]).differences).toEqual([])
        },
      ),
      { numRuns: 3000, seed: 22 },
    )
  })

  test('of any name is refused in a known way', () => {
    fc.assert(
      fc.property(fc.constantFrom(...types), fuzzed, fuzzed, (type, name, value) => {
        const known = searchParametersOf(type).has(name.split(':')[0] ?? '')
        expect(compile(type, [name, value]) === undefined || known).toBe(true)
      }),
      { numRuns: 3000, seed: 23 },
    )
  })

  test('takes any resource, whatever stands where it looks; and passes over none that it finds', () => {
    const queries = exampleQueries.flatMap((query) => {
      const type = types.find((one) => query.startsWith(`${one}?`))
      return type === undefined ? [] : [{ type, filter: compile(type, ...pairsOf(query)) }]
    })
    const odd = fc.oneof(
      fc.jsonValue({ maxDepth: 2 }),
      fc.constantFrom('', 'x', 0, -1e300, null, [], {}, [[]], [null]),
    )
    fc.assert(
      fc.property(fc.constantFrom(...types), fc.nat(), fc.nat(), odd, (type, at, place, value) => {
        const resources = examples.get(type) ?? []
        const whole: Json = JSON.parse(JSON.stringify(resources[at % resources.length]))
        const changed = replaceAt(whole, { left: place % countOf(whole) }, asJson(value))
        if (!isJsonObject(changed)) return
        const line = JSON.stringify(changed)
        for (const { filter } of queries.filter((query) => query.type === type))
          if (filter?.matches(changed)) expect(filter.mayMatch(line)).toBe(true)
      }),
      { numRuns: 3000, seed: 24 },
    )
  })

  test('is quick with long values, in the query and in the resource', { timeout: 60_000 }, () => {
    const units = [
      'a',
      'A',
      '1',
      '.',
      ' ',
      '\\\\',
      'T',
      '-',
      '/',
      '/A',
      'Aa/',
      '\u0301',
      "'",
      'e1',
      '|',
      'T10:00 ',
      '.1',
      '\t',
      '#',
      '0',
    ]
    const long = units.map((unit) => unit.repeat(200_000 / unit.length))
    const soon = (work: () => unknown): void => {
      const started = performance.now()
      work()
      // What grew with the square of the length would take a minute.
      expect(performance.now() - started).toBeLessThan(2000)
    }
    for (const { type, code, kind } of parameters.filter(isFirstOfKind))
      for (const modifier of ['', ...(modifiersOf[kind] ?? [])])
        for (const text of long)
          for (const value of [text, `2013-01-01T${text}`, `5${text}`])
            soon(() => compile(type, [`${code}${modifier}`, value])?.matches({ resourceType: type, id: 'x' }))
    const asked = longQueries()
    for (const text of long)
      for (const { type, filter } of asked) soon(() => filter?.matches(longResource(type, text)))
  })
})

const modifiersOf: Readonly<Record<string, readonly string[]>> = {
  token: [':text', ':of-type', ':not'],
  string: [':exact', ':contains'],
  reference: [':identifier', ':Patient', ':below'],
  uri: [':above', ':below'],
}

const isFirstOfKind = ({ kind }: (typeof parameters)[number], at: number): boolean =>
  parameters.findIndex((one) => one.kind === kind) === at

const longQueries = () =>
  exampleQueries.flatMap((query) => {
    const type = types.find((one) => query.startsWith(`${one}?`))
    return type === undefined ? [] : [{ type, filter: compile(type, ...pairsOf(query)) }]
  })

/** The text wherever a filter of the examples may look. */
const longResource = (type: ResourceType, text: string): JsonObject => ({
  resourceType: type,
  id: text,
  name: [{ family: text, given: [text] }],
  title: text,
  url: text,
  status: text,
  gender: text,
  birthDate: text,
  effectiveDateTime: text,
  valueString: text,
  identifier: [{ system: text, value: text }],
  code: { text, coding: [{ system: text, code: text }] },
  subject: { reference: text },
  managingOrganization: { reference: text },
  relatedArtifact: [{ type: 'depends-on', resource: text }],
  valueSampledData: { origin: { value: 1 }, data: text },
})

const asJson = (value: unknown): Json => {
  const json: Json = JSON.parse(JSON.stringify(value))
  return json
}

const countOf = (json: Json): number =>
  typeof json === 'object' && json !== null
    ? Object.values(json).reduce((sum: number, member: Json) => sum + countOf(member), 1)
    : 1

/** The same JSON with another value in the place of the value that is counted down to. */
const replaceAt = (json: Json, counter: { left: number }, value: Json): Json => {
  if (counter.left-- === 0) return value
  if (Array.isArray(json)) return json.map((item) => replaceAt(item, counter, value))
  if (!isJsonObject(json)) return json
  return Object.fromEntries(
    Object.entries(json).map(([name, member]) => [name, replaceAt(member, counter, value)]),
  )
}
