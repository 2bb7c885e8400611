import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { finished, saidBy } from '../export/history.ts'
import { createHarness, type Harness, pathOf } from '../support/harness.ts'

/** What comes of Provenance at each level: by the default rule, the latest, or all of what is exported. */
let h: Harness
beforeEach(async () => {
  h = await createHarness({ pageRows: 2, tickRows: 20 })
  await h.load([
    ...['a', 'b', 'stranger'].map((id) => ({ resourceType: 'Patient', id })),
    ...['a', 'b', 'stranger'].map((id) => observation(`of-${id}`, id)),
    { resourceType: 'Organization', id: 'clinic' },
    {
      resourceType: 'Group',
      id: 'g',
      member: ['a', 'b'].map((id) => ({ entity: { reference: `Patient/${id}` } })),
    },
  ])
})
afterEach(() => h.close())

const observation = (id: string, patient: string, more: object = {}) => ({
  resourceType: 'Observation',
  id,
  subject: { reference: `Patient/${patient}` },
  ...more,
})
const provenance = (id: string, recorded: unknown, ...targets: readonly string[]) => ({
  resourceType: 'Provenance',
  id,
  ...(recorded === undefined ? {} : { recorded }),
  target: targets.map((reference) => ({ reference })),
})
const noon = '2026-01-01T12:00:00Z'

const exported = async (path: string) => {
  const response = await h.request(`/fhir/${path}`)
  expect(`${response.status} ${await response.clone().text()}`).toMatch(/^202/)
  const files = await finished(h, pathOf(response.headers.get('content-location') ?? ''))
  const { output, deleted } = saidBy(files)
  const idsOf = (type: string) =>
    (output[type] ?? '')
      .split('\n')
      .slice(0, -1)
      .map((line) => String(JSON.parse(line).id))
      .sort()
  return {
    provenance: idsOf('Provenance'),
    types: Object.keys(output),
    names: [...files.text.keys()],
    deleted,
    since: files.manifest.transactionTime,
  }
}
const provenanceOf = async (path: string) => (await exported(path)).provenance
const latest = 'includeAssociatedData=LatestProvenanceResources'
const relevant = 'includeAssociatedData=RelevantProvenanceResources'
const levels = ['$export', 'Patient/$export', 'Group/g/$export'] as const

describe('By the default rule', () => {
  beforeEach(async () => {
    await h.load([
      provenance('of-patient', noon, 'Patient/a'),
      provenance('of-observation', noon, 'Observation/of-b'),
      provenance('of-version', noon, 'Observation/of-a/_history/1'),
      provenance('of-both', noon, 'Observation/of-stranger', 'Observation/of-a'),
      provenance('of-stranger', noon, 'Observation/of-stranger'),
      provenance('of-clinic', noon, 'Organization/clinic'),
      provenance('of-nothing', noon, 'Observation/never-written'),
      provenance('of-provenance', noon, 'Provenance/of-patient'),
    ])
  })
  const ofGroup = ['of-both', 'of-observation', 'of-patient', 'of-provenance', 'of-version']

  test('all comes at system level, and what is about a patient or what is his at the others', async () => {
    expect(await provenanceOf('$export')).toEqual(
      [...ofGroup, 'of-stranger', 'of-clinic', 'of-nothing'].sort(),
    )
    expect(await provenanceOf('Patient/$export')).toEqual([...ofGroup, 'of-stranger'].sort())
    expect(await provenanceOf('Group/g/$export')).toEqual(ofGroup)
  })

  test('it is a type like others of `_type`, whatever else that names', async () => {
    expect(await provenanceOf('Group/g/$export?_type=Provenance')).toEqual(ofGroup)
    expect(await provenanceOf('Group/g/$export?_type=Patient,Provenance')).toEqual(ofGroup)
    for (const path of levels) expect(await provenanceOf(`${path}?_type=Observation`)).toEqual([])
  })

  test('of the Groups of a population it comes when they do', async () => {
    await h.load([provenance('of-group', noon, 'Group/g')])
    expect(await provenanceOf('Patient/$export')).toContain('of-group')
    expect(await provenanceOf('Group/g/$export')).not.toContain('of-group')
    expect(await provenanceOf('Group/g/$export?_type=Provenance,Group')).toContain('of-group')
  })

  test('of what is gone it does not come, and its own end is told', async () => {
    const { since } = await exported('Group/g/$export')
    h.clock.advance(1000)
    await h.remove('Observation/of-b')
    await h.remove('Provenance/of-version')
    await h.remove('Provenance/of-stranger')
    expect(await provenanceOf('Group/g/$export')).toEqual(['of-both', 'of-patient', 'of-provenance'])
    expect((await exported(`Group/g/$export?_since=${since}`)).deleted).toEqual([
      'Observation/of-b',
      'Provenance/of-version',
    ])
  })
})

describe('With _since', () => {
  test.each(['Patient/$export', 'Group/g/$export'])(
    '%s brings what is new, and what has come to belong only since',
    async (path) => {
      await h.load([
        observation('moves', 'nobody'),
        observation('stays', 'a'),
        provenance('of-moves', noon, 'Observation/moves'),
        provenance('of-stays', noon, 'Observation/stays'),
        provenance('of-later', noon, 'Observation/later'),
        provenance('of-both', noon, 'Observation/stays', 'Observation/moves'),
      ])
      const { since, provenance: before } = await exported(path)
      expect(before).toEqual(['of-both', 'of-stays'])
      h.clock.advance(1000)
      await h.load([
        observation('moves', 'b'),
        observation('stays', 'a', { status: 'amended' }),
        observation('later', 'a'),
        provenance('new', noon, 'Observation/of-a'),
      ])
      const { provenance: news, names } = await exported(`${path}?_since=${since}`)
      expect(news).toEqual(['new', 'of-later', 'of-moves'])
      expect(names).toContain(
        path.startsWith('Patient') ? 'Provenance-earlier-1.ndjson' : 'Provenance-1.ndjson',
      )
    },
  )

  test('a member who is added brings what is about him and what is his, but for what others have brought', async () => {
    await h.load([
      provenance('of-stranger', noon, 'Observation/of-stranger'),
      provenance('of-him', noon, 'Patient/stranger'),
      provenance('shared', noon, 'Observation/of-a', 'Observation/of-stranger'),
    ])
    const { since } = await exported('Group/g/$export')
    h.clock.advance(1000)
    const member = ['a', 'b', 'stranger'].map((id) => ({ entity: { reference: `Patient/${id}` } }))
    await h.load([{ resourceType: 'Group', id: 'g', member }])
    expect(await provenanceOf(`Group/g/$export?_since=${since}`)).toEqual(['of-him', 'of-stranger'])
  })

  describe.each([
    ['little', 1],
    ['much', 30],
  ])('while %s other Provenance changes', (_, others) => {
    const path = 'Group/g/$export?_type=Provenance,Group,Observation'
    const group = (id: string, ...patients: readonly string[]) => ({
      resourceType: 'Group',
      id,
      member: patients.map((patient) => ({ entity: { reference: `Patient/${patient}` } })),
    })
    const changed = Array.from({ length: others }, (__, i) =>
      provenance(`new-${i}`, noon, 'Organization/clinic'),
    )

    test('what a Group with a stranger kept back comes with what it is about now', async () => {
      await h.load([
        group('wide', 'a', 'stranger'),
        provenance('kept', noon, 'Group/wide', 'Observation/later'),
      ])
      const { since, provenance: before } = await exported(path)
      expect(before).toEqual([])
      h.clock.advance(1000)
      await h.load([observation('later', 'a'), ...changed])
      expect(await provenanceOf(`${path}&_since=${since}`)).toEqual(['kept'])
    })

    test('what is about a Group comes again when the Group changes, and only then', async () => {
      await h.load([group('ours', 'a', 'b'), provenance('of-ours', noon, 'Group/ours')])
      const { since, provenance: before } = await exported(path)
      expect(before).toEqual(['of-ours'])
      h.clock.advance(1000)
      await h.load(changed)
      expect(await provenanceOf(`${path}&_since=${since}`)).toEqual([])
      await h.load([group('ours', 'b')])
      expect(await provenanceOf(`${path}&_since=${since}`)).toEqual(['of-ours'])
    })
  })
})

describe.each([latest, relevant])('With %s', (value) => {
  test.each(levels)(
    '%s brings it of each resource exported, though `_type` does not name it',
    async (path) => {
      await h.load([
        provenance('one', noon, 'Observation/of-a'),
        provenance('of-patient', noon, 'Patient/a'),
        provenance('of-clinic', noon, 'Organization/clinic'),
      ])
      expect(await provenanceOf(`${path}?_type=Observation&${value}`)).toEqual(['one'])
      expect(await provenanceOf(`${path}?_type=Observation,Provenance&${value}`)).toEqual(['one'])
      expect(await provenanceOf(`${path}?_type=Provenance&${value}`)).toEqual([])
      const all = ['of-patient', 'one']
      expect(await provenanceOf(`${path}?${value}`)).toEqual(path === '$export' ? ['of-clinic', ...all] : all)
    },
  )

  test.each(levels)('%s has what was written before `_since`, of what has changed since', async (path) => {
    await h.load([provenance('old', noon, 'Observation/of-a'), provenance('other', noon, 'Observation/of-b')])
    const { since } = await exported(path)
    h.clock.advance(1000)
    await h.load([
      observation('of-a', 'a', { status: 'amended' }),
      provenance('new', noon, 'Observation/of-b'),
    ])
    expect(await provenanceOf(`${path}?_since=${since}&${value}`)).toEqual(['old'])
  })
})

describe.each(levels)('The latest Provenance at %s', (path) => {
  test.each<[string, readonly (readonly [string, unknown])[], readonly string[]]>([
    ['none', [], []],
    ['the only one', [['x', undefined]], ['x']],
    [
      'the last written of those recorded at once',
      [
        ['x', noon],
        ['y', '2026-01-01T14:00:00+02:00'],
        ['z', '2026-01-01T12:00:00.000Z'],
      ],
      ['z'],
    ],
    [
      'the last recorded, by instants',
      [
        ['x', '2026-01-01T12:00:01Z'],
        ['y', '2026-01-01T13:59:59+02:00'],
        ['z', noon],
      ],
      ['x'],
    ],
    [
      'the last recorded, to the last digit',
      [
        ['x', '2026-01-01T12:00:00.00012Z'],
        ['y', '2026-01-01T12:00:00.0001Z'],
      ],
      ['x'],
    ],
    [
      'one that says when, if only one does',
      [
        ['x', '2020-01-01T00:00:00Z'],
        ['y', 'today'],
        ['z', undefined],
        ['w', 2026],
      ],
      ['x'],
    ],
    [
      'the last written where none says when',
      [
        ['x', undefined],
        ['y', 'today'],
      ],
      ['y'],
    ],
  ])('is %s', async (_, given, expected) => {
    for (const [id, recorded] of given) await h.load([provenance(id, recorded, 'Observation/of-a')])
    expect(await provenanceOf(`${path}?${latest}`)).toEqual(expected)
    expect(await provenanceOf(`${path}?${relevant}`)).toEqual(given.map(([id]) => id).sort())
    expect(await provenanceOf(`${path}?${latest},RelevantProvenanceResources`)).toEqual(
      given.map(([id]) => id).sort(),
    )
  })

  test('is the latest as it is now', async () => {
    await h.load([
      provenance('x', '2026-01-02T00:00:00Z', 'Observation/of-a'),
      provenance('y', noon, 'Observation/of-a'),
    ])
    await h.load([provenance('x', '2025-01-01T00:00:00Z', 'Observation/of-a')])
    expect(await provenanceOf(`${path}?${latest}`)).toEqual(['y'])
    await h.load([provenance('y', noon, 'Organization/clinic')])
    expect(await provenanceOf(`${path}?${latest}&_type=Observation`)).toEqual(['x'])
  })

  test('is one for each of several targets, once, however many there are', async () => {
    const many = Array.from({ length: 30 }, (_, n) => provenance(`n${n}`, noon, 'Observation/of-a'))
    await h.load([
      ...many,
      provenance('of-two', '2026-01-03T00:00:00Z', 'Observation/of-a', 'Patient/a'),
      provenance('of-b', noon, 'Observation/of-b'),
    ])
    expect(await provenanceOf(`${path}?${latest}`)).toEqual(['of-b', 'of-two'])
  })
})
