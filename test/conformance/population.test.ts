import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { expectOutcome } from '../http/expect-outcome.ts'
import { createHarness, type Harness } from '../support/harness.ts'
import { base, kickOff, levels, patientLevels, readExport, runExport, withParameters } from './run-export.ts'

/** Whose data, of what types, since when: the rules of levels, `_type`, `_since` and Group that one can get wrong. */

let h: Harness
beforeEach(async () => {
  h = await createHarness({ pageRows: 2, tickRows: 6 })
  await h.load([
    ...['a', 'b', 'stranger'].flatMap((id) => [patient(id), observation(id)]),
    group('g', 'Patient/a', 'Patient/b'),
  ])
  h.clock.advance(1000)
})
afterEach(() => h.close())

const patient = (id: string) => ({ resourceType: 'Patient', id })
const observation = (id: string) => ({
  resourceType: 'Observation',
  id: `of-${id}`,
  subject: { reference: `Patient/${id}` },
})
const member = (reference: string, more: object = {}) => ({ entity: { reference }, ...more })
const group = (id: string, ...references: readonly string[]) => ({
  resourceType: 'Group',
  id,
  type: 'person',
  actual: true,
  member: references.map((reference) => member(reference)),
})

const namesAt = async (path: string, init?: RequestInit) =>
  (await runExport(h, path, init)).names.filter((name) => !name.startsWith('Group/')).toSorted()
const ofAAndB = ['Observation/of-a', 'Observation/of-b', 'Patient/a', 'Patient/b']

describe('`_type`', () => {
  test.each(levels)(
    'that names Observation brings by %s no Patient, and no less of Observation',
    async (path) => {
      const { resources } = await runExport(h, `${path}?_type=Observation`)
      expect(new Set(resources.map(({ resourceType }) => resourceType))).toEqual(new Set(['Observation']))
      expect(resources).toHaveLength(path === '$export' || path.startsWith('Patient') ? 3 : 2)
    },
  )

  test('may name at system level what no patient has', async () => {
    await h.load(['Medication', 'Substance', 'ValueSet'].map((resourceType) => ({ resourceType, id: 'x' })))
    const { manifest, outcomes } = await runExport(h, '$export?_type=Medication,Substance,ValueSet')
    expect(manifest.output.map(({ type }) => type)).toEqual(['Medication', 'Substance', 'ValueSet'])
    expect(outcomes).toEqual([])
  })
})

describe('The compartment of a patient', () => {
  const theirs: readonly {
    readonly resourceType: string
    readonly id: string
    readonly [element: string]: unknown
  }[] = [
    { resourceType: 'Coverage', id: 'pays', payor: [{ reference: 'Patient/a' }] },
    { resourceType: 'Coverage', id: 'benefits', beneficiary: { reference: 'Patient/a' } },
    { resourceType: 'Observation', id: 'performs', performer: [{ reference: 'Patient/a' }] },
    { resourceType: 'AllergyIntolerance', id: 'records', recorder: { reference: 'Patient/a' } },
    { resourceType: 'AllergyIntolerance', id: 'asserts', asserter: { reference: 'Patient/a' } },
    { resourceType: 'Appointment', id: 'attends', participant: [{ actor: { reference: 'Patient/a' } }] },
    { resourceType: 'Communication', id: 'sends', sender: { reference: 'Patient/a' } },
    { resourceType: 'RelatedPerson', id: 'relates', patient: { reference: 'Patient/a' } },
    { resourceType: 'Provenance', id: 'traces', target: [{ reference: 'Patient/a' }] },
  ]
  const names = theirs.map(({ resourceType, id }) => `${resourceType}/${id}`)

  test.each(patientLevels)(
    'is read by %s as HL7 defines it, and not as `subject` or `patient` alone',
    async (path) => {
      await h.load([
        ...theirs,
        { resourceType: 'Observation', id: 'nobody-s', focus: [{ reference: 'Patient/a' }] },
      ])
      const exported = await namesAt(path)
      expect(exported).toEqual(expect.arrayContaining(names))
      expect(exported).not.toContain('Observation/nobody-s')
    },
  )
})

describe('`_since`', () => {
  test.each<[string, RequestInit | undefined]>([
    ['Patient/$export', undefined],
    ['Group/g/$export', undefined],
    ['Patient/$export', withParameters([{ name: 'patient', valueReference: { reference: 'Patient/a' } }])],
    ['Group/g/$export', withParameters([{ name: 'patient', valueReference: { reference: 'Patient/a' } }])],
  ])(
    'chooses resources, never patients: by %s one who has not changed brings what has',
    async (path, init) => {
      const since = new Date(h.clock.now()).toISOString()
      h.clock.advance(1000)
      await h.load([observation('a')])
      expect(await namesAt(`${path}?_since=${since}`, init)).toEqual(['Observation/of-a'])
    },
  )
})

describe('A Group', () => {
  test.each<[string, readonly object[], readonly string[]]>([
    ['an inactive member', [member('Patient/a'), member('Patient/stranger', { inactive: true })], ['a']],
    [
      'one whose period is over',
      [member('Patient/a'), member('Patient/stranger', { period: { end: '2025' } })],
      ['a'],
    ],
    [
      'one whose period is to come',
      [member('Patient/a'), member('Patient/stranger', { period: { start: '2027' } })],
      ['a'],
    ],
    ['one who is deleted', [member('Patient/a'), member('Patient/gone')], ['a']],
    ['one named twice', [member('Patient/a'), member('Patient/a'), member(`${base}/Patient/a`)], ['a']],
    ['a Group in it, named twice', [member('Group/g'), member('Group/g'), member('Patient/b')], ['a', 'b']],
    ['a Group in a circle', [member('Patient/a'), member('Group/circle')], ['a', 'b']],
    ['a Group that is deleted', [member('Patient/a'), member('Group/gone')], ['a']],
    ['itself in it', [member('Group/x'), member('Patient/b')], ['b']],
    ['an id that a Practitioner has too', [member('Practitioner/b'), member('Patient/a')], ['a']],
    ['no member', [], []],
  ])('with %s has just its members, each once', async (_, members, ids) => {
    await h.load([
      patient('gone'),
      group('gone', 'Patient/stranger'),
      group('circle', 'Group/x', 'Patient/b'),
      { ...group('x'), member: members },
    ])
    for (const name of ['Patient/gone', 'Group/gone']) await h.remove(name)
    expect(await namesAt('Group/x/$export')).toEqual([
      ...ids.map((id) => `Observation/of-${id}`),
      ...ids.map((id) => `Patient/${id}`),
    ])
  })

  test('has the members it had at kick-off, whatever becomes of it while its export runs', async () => {
    const path = await kickOff(h, 'Group/g/$export')
    await h.load([group('g', 'Patient/stranger')])
    await h.tick()
    await h.remove('Group/g')
    await h.remove('Patient/b')
    const { names } = await readExport(h, path)
    expect(names.toSorted()).toEqual(ofAAndB)
  })

  test('that is no longer active has no members, neither of its own nor in a Group that it is in', async () => {
    const members = ['Patient/a', 'Patient/b']
    await h.load([{ ...group('g', ...members), active: false }, group('around', 'Group/g', 'Patient/b')])
    expect(await namesAt('Group/g/$export')).toEqual([])
    const { names, manifest } = await runExport(h, 'Group/around/$export')
    expect(names.toSorted()).toEqual(['Observation/of-b', 'Patient/b'])
    h.clock.advance(1000)
    await h.load([{ ...group('g', ...members), active: true }])
    expect(await namesAt('Group/g/$export')).toEqual(ofAAndB)
    const since = `?_since=${manifest.transactionTime}`
    expect(await namesAt(`Group/around/$export${since}`)).toEqual(['Observation/of-a', 'Patient/a'])
  })

  test('that is no longer active keeps its members as they are, until it is again', async () => {
    await h.load([{ ...group('g', 'Patient/a'), active: false }])
    for (const operation of ['$member-add', '$member-remove'])
      for (const id of ['a', 'b']) {
        const reference = { name: 'patientReference', valueReference: { reference: `Patient/${id}` } }
        const response = await h.request(`/fhir/Group/g/${operation}`, withParameters([reference]))
        if (operation === '$member-remove' && id === 'b')
          expect(response.status).toBe(200) // nothing to do
        else expect(await expectOutcome(response, 400, 'invalid')).toContain('"active" is false')
      }
    expect(await namesAt('Group/g/$export')).toEqual([])
    await h.load([{ ...group('g', 'Patient/a'), active: true }])
    expect(await namesAt('Group/g/$export')).toEqual(['Observation/of-a', 'Patient/a'])
  })

  test('of others than patients exports nothing, though they are there', async () => {
    await h.load([
      ...['Practitioner', 'Device'].map((resourceType) => ({ resourceType, id: 'x' })),
      { ...group('others', 'Practitioner/x', 'Device/x'), type: 'practitioner' },
    ])
    expect((await runExport(h, 'Group/others/$export')).manifest.output).toEqual([])
  })

  test('can be read, with the members it lists', async () => {
    const response = await h.request('/fhir/Group/g')
    expect(response.status).toBe(200)
    expect(await response.json()).toMatchObject(group('g', 'Patient/a', 'Patient/b'))
  })

  test('can be searched for, by what it is and by who is in it', async () => {
    const code = { coding: [{ system: 'http://example.org/kinds', code: 'panel' }] }
    const identifier = [{ system: 'http://example.org/groups', value: '7' }]
    await h.load([{ ...group('panel', 'Patient/b', 'Patient/stranger'), identifier, code }])
    const found = async (query: string) => {
      const response = await h.request(`/fhir/Group${query}`)
      expect(response.status).toBe(200)
      const { entry = [] } = await response.json()
      return entry.map(({ resource }: { resource: { id: string } }) => resource.id).toSorted()
    }
    expect(await found('')).toEqual(['g', 'panel'])
    expect(await found('?identifier=http://example.org/groups|7')).toEqual(['panel'])
    expect(await found('?code=panel&type=person&actual=true')).toEqual(['panel'])
    expect(await found('?member=Patient/a')).toEqual(['g'])
    expect(await found('?member=Patient/b')).toEqual(['g', 'panel'])
    expect(await found('?_id=g,panel&type=animal')).toEqual([])
  })
})

describe('References in what is exported', () => {
  const references = [
    { reference: 'Patient/a' },
    { reference: `${base}/Patient/a` },
    { reference: 'Patient/a/_history/1' },
    { reference: '#in' },
    { reference: 'urn:uuid:53fefa32-fcbb-4ff8-8a92-55ee120877b7' },
    { reference: 'https://elsewhere.example/fhir/Patient/a' },
  ]
  test.each(levels)('are by %s what was written', async (path) => {
    const resource = {
      resourceType: 'Observation',
      id: 'of-a',
      contained: [{ resourceType: 'Patient', id: 'in' }],
      subject: { reference: 'Patient/a' },
      performer: references,
    }
    await h.load([resource])
    const { resources } = await runExport(h, path)
    expect(resources.find(({ id }) => id === 'of-a')).toMatchObject(resource)
  })
})
