import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { JsonObject } from '../../worker/fhir/json.ts'
import { isResourceType } from '../../worker/fhir/resource-type.ts'
import { compileFilter } from '../../worker/fhir/search/filter.ts'
import { createHarness, type Harness } from '../support/harness.ts'
import { seededRandom } from '../support/seeded-random.ts'
import { allPages, idsOf, nextOf, origin, readSearchset, search } from './search-client.ts'

let h: Harness
beforeEach(async () => {
  h = await createHarness()
})
afterEach(() => h.close())

type Resource = JsonObject & { readonly resourceType: string; readonly id: string }

const patient = (id: string, more: JsonObject = {}): Resource => ({ resourceType: 'Patient', id, ...more })
const observation = (id: string, subject: string, value: number): Resource => ({
  resourceType: 'Observation',
  id,
  status: value % 2 === 0 ? 'final' : 'preliminary',
  code: { coding: [{ system: 'http://loinc.org', code: `c-${value % 3}` }] },
  subject: { reference: subject },
  effectiveDateTime: `2020-01-${String((value % 28) + 1).padStart(2, '0')}`,
  valueQuantity: { value, unit: 'mg' },
})

const world: readonly Resource[] = [
  ...Array.from({ length: 20 }, (_, n) =>
    patient(`p${n}`, { gender: n % 2 === 0 ? 'male' : 'female', birthDate: `19${50 + n}-05-01` }),
  ),
  ...Array.from({ length: 60 }, (_, n) => observation(`o${n}`, `Patient/p${n % 7}`, n)),
]

const queries = [
  'Patient',
  'Patient?gender=male',
  'Patient?birthdate=gt1960&gender:not=male',
  'Patient?_id=p3,p1,p3,nobody,p19',
  'Patient?gender=unknown',
  'Observation?code=http://loinc.org|c-1',
  'Observation?patient=p2',
  'Observation?subject=Patient/p2&status=final',
  'Observation?subject:Patient=p5&date=ge2020-01-10',
  'Observation?subject=p2,p3',
  'Observation?subject=Patient/p2,Patient/p3',
  `Observation?subject=${origin}/fhir/Patient/p4`,
  'Observation?patient=nobody',
  'Observation?value-quantity=ge10&value-quantity=lt20||mg',
  'Observation?_id=o1,o11,o7&patient=p1',
]

/** What a search has to find, by the filter alone, of resources in the order that they were last written. */
const expected = (written: readonly Resource[], query: string, sort: string): readonly string[] => {
  const type = query.split('?', 1)[0] ?? ''
  if (!isResourceType(type)) throw new Error(`${type} is no type`)
  const pairs = [...new URLSearchParams(query.slice(type.length + 1))]
  const { matches } = compileFilter(type, pairs, { serverBase: `${origin}/fhir`, nowMs: h.clock.now() })
  const ids = written.filter((one) => one.resourceType === type && matches(one)).map(({ id }) => id)
  const ordered = sort.endsWith('_id') ? ids.toSorted() : ids
  return sort.startsWith('-') ? ordered.toReversed() : ordered
}

const sorts = ['_lastUpdated', '-_lastUpdated', '_id', '-_id']
const withMore = (query: string, more: string): string => `${query}${query.includes('?') ? '&' : '?'}${more}`

describe('All pages of a search together', () => {
  test.each(sorts)('are what the filter finds in everything, by %s, however small they are', async (sort) => {
    for (const limits of [{}, { pageRows: 3, pageBytes: 700 }]) {
      h.close()
      h = await createHarness(limits)
      await h.load(world)
      for (const query of queries)
        for (const count of [1, 4, 50]) {
          const pages = await allPages(h, withMore(query, `_sort=${sort}&_count=${count}`))
          expect(pages.flatMap(idsOf), `${query} by ${count}`).toEqual(expected(world, query, sort))
          for (const page of pages) expect(idsOf(page).length).toBeLessThanOrEqual(count)
        }
    }
  })

  test.each(sorts)('show one point in time, by %s, though everything changes between them', async (sort) => {
    for (const [run, query] of queries.entries()) {
      h.close()
      h = await createHarness({ pageRows: 7 })
      await h.load(world)
      const random = seededRandom(run)
      const change = async (page: number): Promise<void> => {
        for (const { resourceType, id } of world.filter(() => random() < 0.1))
          await h.remove(`${resourceType}/${id}`)
        for (const one of world.filter(() => random() < 0.1))
          await h.put(
            random() < 0.5 ? one : { ...one, gender: 'unknown', status: 'amended', birthDate: '2001' },
          )
        await h.put(patient(`new${page}`, { gender: 'male', birthDate: '1999' }))
        await h.put(observation(`o${page}new`, 'Patient/p2', page))
        h.clock.advance(1000)
      }
      const pages = await allPages(h, withMore(query, `_sort=${sort}&_count=3&_total=accurate`), change)
      const found = expected(world, query, sort)
      expect(pages.flatMap(idsOf), query).toEqual(found)
      for (const { total } of pages) expect(total).toBe(found.length)
    }
  })

  test('hold each resource once and in one version, of those that were written several times', async () => {
    await h.load([patient('a', { active: true }), patient('b'), patient('a', { active: false })])
    await h.put(patient('b', { active: true }))
    await h.remove('Patient/b')
    await h.load([patient('c'), patient('b', { active: false })])
    const pages = await allPages(h, 'Patient?active=false&_count=1')
    expect(pages.flatMap(idsOf)).toEqual(['a', 'b'])
    expect((await search(h, 'Patient?active=true')).entry).toBeUndefined()
    expect(idsOf(await search(h, 'Patient?_id=b,a'))).toEqual(['a', 'b'])
  })

  test('may be short or empty, each for so many rows as one request looks at', async () => {
    h.close()
    h = await createHarness({ pageRows: 2 })
    await h.load(Array.from({ length: 65 }, (_, n) => patient(`p${n}`, n === 41 ? { active: true } : {})))
    const pages = await allPages(h, 'Patient?active=true')
    expect(pages.map(idsOf)).toEqual([[], [], ['p41'], []])
  })

  test('end where no more is found, without a link to an empty page', async () => {
    await h.load(Array.from({ length: 6 }, (_, n) => patient(`p${n}`, { active: n < 3 })))
    expect((await allPages(h, 'Patient?active=true&_count=3')).map(idsOf)).toEqual([['p0', 'p1', 'p2']])
    expect((await allPages(h, 'Patient?_count=3')).map(idsOf)).toEqual([
      ['p0', 'p1', 'p2'],
      ['p3', 'p4', 'p5'],
    ])
  })
})

describe('A page', () => {
  test('holds resources as they are stored, by their URLs, and links to itself and to the next', async () => {
    await h.load([
      patient('a', { multipleBirthInteger: 1 }),
      { resourceType: 'DocumentReference', id: 'd', content: [{ attachment: { url: 'Binary/b' } }] },
      patient('b'),
    ])
    const page = await search(h, 'Patient?_count=1&_id=a,b')
    expect(page.entry).toMatchObject([
      {
        fullUrl: `${origin}/fhir/Patient/a`,
        resource: { id: 'a', meta: { versionId: '1' } },
        search: { mode: 'match' },
      },
    ])
    expect(page.total).toBeUndefined()
    expect(page.link).toEqual([
      { relation: 'self', url: `${origin}/fhir/Patient?_count=1&_id=a%2Cb` },
      { relation: 'next', url: expect.stringMatching(/Patient\?_count=1&_id=a%2Cb&_asOf=3&_after=\d+$/) },
    ])
    const second = await search(h, (nextOf(page) ?? '').slice(`${origin}/fhir/`.length))
    expect(second.link).toEqual([{ relation: 'self', url: nextOf(page) }])
    const text = await (await h.request('/fhir/DocumentReference?location=Binary/b')).text()
    expect(text).toContain('"url":"Binary/b"')
  })

  test('says so when it finds nothing, which is no failure', async () => {
    expect(await search(h, 'Patient')).toEqual({
      resourceType: 'Bundle',
      type: 'searchset',
      link: [{ relation: 'self', url: `${origin}/fhir/Patient` }],
    })
  })

  test('has at most 1,000 matches, and 50 where no number is asked for', async () => {
    await h.load(Array.from({ length: 1100 }, (_, n) => patient(`p${n}`)))
    expect(idsOf(await search(h, 'Patient'))).toHaveLength(50)
    expect(idsOf(await search(h, 'Patient?_count=5000'))).toHaveLength(1000)
  })

  test('answers HEAD, and asks caches to come back', async () => {
    const response = await h.request('/fhir/Patient', { method: 'HEAD' })
    expect(response.status).toBe(200)
    expect(await response.text()).toBe('')
    expect(response.headers.get('cache-control')).toBe('private, no-cache')
  })

  test('leaves out parameters without a value, and says in its self link that it did', async () => {
    await h.load([patient('a', { gender: 'male' }), patient('b')])
    const page = await search(h, 'Patient?gender=&_id=a&name:exact=&_sort=')
    expect(idsOf(page)).toEqual(['a'])
    expect(page.link).toEqual([{ relation: 'self', url: `${origin}/fhir/Patient?_id=a` }])
  })
})

describe('The number of matches', () => {
  test.each(['_summary=count', '_count=0', '_count=0&_total=accurate', '_summary=count&_sort=-_id&_count=7'])(
    'is all there is for %s',
    async (asked) => {
      await h.load(world)
      for (const query of queries) {
        const page = await search(h, withMore(query, asked))
        expect(page.total, query).toBe(expected(world, query, '_id').length)
        expect(page.entry).toBeUndefined()
        expect(page.link.map(({ relation }) => relation)).toEqual(['self'])
      }
    },
  )

  test('comes with each page for _total=accurate, and with none else', async () => {
    await h.load(world)
    const pages = await allPages(h, 'Observation?status=final&_count=9&_total=accurate')
    expect(pages.map(({ total }) => total)).toEqual([30, 30, 30, 30])
    expect((await search(h, 'Observation?_total=none')).total).toBeUndefined()
  })

  test('counts no versions that are gone', async () => {
    await h.load([patient('a'), patient('b'), patient('a')])
    await h.remove('Patient/b')
    expect((await search(h, 'Patient?_summary=count')).total).toBe(1)
  })

  test('is refused, and not guessed, where it would take too long', async () => {
    h.close()
    h = await createHarness({ pageRows: 1 })
    await h.load(Array.from({ length: 60 }, (_, n) => patient(`p${n}`)))
    const response = await h.request('/fhir/Patient?_summary=count')
    expect(response.status).toBe(400)
    expect(await response.text()).toContain('Cannot count the matches')
    expect((await search(h, 'Patient?_id=p7&_summary=count')).total).toBe(1)
  })
})

describe('What the matches refer to', () => {
  const named = [
    patient('p1', { managingOrganization: { reference: 'Organization/x' } }),
    patient('p2', {
      generalPractitioner: [{ reference: 'Organization/x' }, { reference: 'Practitioner/d' }],
    }),
    { resourceType: 'Organization', id: 'x' },
    { resourceType: 'Practitioner', id: 'd' },
    observation('o1', 'Patient/p1', 1),
    {
      ...observation('o2', `${origin}/fhir/Patient/p1/_history/1`, 2),
      hasMember: [{ reference: 'Observation/o1' }],
    },
    observation('o3', 'Patient/gone', 3),
    observation('o4', 'http://other.org/fhir/Patient/p2', 4),
  ]

  test.each([
    ['Observation?_include=Observation:subject', ['o1', 'o2', 'o3', 'o4', '+p1']],
    ['Observation?_include=Observation:patient', ['o1', 'o2', 'o3', 'o4', '+p1']],
    ['Observation?_id=o2&_include=Observation:has-member', ['o2', '+o1']],
    ['Observation?_include=Observation:has-member', ['o1', 'o2', 'o3', 'o4']],
    ['Observation?_id=o2&_include=Observation:has-member&_include=Observation:subject', ['o2', '+o1', '+p1']],
    ['Observation?_include=Observation:subject:Group', ['o1', 'o2', 'o3', 'o4']],
    ['Patient?_include=Patient:general-practitioner', ['p1', 'p2', '+x', '+d']],
    ['Patient?_include=Patient:general-practitioner:Practitioner', ['p1', 'p2', '+d']],
    ['Patient?_id=p1&_include=Patient:general-practitioner&_include=Patient:organization', ['p1', '+x']],
    ['Observation?_id=o3&_include=Observation:subject', ['o3']],
  ])('comes with %s, each once', async (query, ids) => {
    await h.load(named)
    expect(idsOf(await search(h, query)).toSorted()).toEqual(ids.toSorted())
  })

  test('is that of each page, in the version of the snapshot, and is not counted', async () => {
    await h.load(named)
    const pages = await allPages(
      h,
      'Observation?_include=Observation:subject&_count=1&_total=accurate',
      async (page) => {
        await h.put(patient('p1', { active: page > 0 }))
        if (page > 1) await h.remove('Patient/p1')
      },
    )
    expect(pages.map(idsOf)).toEqual([['o1', '+p1'], ['o2', '+p1'], ['o3'], ['o4']])
    for (const { total, entry = [] } of pages) {
      expect(total).toBe(4)
      for (const { resource } of entry) expect(resource.active).toBeUndefined()
    }
  })

  test('is as much as a page holds, and the page says when that is not all', async () => {
    h.close()
    h = await createHarness({ pageBytes: 2000 })
    const members = Array.from({ length: 50 }, (_, n) => patient(`p${n}`))
    const group = {
      resourceType: 'Group',
      id: 'g',
      member: members.map(({ id }) => ({ entity: { reference: `Patient/${id}` } })),
    }
    await h.load([...members, group])
    const { entry = [] } = await search(h, 'Group?_include=Group:member')
    expect(entry.filter(({ search: { mode } }) => mode === 'include').length).toBeGreaterThan(5)
    expect(entry.at(-1)).toMatchObject({
      resource: { resourceType: 'OperationOutcome', issue: [{ severity: 'warning' }] },
      search: { mode: 'outcome' },
    })
    expect(entry.at(-1)?.fullUrl).toBeUndefined()
  })
})

describe('A POST to _search', () => {
  const form = 'application/x-www-form-urlencoded'
  const post = (body: string, query = '', type: string = form) =>
    h.request(`/fhir/Patient/_search${query}`, { method: 'POST', body, headers: { 'content-type': type } })

  beforeEach(() =>
    h.load([
      patient('a', { gender: 'male', name: [{ family: 'A & B, C' }] }),
      patient('b', { gender: 'male' }),
      patient('c', { gender: 'female' }),
    ]),
  )

  test('finds what a GET finds, with the parameters of the form and of the URL', async () => {
    expect(idsOf(await readSearchset(await post('gender=male')))).toEqual(['a', 'b'])
    expect(idsOf(await readSearchset(await post('gender=male', '?_id=b,c')))).toEqual(['b'])
    expect(idsOf(await readSearchset(await post('', '?_id=c')))).toEqual(['c'])
    expect(idsOf(await readSearchset(await post('family=A+%26+B%5C%2C+C')))).toEqual(['a'])
    expect(idsOf(await readSearchset(await post('gender=male', '', `${form}; charset=UTF-8`)))).toEqual([
      'a',
      'b',
    ])
    expect(
      idsOf(await readSearchset(await h.request('/fhir/Patient/_search', { method: 'POST' }))),
    ).toHaveLength(3)
  })

  test('links to a next page that is a GET', async () => {
    const page = await readSearchset(await post('gender=male&_count=1'))
    expect(idsOf(await search(h, (nextOf(page) ?? '').slice(`${origin}/fhir/`.length)))).toEqual(['b'])
  })
})

describe('Values of a query', () => {
  test.each([
    ['Patient?family:exact=a%5C%2Cb', ['comma']],
    ['Patient?family:exact=a%5c,b', ['comma']],
    ['Patient?family:exact=x,a%5C%2Cb', ['comma', 'x']],
    ['Patient?family:exact=a%26b', ['and']],
    ['Patient?family=M%C3%9CLLER', ['umlaut']],
    ['Patient?family=van+den', ['blank']],
    ['Patient?family=van%20den', ['blank']],
    ['Patient?identifier=http%3A%2F%2Fx.org%7Ca%5C%7Cb', ['bar']],
    ['Patient?identifier=http://x.org|a%5C|b', ['bar']],
    ['Patient?death-date=2020-01-01T12:00:00%2B02:00', ['dead']],
    ['Patient?death-date=2020-01-01T12:00:00+02:00', ['dead']],
    ['Patient?death-date=eq2020-01-01T10%3A00Z', ['dead']],
  ])('are read as %s has them', async (query, ids) => {
    await h.load([
      patient('comma', { name: [{ family: 'a,b' }] }),
      patient('x', { name: [{ family: 'x' }] }),
      patient('and', { name: [{ family: 'a&b' }] }),
      patient('umlaut', { name: [{ family: 'Müller' }] }),
      patient('blank', { name: [{ family: 'van den Berg' }] }),
      patient('bar', { identifier: [{ system: 'http://x.org', value: 'a|b' }] }),
      patient('dead', { deceasedDateTime: '2020-01-01T10:00:00Z' }),
    ])
    expect(idsOf(await search(h, query))).toEqual(ids)
  })
})

describe('A Group', () => {
  test('is found by its identifier and by its name', async () => {
    const group = (id: string, name: string): Resource => ({
      resourceType: 'Group',
      id,
      name,
      type: 'person',
      actual: true,
      identifier: [{ system: 'http://plan.org', value: `cohort-${id}` }],
    })
    await h.load([group('1', 'Diabetes, type 2'), group('2', 'Diabetes, type 1'), group('3', 'Others')])
    expect(idsOf(await search(h, 'Group?identifier=http://plan.org|cohort-2'))).toEqual(['2'])
    expect(idsOf(await search(h, 'Group?identifier=cohort-2'))).toEqual(['2'])
    expect(idsOf(await search(h, 'Group?name=diabetes'))).toEqual(['1', '2'])
    expect(idsOf(await search(h, 'Group?name:exact=Others'))).toEqual(['3'])
    expect(idsOf(await search(h, 'Group?name:contains=type%201'))).toEqual(['2'])
  })
})
