import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ingestNdjson } from '../../worker/ingest/ingest-ndjson.ts'
import { expectOutcome } from '../http/expect-outcome.ts'
import fc from '../support/fast-check.ts'
import { createHarness, type Harness, streamOf } from '../support/harness.ts'
import { sampleLines } from '../support/sample-lines.ts'
import { lenient, levels, runExport, withParameters } from './run-export.ts'

/** Bulk Data IG, `_typeFilter`: of the types it names what a search finds, of the others everything; and what is no such search. */

let h: Harness
beforeAll(async () => {
  h = await createHarness()
  const lines = sampleLines(6)
  await ingestNdjson(h.deps, streamOf(lines.map((line) => `${line}\n`).join('')))
  await h.load([{ resourceType: 'Group', id: 'g', member: [{ entity: { reference: 'Patient/p1' } }] }])
})
afterAll(() => h.close())

const asked = (queries: readonly string[]) =>
  queries.map((query) => `_typeFilter=${encodeURIComponent(query)}`).join('&')
const sorted = (names: Iterable<string>) => [...names].toSorted()
const typeOf = (text: string) => text.split(/[?/]/, 1)[0] ?? ''
const exported = async (queries: readonly string[], level = '$export') =>
  sorted((await runExport(h, `${level}?${asked(queries)}`)).names)

/** What REST finds, page by page. */
const found = async (query: string): Promise<readonly string[]> => {
  const names: string[] = []
  for (let path: string | undefined = `/fhir/${query}&_count=100`; path !== undefined; ) {
    const response = await h.request(path)
    expect(response.status).toBe(200)
    const { entry = [], link = [] } = await response.json()
    for (const { resource } of entry) names.push(`${resource.resourceType}/${resource.id}`)
    const next = link.find(({ relation }: { relation: string }) => relation === 'next')
    path = next === undefined ? undefined : next.url.slice(next.url.indexOf('/fhir/'))
  }
  return sorted(names)
}

const queries = [
  'Observation?code=8867-4',
  'Observation?code=http://loinc.org|8867-4,http://loinc.org|9279-1&date=ge2024',
  'Observation?value-quantity=gt100',
  'Observation?subject=Patient/p1',
  'Patient?gender=female',
  'Patient?birthdate=lt1990-01-01',
  'Encounter?date=ge2023-01-01&date=lt2025-01-01',
  'Condition?clinical-status=active',
  'Organization?name=Sample',
] as const

describe('Several filters', () => {
  test('bring together what a search for each finds, leave types without one whole, and are the same by commas and repetition', async () => {
    const all = sorted((await runExport(h, '$export')).names)
    const matches = new Map<string, readonly string[]>()
    for (const query of queries) matches.set(query, await found(query))
    for (const [query, names] of matches) {
      expect(names, query).not.toEqual([])
      expect(names.length, query).toBeLessThan(all.filter((name) => typeOf(name) === typeOf(query)).length)
    }
    await fc.assert(
      fc.asyncProperty(fc.subarray([...queries], { minLength: 1 }), async (chosen) => {
        const types = new Set(chosen.map(typeOf))
        const union = new Set(chosen.flatMap((query) => matches.get(query) ?? []))
        const expected = all.filter((name) => !types.has(typeOf(name)) || union.has(name))
        expect(await exported(chosen)).toEqual(expected)
        expect(await exported([chosen.join(',')])).toEqual(expected)
      }),
      { numRuns: 15 },
    )
  }, 120_000)

  test('in one query all have to hold, and of the values of one any', async () => {
    const ofCode = async (codes: string) => found(`Observation?code=${codes}`)
    const [one, other] = [await ofCode('8867-4'), await ofCode('9279-1')]
    const recent = await found('Observation?date=ge2024')
    const both = sorted([...one, ...other])
    const expected = both.filter((name) => recent.includes(name))
    expect(expected.length).toBeGreaterThan(0)
    expect(expected.length).toBeLessThan(both.length)
    const names = await exported(['Observation?code=8867-4,9279-1&date=ge2024'])
    expect(names.filter((name) => typeOf(name) === 'Observation')).toEqual(expected)
  })
})

test.each(['_typefilter', '_TYPEFILTER', '_TypeFilter'])('%s is `_typeFilter`', async (name) => {
  const expected = await exported(['Patient?gender=female'])
  expect(expected.length).toBeLessThan((await runExport(h, '$export')).names.length)
  const byGet = await runExport(h, `$export?${name}=Patient%3Fgender%3Dfemale`)
  expect(sorted(byGet.names)).toEqual(expected)
  const byPost = withParameters([{ name, valueString: 'Patient?gender=female' }])
  expect(sorted((await runExport(h, '$export', byPost)).names)).toEqual(expected)
})

describe.each(levels)('By %s', (level) => {
  const countJobs = async () => (await h.deps.db.query.selectFrom('job').select('job_id').execute()).length
  const expectRefused = async (query: string, named: string) => {
    const before = await countJobs()
    for (const headers of [{}, lenient]) {
      const byPost = withParameters([{ name: '_typeFilter', valueString: query }], headers)
      for (const [path, init] of [
        [`${level}?${asked([query])}`, { headers }],
        [level, byPost],
      ] as const) {
        const response = await h.request(`/fhir/${path}`, init)
        const code = (await response.clone().json()).issue[0].code
        expect(['invalid', 'not-supported']).toContain(code)
        expect(await expectOutcome(response, 400, code)).toContain(named)
      }
    }
    expect(await countJobs()).toBe(before)
  }

  test.each([
    ...['_sort=date', '_count=5', '_include=Observation:subject', '_include:iterate=Observation:subject'],
    ...['_revinclude=Provenance:target', '_summary=true', '_total=accurate', '_elements=id'],
    ...['_contained=true', '_containedType=container'],
  ])('a filter has no parameter about the result of a search: %s', async (parameter) => {
    const [name = ''] = parameter.split('=')
    await expectRefused(`Observation?${parameter}`, name)
    await expectRefused(`Observation?code=8867-4&${parameter}`, name)
  })

  test.each([
    '?_lastUpdated=gt2020',
    '_lastUpdated=gt2020',
    'Patient/p1/Observation?code=8867-4',
    'Patient/p1/*?code=8867-4',
    '*?_id=1',
    'Patient,Observation?code=8867-4',
    '/Observation?code=8867-4',
  ])(
    'a filter is about one type, and neither about the system nor about a compartment: %s',
    async (query) => {
      await expectRefused(query, '_typeFilter')
    },
  )

  test.each([
    ['Observation?nonsense=1', 'nonsense'],
    ['Observation?subject.name=x', 'subject.name'],
    ['Patient?_has:Observation:patient:code=8867-4', '_has'],
    ['Observation?code:in=http://example.org/ValueSet/x', 'code:in'],
    ['Observation?_filter=code eq 8867-4', '_filter'],
  ])(
    'a filter that is not supported is refused by name, and nothing is exported unfiltered: %s',
    expectRefused,
  )
})

test('Every search parameter that the CapabilityStatement tells of a type can be in its filters, and one that it does not tell of cannot', async () => {
  type Type = { type: string; searchParam: { name: string; type: string }[] }
  const { rest } = await (await h.request('/fhir/metadata')).json()
  const types: readonly Type[] = rest[0].resource
  const dryRun = (parameters: readonly string[]) =>
    h.request(
      '/fhir/$export',
      withParameters([
        { name: '_dryRun', valueBoolean: true },
        ...parameters.map((valueString) => ({ name: '_typeFilter', valueString })),
      ]),
    )
  const every = new Set(types.flatMap(({ searchParam }) => searchParam.map(({ name }) => name)))
  expect(every.size).toBeGreaterThan(400)
  for (const { type, searchParam } of types) {
    const names = searchParam.map(({ name }) => name)
    // A composite has no modifiers; its parts would have to be given.
    const simple = searchParam.filter((parameter) => parameter.type !== 'composite')
    const told = await dryRun(simple.map(({ name }) => `${type}?${name}:missing=false`))
    expect(told.status, `${type}: ${await told.clone().text()}`).toBe(200)
    const other = [...every].find((name) => !names.includes(name))
    expect((await dryRun([`${type}?${other}:missing=false`])).status, `${type}?${other}`).toBe(400)
  }
}, 120_000)
