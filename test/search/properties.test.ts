import { beforeAll, describe, expect, test } from 'vitest'
import type { JsonObject } from '../../worker/fhir/json.ts'
import { isResourceType, type ResourceType } from '../../worker/fhir/resource-type.ts'
import { compileFilter, type QueryPair } from '../../worker/fhir/search/filter.ts'
import { searchParametersOf } from '../../worker/fhir/search/parameters.ts'
import fc from '../support/fast-check.ts'
import { seededRandom } from '../support/seeded-random.ts'
import { server } from './compare.ts'
import { deriveQueries } from './derive-queries.ts'
import { exampleQueries, pairsOf } from './example-queries.ts'
import { readExamples } from './examples.ts'

/** Every query is asked of all examples of its type: what it finds is a set of them. */
type Asked = { readonly type: ResourceType; readonly pair: QueryPair }

const types = [
  'Condition',
  'Encounter',
  'MolecularSequence',
  'Observation',
  'Patient',
  'RiskAssessment',
] as const

let examples: ReadonlyMap<ResourceType, readonly JsonObject[]>
let pool: readonly Asked[]
beforeAll(() => {
  examples = readExamples()
  const derived = types.flatMap((type) =>
    deriveQueries(type, examples.get(type) ?? [], seededRandom(9), 10).map((query) => `${type}?${query}`),
  )
  pool = [
    ...exampleQueries.flatMap((query) => pairsOf(query).map((pair) => askedOf(query, pair))),
    ...derived.flatMap((query) =>
      [...new URLSearchParams(query.slice(query.indexOf('?') + 1))].map((pair) => askedOf(query, pair)),
    ),
  ]
})

const askedOf = (query: string, pair: QueryPair): Asked => {
  const type = query.split('?', 1)[0] ?? ''
  if (!isResourceType(type)) throw new Error(`${type} is no type`)
  return { type, pair }
}

const find = (type: ResourceType, ...query: readonly QueryPair[]): ReadonlySet<JsonObject> => {
  const { matches } = compileFilter(type, query, { serverBase: server.base, nowMs: server.nowMs })
  return new Set((examples.get(type) ?? []).filter(matches))
}

const kindOf = ({ type, pair }: Asked) => searchParametersOf(type).get(nameOf(pair))?.kind
const nameOf = ([name]: QueryPair): string => name.split(':')[0] ?? ''
const isPlain = ({ pair }: Asked): boolean => !pair[0].includes(':')

/** Holds for all queries of the pool that are asked about. */
const forAll = (isAsked: (asked: Asked) => boolean, holds: (asked: Asked) => void): void => {
  const chosen = pool.filter(isAsked)
  expect(chosen.length).toBeGreaterThan(20)
  for (const asked of chosen) holds(asked)
}

describe('What filters find together', () => {
  test('is the union for values joined by commas, and with :not the intersection', () => {
    const byName = Map.groupBy(
      pool.filter(({ pair }) => !pair[0].endsWith(':missing')),
      ({ type, pair }) => `${type}?${pair[0]}`,
    )
    const groups = [...byName.values()].filter((group) => group.length > 1)
    expect(groups.length).toBeGreaterThan(50)
    fc.assert(
      fc.property(fc.constantFrom(...groups), fc.nat(), fc.nat(), (group, i, j) => {
        const [a, b] = [group[i % group.length], group[j % group.length]]
        if (a === undefined || b === undefined) return
        const [one, other] = [find(a.type, a.pair), find(b.type, b.pair)]
        const joined = find(a.type, [a.pair[0], `${a.pair[1]},${b.pair[1]}`])
        expect(joined).toEqual(a.pair[0].endsWith(':not') ? one.intersection(other) : one.union(other))
      }),
      { numRuns: 500, seed: 11 },
    )
  })

  test('is the intersection for several parameters, in any order and however often they are said', () => {
    const byType = [...Map.groupBy(pool, ({ type }) => type).values()]
    fc.assert(
      fc.property(
        fc.constantFrom(...byType),
        fc.array(fc.nat(), { minLength: 1, maxLength: 4 }),
        (group, at) => {
          const chosen = at.flatMap((i) => group[i % group.length] ?? [])
          const [first] = chosen
          if (first === undefined) return
          const pairs = chosen.map(({ pair }) => pair)
          const expected = chosen
            .map((asked) => find(asked.type, asked.pair))
            .reduce((a, b) => a.intersection(b))
          expect(find(first.type, ...pairs)).toEqual(expected)
          expect(find(first.type, ...pairs.toReversed(), ...pairs)).toEqual(expected)
        },
      ),
      { numRuns: 500, seed: 12 },
    )
  })

  test('with :not is everything else', () => {
    forAll(
      (asked) => kindOf(asked) === 'token' && isPlain(asked),
      ({ type, pair: [name, value] }) => {
        const all = new Set(examples.get(type))
        expect(find(type, [`${name}:not`, value])).toEqual(all.difference(find(type, [name, value])))
      },
    )
  })

  test('with :missing is one or the other, and what is found by a value has one', () => {
    forAll(
      (asked) => kindOf(asked) !== 'composite' && !asked.pair[0].endsWith(':not'),
      ({ type, pair }) => {
        const [missing, present] = [true, false].map((isMissing) =>
          find(type, [`${nameOf(pair)}:missing`, String(isMissing)]),
        )
        if (missing === undefined || present === undefined) throw new Error('there are two')
        expect(missing.isDisjointFrom(present)).toBe(true)
        expect(missing.union(present)).toEqual(new Set(examples.get(type)))
        if (isPlain({ type, pair })) expect(find(type, pair).isSubsetOf(present)).toBe(true)
      },
    )
  })

  test('with ge and le is what gt, lt and eq find; eq is near, sa is behind and eb before', () => {
    const ordered = ['date', 'number', 'quantity']
    forAll(
      (asked) => ordered.includes(kindOf(asked) ?? '') && isPlain(asked) && !asked.pair[1].includes(','),
      ({ type, pair: [name, value] }) => {
        const bare = value.replace(/^(eq|ne|gt|lt|ge|le|sa|eb|ap)/, '')
        const by = (prefix: string) => find(type, [name, `${prefix}${bare}`])
        expect(by('')).toEqual(by('eq'))
        expect(by('gt').isSubsetOf(by('ge'))).toBe(true)
        expect(by('lt').isSubsetOf(by('le'))).toBe(true)
        expect(by('sa').isSubsetOf(by('gt'))).toBe(true)
        expect(by('eb').isSubsetOf(by('lt'))).toBe(true)
        expect(by('eq').isSubsetOf(by('ap'))).toBe(true)
        if (searchParametersOf(type).get(name)?.kind !== 'date') return
        // Of numbers `ge` and `le` go by the exact value, and `eq` by the precision.
        expect(by('ge')).toEqual(by('gt').union(by('eq')))
        expect(by('le')).toEqual(by('lt').union(by('eq')))
      },
    )
  })
})
