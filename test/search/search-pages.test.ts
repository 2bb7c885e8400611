import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { typeIdOf } from '../../worker/fhir/resource-type.ts'
import { readSearchRows, type SearchRange } from '../../worker/store/search-rows.ts'
import { expectOutcome } from '../http/expect-outcome.ts'
import { createHarness, type Harness } from '../support/harness.ts'

type Bundle = {
  readonly total?: number
  readonly link: readonly { readonly relation: string; readonly url: string }[]
  readonly entry?: readonly {
    readonly resource: Record<string, unknown>
    readonly search: { readonly mode: string }
  }[]
}

let h: Harness
beforeAll(async () => {
  h = await createHarness()
  const patients = ['a', 'b', 'c'].map((id) => ({
    resourceType: 'Patient',
    id,
    gender: 'female',
    birthDate: '1970-01-01',
    managingOrganization: { reference: 'Organization/o' },
    generalPractitioner: [{ reference: 'Organization/o' }],
  }))
  await h.load([{ resourceType: 'Organization', id: 'o', name: 'O', alias: ['x'] }, ...patients])
})
afterAll(() => h.close())

const search = async (query: string): Promise<Bundle> => {
  const response = await h.request(`/fhir/Patient?${query}`)
  expect(`${response.status} ${await response.clone().text()}`).toMatch(/^200/)
  return response.json()
}
const idsOf = ({ entry = [] }: Bundle) => entry.map(({ resource }) => resource.id)

describe('A search of a type', () => {
  test('finds a resource once, however often its id is asked for', async () => {
    expect(idsOf(await search('_id=a,b,a'))).toEqual(['a', 'b'])
  })

  test('with _count=0 is only counted', async () => {
    expect(await search('_count=0')).toMatchObject({ total: 3 })
    expect((await search('_count=0')).entry).toBeUndefined()
  })

  test.each([
    ['_after=abc'],
    ['_after=1e400'],
    ['_after=-1'],
    ['_after=9999999999999999'],
    ['_sort=_id&_after=%00'],
  ])('refuses %s, with which no page ended', async (query) => {
    const response = await h.request(`/fhir/Patient?${query}`)
    expect(await expectOutcome(response, 400, 'invalid')).toContain('_after')
  })

  test('refuses more values than one request may look for', async () => {
    const body = new URLSearchParams([['identifier', Array.from({ length: 1001 }, (_, n) => n).join(',')]])
    const response = await h.request('/fhir/Patient/_search', { method: 'POST', body })
    expect(await expectOutcome(response, 400, 'invalid')).toContain('more than 1000 values')
  })

  test('cuts what matches by _elements, and what comes along where its type is named', async () => {
    const of = async (elements: string) => {
      const { entry = [] } = await search(`_id=a&_include=Patient:organization&_elements=${elements}`)
      return entry.map(({ resource }) => Object.keys(resource).join())
    }
    const organization = 'resourceType,id,meta,name,alias'
    expect(await of('gender')).toEqual(['resourceType,id,meta,gender', organization])
    expect(await of('birthDate,Organization.name')).toEqual([
      'resourceType,id,meta,birthDate',
      'resourceType,id,meta,name',
    ])
    const [match] = (await search('_id=a&_elements=id')).entry ?? []
    expect(match?.resource.meta).toMatchObject({ tag: [{ code: 'SUBSETTED' }] })
  })

  test('finds Groups by identifier and by name, and says that it does', async () => {
    const group = { resourceType: 'Group', id: 'g', type: 'person', actual: true }
    await h.load([{ ...group, name: 'Réd cohort', identifier: [{ system: 'urn:s', value: 'v' }] }])
    for (const query of ['identifier=urn:s|v', 'name=red', 'name:contains=COHORT']) {
      const found: Bundle = await (await h.request(`/fhir/Group?${query}`)).json()
      expect(idsOf(found)).toEqual(['g'])
    }
    expect(idsOf(await (await h.request('/fhir/Group?name=cohort')).json())).toEqual([])
    expect(await (await h.request('/fhir/metadata')).text()).toMatch(
      /"type":"Group".*?"searchParam":\[[^\]]*\{"name":"name","type":"string"\}/,
    )
  })

  test('keeps _elements on later pages', async () => {
    const { link } = await search('_elements=gender&_count=2')
    const next = link.find(({ relation }) => relation === 'next')?.url ?? ''
    const page: Bundle = await (await h.request(next)).json()
    expect(page.entry?.map(({ resource }) => Object.keys(resource).join())).toEqual([
      'resourceType,id,meta,gender',
    ])
  })

  test.each([['foo'], ['Patient.name.given'], ['gender,']])('refuses _elements "%s"', async (elements) => {
    const response = await h.request(`/fhir/Patient?_elements=${elements}`)
    expect(response.status).toBe(400)
    expect(await response.text()).toContain('_elements')
  })

  test('finds by what is referred to in both directions, each once, a page at a time', async () => {
    for (const [order, ids] of [
      ['_lastUpdated', ['a', 'b', 'c']],
      ['-_lastUpdated', ['c', 'b', 'a']],
    ] as const)
      expect(idsOf(await search(`organization=Organization/o&_sort=${order}`))).toEqual(ids)
    const source = {
      kind: 'target' as const,
      typeId: typeIdOf('Organization'),
      id: 'o',
      paths: ['managingOrganization'],
    }
    const range: SearchRange = {
      typeId: typeIdOf('Patient'),
      asOf: 100,
      order: '-lastUpdated',
      after: undefined,
      source,
    }
    const [first, second, ...others] = await readSearchRows(h.deps.db, range, 2)
    expect([first?.id, second?.id, others.length]).toEqual(['c', 'b', 0])
    const rest = await readSearchRows(h.deps.db, { ...range, after: String(second?.position) }, 2)
    expect(rest.map(({ id }) => id)).toEqual(['a'])
  })
})
