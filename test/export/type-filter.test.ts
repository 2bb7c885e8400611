import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { expectOutcome } from '../http/expect-outcome.ts'
import { createHarness, type Harness, type Manifest, pathOf } from '../support/harness.ts'

const patient = (id: string, gender: string) => ({
  resourceType: 'Patient',
  id,
  gender,
  managingOrganization: { reference: 'Organization/o' },
})
const observation = (id: string, of: string, code: string, date: string) => ({
  resourceType: 'Observation',
  id,
  status: 'final',
  subject: { reference: `Patient/${of}` },
  code: { coding: [{ system: 'http://loinc.org', code }] },
  effectiveDateTime: date,
})

let h: Harness
beforeEach(async () => {
  h = await createHarness({ pageRows: 2, pageBytes: 600, tickRows: 5, partBytes: 300, fileBytes: 900 })
  await h.load([
    { resourceType: 'Organization', id: 'o', name: 'O' },
    patient('a', 'male'),
    patient('b', 'female'),
    observation('a1', 'a', '8302-2', '2020-01-01'),
    observation('a2', 'a', '29463-7', '2020-02-01'),
    observation('b1', 'b', '8302-2', '2021-03-01'),
    observation('b2', 'b', '29463-7', '2021-04-01'),
    { resourceType: 'Condition', id: 'c', subject: { reference: 'Patient/b' } },
    {
      resourceType: 'Group',
      id: 'g',
      type: 'person',
      actual: true,
      member: [{ entity: { reference: 'Patient/b' } }],
    },
  ])
})
afterEach(() => h.close())

const filters = (...queries: readonly string[]) =>
  queries.map((query) => `_typeFilter=${encodeURIComponent(query)}`).join('&')

/** What an export brings, `Type/id` each, sorted; deletions with a `-`. */
const names = async (path: string, query: string): Promise<readonly string[]> => {
  const accepted = await h.request(`/fhir/${path}?${query}`)
  expect(`${accepted.status} ${await accepted.clone().text()}`).toMatch(/^202/)
  const done = await h.finish(pathOf(accepted.headers.get('content-location') ?? ''))
  const manifest: Manifest = await done.json()
  const { text } = await h.files(manifest)
  return [...text.values()]
    .flatMap((file) => file.split('\n').slice(0, -1))
    .flatMap((line) => {
      const { resourceType, id, entry } = JSON.parse(line)
      if (resourceType === 'Bundle') return [`-${entry[0].request.url}`]
      return resourceType === 'Parameters' || resourceType === 'OperationOutcome'
        ? []
        : [`${resourceType}/${id}`]
    })
    .sort()
}
const ofTypes = (all: readonly string[], ...types: readonly string[]) =>
  all.filter((name) => types.some((type) => name.replace('-', '').startsWith(`${type}/`)))

describe('_typeFilter', () => {
  test('brings of a type what satisfies one of its queries, and of the others everything', async () => {
    const all = await names(
      '$export',
      filters('Observation?code=8302-2&date=ge2021', 'Observation?code=29463-7'),
    )
    expect(ofTypes(all, 'Observation')).toEqual(['Observation/a2', 'Observation/b1', 'Observation/b2'])
    expect(ofTypes(all, 'Patient', 'Condition', 'Organization')).toEqual([
      'Condition/c',
      'Organization/o',
      'Patient/a',
      'Patient/b',
    ])
  })

  test('means the same at every level, each type by itself', async () => {
    const query = filters('Observation?date=2021-03', 'Patient?gender=male')
    for (const path of ['$export', 'Patient/$export'])
      expect(ofTypes(await names(path, query), 'Observation', 'Patient', 'Condition')).toEqual([
        'Condition/c',
        'Observation/b1',
        'Patient/a',
      ])
    expect(ofTypes(await names('Group/g/$export', query), 'Observation', 'Patient', 'Condition')).toEqual([
      'Condition/c',
      'Observation/b1',
    ])
  })

  test('takes several queries in one value, cut only where another begins', async () => {
    const joined = `_typeFilter=${encodeURIComponent('Observation?code=8302-2,29463-7&date=2020-01,Patient?gender=female')}`
    expect(ofTypes(await names('$export', joined), 'Observation', 'Patient')).toEqual([
      'Observation/a1',
      'Patient/b',
    ])
  })

  test('takes blanks between queries for no part of a value, which would leave the next type unfiltered', async () => {
    const joined = `_typeFilter=${encodeURIComponent('Patient?gender=female, Observation?code=29463-7')}`
    expect(ofTypes(await names('$export', joined), 'Observation', 'Patient')).toEqual([
      'Observation/a2',
      'Observation/b2',
      'Patient/b',
    ])
  })

  test('plans ranges, and counts their lines, by what matches', async () => {
    const query = filters('Observation?code=8302-2', 'Patient?gender=other')
    for (const path of ['$export', 'Patient/$export'])
      expect(ofTypes(await names(path, query), 'Observation', 'Patient')).toEqual([
        'Observation/a1',
        'Observation/b1',
      ])
    const units = await h.deps.db.query
      .selectFrom('work_unit')
      .select(['job_id', 'type_id', 'lines_total', 'lines_done'])
      .where('kind', '=', 'output')
      .execute()
    expect(units.filter(({ lines_total, lines_done }) => lines_total !== lines_done)).toEqual([])
    expect(units.filter(({ lines_done }) => lines_done === 0)).toEqual([])
  })

  test('makes progress and an empty manifest when nothing matches', async () => {
    expect(await names('$export', `_type=Observation&${filters('Observation?code=none')}`)).toEqual([])
  })

  test('judges deletions by the last version', async () => {
    const since = new Date(h.clock.now()).toISOString()
    h.clock.advance(1000)
    await h.remove('Observation/a1')
    await h.remove('Observation/a2')
    await h.remove('Condition/c')
    for (const path of ['$export', 'Patient/$export'])
      expect(await names(path, `_since=${since}&${filters('Observation?code=8302-2')}`)).toEqual([
        '-Condition/c',
        '-Observation/a1',
      ])
  })

  test('goes with blocks and elements', async () => {
    const query = `organizeOutputBy=Patient&_elements=id&${filters('Observation?code=8302-2', 'Patient?gender=female')}`
    expect(await names('Patient/$export', query)).toEqual(
      expect.arrayContaining(['Condition/c', 'Observation/a1', 'Observation/b1', 'Patient/b']),
    )
    expect(await names('Patient/$export', query)).not.toContain('Patient/a')
  })

  test('keeps in a block its Patient who matches, though he has not changed since', async () => {
    const since = new Date(h.clock.now()).toISOString()
    h.clock.advance(1000)
    await h.load([observation('a3', 'a', '1', '2022'), observation('b3', 'b', '1', '2022')])
    const query = `organizeOutputBy=Patient&_since=${since}&${filters('Patient?gender=female')}`
    for (const path of ['Patient/$export', 'Group/g/$export'])
      expect(await names(path, query)).toEqual(expect.arrayContaining(['Observation/b3', 'Patient/b']))
    expect(await names('Patient/$export', query)).not.toContain('Patient/a')
  })

  test.each([
    ['Observation?nonsense=1', 'not-supported'],
    ['Observation?code:in=x', 'not-supported'],
    ['Observation?_sort=date', 'invalid'],
    ['Observation?subject.name=x', 'not-supported'],
    ['Nonsense?code=1', 'invalid'],
    ['Observation', 'invalid'],
    ['Observation?', 'invalid'],
    ['Observation?date=nonsense', 'invalid'],
  ])('refuses %s by name, however lenient the client', async (query, code) => {
    const headers = { prefer: 'respond-async, handling=lenient' }
    const response = await h.request(`/fhir/$export?${filters(query)}`, { headers })
    expect(await expectOutcome(response, 400, code)).toContain(query.split('?')[1]?.split('=')[0] ?? query)
  })

  test('refuses more values than are looked for, over all queries', async () => {
    const many = Array.from({ length: 400 }, (_, n) => n).join(',')
    const queries = ['a', 'b', 'c'].map((code) => `Observation?code=${code},${many}`)
    const response = await h.request(`/fhir/$export?${filters(...queries)}`)
    expect(await expectOutcome(response, 400, 'invalid')).toContain('more than 1000 values')
  })

  test('refuses a filter of a type that _type does not list', async () => {
    const response = await h.request(`/fhir/$export?_type=Patient&${filters('Observation?code=1')}`)
    expect(await expectOutcome(response, 400, 'invalid')).toContain('_type does not list Observation')
  })
})
