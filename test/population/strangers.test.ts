import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { finished, saidBy } from '../export/history.ts'
import { createHarness, type Harness, pathOf } from '../support/harness.ts'

/** Nobody and nothing comes out that is not of the population, by whatever way it is named. */
let h: Harness
beforeEach(async () => {
  h = await createHarness({ pageRows: 3, tickRows: 20 })
  await h.load([
    ...['a', 'b', 'stranger'].map((id) => ({ resourceType: 'Patient', id })),
    ...['a', 'b', 'stranger'].map((id) => ({
      resourceType: 'Observation',
      id: `of-${id}`,
      subject: { reference: `Patient/${id}` },
    })),
    group('cohort', 'Patient/a', 'Patient/b'),
  ])
})
afterEach(() => h.close())

const member = (reference: string, more: object = {}) => ({ entity: { reference }, ...more })
const group = (id: string, ...references: readonly string[]) => ({
  resourceType: 'Group',
  id,
  member: references.map((reference) => member(reference)),
})

/** Names of what is exported, and of what is said to be deleted. */
const exported = async (path: string) => {
  const response = await h.request(`/fhir/${path}`)
  expect(`${response.status} ${await response.clone().text()}`).toMatch(/^202/)
  const files = await finished(h, pathOf(response.headers.get('content-location') ?? ''))
  const { output, deleted } = saidBy(files)
  const names = Object.values(output).flatMap((text) =>
    text
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line))
      .map(({ resourceType, id }) => `${resourceType}/${id}`),
  )
  return { names: names.sort(), deleted, since: files.manifest.transactionTime }
}
const groupsOf = async (path = 'Group/cohort/$export?_type=Group') => (await exported(path)).names
const ofCohort = ['Observation/of-a', 'Observation/of-b', 'Patient/a', 'Patient/b']

describe('A Group that is exported because `_type` names it', () => {
  test.each<[string, object]>([
    ['a stranger', group('x', 'Patient/a', 'Patient/stranger')],
    ['a stranger by a version', group('x', 'Patient/a', 'Patient/stranger/_history/1')],
    ['a stranger by our own URL', group('x', 'Patient/a', 'http://127.0.0.1:8080/fhir/Patient/stranger')],
    ['somebody who was never there', group('x', 'Patient/a', 'Patient/nobody')],
    ['somebody of another server', group('x', 'Patient/a', 'https://elsewhere.example/fhir/Patient/b')],
    [
      'somebody in itself',
      { ...group('x', 'Patient/a', '#p'), contained: [{ resourceType: 'Patient', id: 'p' }] },
    ],
    ['somebody by an URN', group('x', 'Patient/a', 'urn:uuid:53fefa32-fcbb-4ff8-8a92-55ee120877b7')],
    ['somebody by a search', group('x', 'Patient/a', 'Patient?identifier=1')],
    [
      'a member by identifier',
      { ...group('x'), member: [member('Patient/a'), { entity: { identifier: { value: '1' } } }] },
    ],
    ['a member without entity', { ...group('x'), member: [member('Patient/a'), { inactive: true }] }],
    [
      'an inactive stranger',
      { ...group('x'), member: [member('Patient/a'), member('Patient/stranger', { inactive: true })] },
    ],
    [
      'a former stranger',
      {
        ...group('x'),
        member: [member('Patient/a'), member('Patient/stranger', { period: { end: '2000' } })],
      },
    ],
    ['a device', group('x', 'Patient/a', 'Device/d')],
    ['a Group that is none of the population', group('x', 'Patient/a', 'Group/other')],
  ])('holds not one with %s', async (_, resource) => {
    await h.load([group('other', 'Patient/stranger'), resource])
    expect(await groupsOf()).toEqual(['Group/cohort'])
  })

  test.each([
    ['twice the same', ['Patient/a', 'Patient/a'], ['Patient/a', 'https://elsewhere.example/Patient/x']],
    ['nobody', [], ['Patient/a', '#x']],
    ['others', ['Patient/a', 'Patient/b'], ['Patient/a', 'urn:x']],
  ])('holds not one with a stranger now that had %s before', async (_, before, now) => {
    await h.load([group('x', ...before)])
    await h.load([group('x', ...now)])
    expect(await groupsOf()).toEqual(['Group/cohort'])
  })

  test.each([
    ['all of whose members are in the population', ['Patient/a', 'Patient/b'], ['Patient/b']],
    ['whose member is named once more than before', ['Patient/a'], ['Patient/a', 'Patient/a']],
    ['whose stranger has left', ['Patient/a', 'https://elsewhere.example/Patient/x'], ['Patient/a']],
  ])('holds one %s', async (_, before, now) => {
    await h.load([group('x', ...before)])
    await h.load([group('x', ...now)])
    expect(await groupsOf()).toEqual(['Group/cohort', 'Group/x'])
  })

  test('holds those of listed patients alone', async () => {
    await h.load([group('x', 'Patient/a')])
    const response = await h.request('/fhir/Patient/$export?_type=Group&patient=a', { method: 'POST' })
    const files = await finished(h, pathOf(response.headers.get('content-location') ?? ''))
    expect(files.manifest.output).toMatchObject([{ type: 'Group', count: 1 }])
    expect(saidBy(files).output.Group).toContain('"id":"x"')
  })

  test('is told of when it goes away together with one of its members', async () => {
    await h.load([group('x', 'Patient/a', 'Patient/b'), group('y', 'Patient/b', 'Patient/stranger')])
    const { since } = await exported('Group/cohort/$export?_type=Group,Patient')
    h.clock.advance(1000)
    for (const name of ['Group/x', 'Group/y', 'Patient/b']) await h.remove(name)
    const { names, deleted } = await exported(`Group/cohort/$export?_type=Group,Patient&_since=${since}`)
    expect(deleted).toEqual(['Group/x', 'Patient/b'])
    expect(names).toEqual([])
  })
})

describe('The population of a Group', () => {
  test('has no inactive members, no former ones, and none that a reference only seems to name', async () => {
    await h.load([
      {
        resourceType: 'Group',
        id: 'x',
        member: [
          member('Patient/a'),
          member('Patient/b', { inactive: true }),
          member('Patient/stranger', { period: { start: '2027' } }),
          member('https://elsewhere.example/fhir/Patient/b'),
          member('Patient/b/../stranger'),
          { entity: { reference: ['Patient/b'] } },
          { entity: { type: 'Patient', identifier: { value: 'b' } } },
        ],
      },
    ])
    expect((await exported('Group/x/$export')).names).toEqual(['Observation/of-a', 'Patient/a'])
  })

  test('holds what a resource shares with strangers, but nothing else of theirs', async () => {
    await h.load([
      {
        resourceType: 'Observation',
        id: 'shared',
        subject: { reference: 'Patient/a' },
        performer: [{ reference: 'Patient/stranger' }],
      },
      { resourceType: 'Patient', id: 'stranger', link: [{ other: { reference: 'Patient/a' } }] },
    ])
    expect((await exported('Group/cohort/$export')).names).toEqual([
      'Observation/of-a',
      'Observation/of-b',
      'Observation/shared',
      'Patient/a',
      'Patient/b',
    ])
  })

  test("tells of no deletion of what was a stranger's", async () => {
    const { since } = await exported('Group/cohort/$export')
    h.clock.advance(1000)
    for (const name of ['Observation/of-stranger', 'Patient/stranger', 'Observation/of-a'])
      await h.remove(name)
    expect((await exported(`Group/cohort/$export?_since=${since}`)).deleted).toEqual(['Observation/of-a'])
    expect((await exported(`Group/cohort/$export?_since=${since}&_type=Patient`)).deleted).toEqual([])
  })

  test('tells of no deletion of a type that is not wanted, though none of those wanted can be there', async () => {
    const { since } = await exported('Patient/$export')
    h.clock.advance(1000)
    await h.remove('Patient/a')
    const response = await h.request(`/fhir/Patient/$export?_type=Medication&_since=${since}`, {
      headers: { prefer: 'handling=lenient' },
    })
    const files = await finished(h, pathOf(response.headers.get('content-location') ?? ''))
    expect(saidBy(files).deleted).toEqual([])
  })

  test('is found through a thousand nested Groups, in a circle and by two ways', async () => {
    const last = 1000
    const nested = Array.from({ length: last }, (_, n) =>
      group(`n${n}`, `Group/n${n + 1}`, `Group/n${Math.min(last, n + 2)}`, 'Group/n0'),
    )
    await h.load([...nested, group(`n${last}`, 'Patient/a', 'Group/n0', 'Group/cohort')])
    expect((await exported('Group/n0/$export')).names).toEqual(ofCohort)
    const response = await h.request('/fhir/Group/n0/$export?patient=b&_type=Patient', { method: 'POST' })
    const files = await finished(h, pathOf(response.headers.get('content-location') ?? ''))
    expect(files.manifest.output).toMatchObject([{ type: 'Patient', count: 1 }])
  })

  test('that stays through an edit of its Group brings nothing twice', async () => {
    await h.load([group('x', 'Patient/a')])
    const { since } = await exported('Group/x/$export')
    h.clock.advance(1000)
    await h.load([
      { resourceType: 'Group', id: 'x', member: [member('Patient/a', { period: { start: '2020' } })] },
    ])
    expect((await exported(`Group/x/$export?_since=${since}`)).names).toEqual([])
  })
})
