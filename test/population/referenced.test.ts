import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { AdditionalResources } from '../../worker/config.ts'
import { createApp } from '../../worker/http/app.ts'
import { finished, saidBy } from '../export/history.ts'
import { createHarness, type Harness, linesOf, nameOf, pathOf } from '../support/harness.ts'

/** What comes from outside the compartments because something exported refers to it. */
let h: Harness
beforeEach(async () => {
  h = await createHarness({ pageRows: 2, tickRows: 20 })
  await h.load([
    patient('a', 'Organization/of-patients'),
    patient('b'),
    patient('stranger', 'Organization/of-strangers'),
    { resourceType: 'Organization', id: 'of-patients', partOf: to('Organization/parent') },
    { resourceType: 'Organization', id: 'parent', partOf: to('Organization/grandparent') },
    { resourceType: 'Organization', id: 'grandparent' },
    { resourceType: 'Organization', id: 'of-strangers' },
    { resourceType: 'Organization', id: 'of-nobody' },
    { resourceType: 'Practitioner', id: 'p' },
    { resourceType: 'Group', id: 'g', member: [{ entity: to('Patient/a') }, { entity: to('Patient/b') }] },
    ...['o1', 'o2', 'o3'].map((id) =>
      observation(id, 'b', to('Practitioner/p'), to('Organization/of-patients')),
    ),
    observation('of-stranger', 'stranger', to('Practitioner/of-stranger')),
    { resourceType: 'Practitioner', id: 'of-stranger' },
  ])
})
afterEach(() => h.close())

const to = (reference: string) => ({ reference })
const patient = (id: string, organization?: string) => ({
  resourceType: 'Patient',
  id,
  ...(organization === undefined ? {} : { managingOrganization: to(organization) }),
})
const observation = (id: string, of: string, ...performer: readonly object[]) => ({
  resourceType: 'Observation',
  id,
  subject: to(`Patient/${of}`),
  performer,
})

const exported = async (
  path: string,
  additional: Partial<AdditionalResources> = {},
  listed: readonly string[] = [],
) => {
  const { deps } = h
  const config = { ...deps.config, additional: { ...deps.config.additional, ...additional } }
  const app = createApp({ ...deps, config }, () => {})
  const parameter = listed.map((id) => ({ name: 'patient', valueString: id }))
  const response = await app.request(`/fhir/${path}`, {
    method: 'POST',
    headers: { host: 'localhost', 'content-type': 'application/fhir+json' },
    body: JSON.stringify({ resourceType: 'Parameters', parameter }),
  })
  expect(`${response.status} ${await response.clone().text()}`).toMatch(/^202/)
  const files = await finished(h, pathOf(response.headers.get('content-location') ?? ''))
  const names = Object.values(saidBy(files).output)
    .flatMap((text) => linesOf(text))
    .map(({ resourceType, id }) => `${resourceType}/${id}`)
  const outcomes = files.manifest.error.flatMap(({ url }) => linesOf(files.text.get(nameOf(url)) ?? ''))
  return {
    additional: names
      .filter((name) => !/^(Patient|Observation|Group|Provenance|Condition)\//.test(name))
      .sort(),
    names: names.sort(),
    files: [...files.text.keys()],
    outcomes,
    since: files.manifest.transactionTime,
  }
}
const additionalOf = async (...asked: Parameters<typeof exported>) => (await exported(...asked)).additional

describe('What something exported refers to', () => {
  test('comes along once at Group level, of listed patients, and at Patient level', async () => {
    expect(await additionalOf('Group/g/$export')).toEqual(['Organization/of-patients', 'Practitioner/p'])
    expect(await additionalOf('Patient/$export', {}, ['a'])).toEqual(['Organization/of-patients'])
    expect(await additionalOf('Patient/$export')).toEqual([
      'Organization/of-patients',
      'Organization/of-strangers',
      'Practitioner/of-stranger',
      'Practitioner/p',
    ])
  })

  test('comes at system level as everything does, and only if its type is named where any is', async () => {
    expect(await additionalOf('$export?_type=Patient')).toEqual([])
    expect(await additionalOf('Group/g/$export?_type=Patient')).toEqual([])
    expect(await additionalOf('Group/g/$export?_type=Patient,Organization')).toEqual([
      'Organization/of-patients',
    ])
    expect(await additionalOf('Group/g/$export?_type=Observation,Practitioner')).toEqual(['Practitioner/p'])
    expect(await additionalOf('Patient/$export?_type=Patient,Practitioner')).toEqual([])
  })

  test('comes along however many references lead there, as deep as the setting says', async () => {
    const depths = ['Organization/of-patients', 'Organization/parent', 'Organization/grandparent']
    for (const path of ['Group/g/$export?_type=Patient,Organization', 'Patient/$export']) {
      for (const maxDepth of [0, 1, 2, 5]) {
        const types = maxDepth === 0 ? [] : ['Organization' as const]
        const organizations = await additionalOf(path, { types, maxDepth })
        expect(organizations.filter((name) => name !== 'Organization/of-strangers')).toEqual(
          depths.slice(0, maxDepth).sort(),
        )
      }
    }
  })

  test('in a circle comes once', async () => {
    await h.load([
      { resourceType: 'Organization', id: 'grandparent', partOf: to('Organization/of-patients') },
    ])
    const { additional } = await exported('Group/g/$export', { types: ['Organization'], maxDepth: 5 })
    expect(additional).toHaveLength(3)
  })

  test('does not come when the types are none', async () => {
    expect(await additionalOf('Group/g/$export', { types: [] })).toEqual([])
    expect(await additionalOf('Patient/$export', { types: [] })).toEqual([])
  })

  test('is in its current version, of what is there', async () => {
    await h.load([{ resourceType: 'Practitioner', id: 'p', active: true }])
    await h.remove('Organization/of-patients')
    expect(await additionalOf('Group/g/$export')).toEqual(['Practitioner/p'])
    expect(await additionalOf('Patient/$export', {}, ['a'])).toEqual([])
  })

  test('is found though its newest references are all of others', async () => {
    const many = Array.from({ length: 30 }, (_, n) => ({
      resourceType: 'Condition',
      id: `c${n}`,
      subject: to('Patient/nobody'),
      asserter: to('Practitioner/old'),
      recorder: to('Practitioner/never'),
    }))
    await h.load([
      { resourceType: 'Condition', id: 'first', subject: to('Patient/a'), asserter: to('Practitioner/old') },
      { resourceType: 'Practitioner', id: 'old' },
      { resourceType: 'Practitioner', id: 'never' },
      ...many,
    ])
    const practitioners = ['Practitioner/of-stranger', 'Practitioner/old', 'Practitioner/p']
    expect((await additionalOf('Patient/$export')).filter((name) => name.startsWith('Pract'))).toEqual(
      practitioners,
    )
  })

  test('comes of Provenance too', async () => {
    await h.load([
      {
        resourceType: 'Provenance',
        id: 'x',
        target: [to('Observation/o1')],
        agent: [{ who: to('Practitioner/writer') }],
      },
      { resourceType: 'Practitioner', id: 'writer' },
    ])
    for (const path of ['Group/g/$export', 'Patient/$export'])
      for (const value of ['', '?includeAssociatedData=LatestProvenanceResources'])
        expect(await additionalOf(path + value)).toContain('Practitioner/writer')
    expect(await additionalOf('Group/g/$export?_type=Observation,Practitioner')).toEqual(['Practitioner/p'])
  })
})

describe('What belongs to a patient', () => {
  test.each(['Group/g/$export', 'Patient/$export'])(
    'never comes along as if it were nobody’s at %s',
    async (path) => {
      await h.load([
        { resourceType: 'Coverage', id: 'his', beneficiary: to('Patient/a') },
        { resourceType: 'Coverage', id: 'of-another', beneficiary: to('Patient/never-written') },
        { resourceType: 'Coverage', id: 'nobodys' },
        { resourceType: 'Device', id: 'nobodys' },
        { resourceType: 'Device', id: 'his', patient: to('Patient/a') },
        { resourceType: 'Device', id: 'of-another', patient: to('Patient/never-written') },
        {
          ...observation('o1', 'a'),
          focus: [
            'Coverage/his',
            'Coverage/of-another',
            'Coverage/nobodys',
            'Patient/stranger',
            'Group/other',
          ].map(to),
          partOf: ['Device/nobodys', 'Device/his', 'Device/of-another'].map(to),
        },
        { resourceType: 'Group', id: 'other', member: [{ entity: to('Patient/stranger') }] },
      ])
      const { additional, files, names } = await exported(path)
      expect(additional).toEqual(
        expect.arrayContaining(['Coverage/his', 'Coverage/nobodys', 'Device/his', 'Device/nobodys']),
      )
      expect(names.filter((name) => name.endsWith('/of-another'))).toEqual([])
      expect(new Set(names).size).toBe(names.length)
      expect(files).toEqual(
        expect.arrayContaining(['Coverage-1.ndjson', 'Coverage-referenced-1.ndjson', 'Device-1.ndjson']),
      )
      if (path.startsWith('Group')) expect(names.filter((name) => /stranger|other/.test(name))).toEqual([])
    },
  )

  test('does not come along though he is listed with others', async () => {
    await h.load([
      { resourceType: 'Device', id: 'of-b', patient: to('Patient/b') },
      { ...observation('o1', 'a'), partOf: [to('Device/of-b')] },
    ])
    expect(await additionalOf('Patient/$export', {}, ['a'])).toEqual(['Organization/of-patients'])
    expect(await additionalOf('Patient/$export', {}, ['a', 'b'])).toContain('Device/of-b')
  })
})

describe('With _since', () => {
  test.each(['Group/g/$export', 'Patient/$export'])(
    '%s brings what is new, and what that refers to, however old',
    async (path) => {
      const { since } = await exported(path)
      h.clock.advance(1000)
      await h.load([
        observation('new', 'a', to('Practitioner/p'), to('Organization/new')),
        { resourceType: 'Organization', id: 'new' },
        { resourceType: 'Organization', id: 'of-patients', active: true },
      ])
      const news = `${path}?_since=${since}`
      expect(await additionalOf(news)).toEqual(['Organization/new', 'Practitioner/p'])
      expect(await additionalOf(news, { onlySince: true })).toEqual(['Organization/new'])
    },
  )

  test('a patient who comes back brings what is his, and what that refers to', async () => {
    await h.remove('Patient/a')
    const { since } = await exported('Patient/$export')
    h.clock.advance(1000)
    await h.load([patient('a', 'Organization/of-patients')])
    expect(await additionalOf(`Patient/$export?_since=${since}`)).toEqual(['Organization/of-patients'])
  })
})

describe('A type outside the compartment', () => {
  test('is refused alone, and beside others comes to what they refer to', async () => {
    const response = await h.request('/fhir/Patient/$export?_type=Organization')
    expect(response.status).toBe(400)
    const { outcomes } = await exported('Patient/$export?_type=Patient,Organization')
    expect(outcomes).toEqual([])
    const without = await exported('Patient/$export?_type=Patient,Organization', { types: [] })
    expect(without.outcomes).toHaveLength(1)
  })
})
