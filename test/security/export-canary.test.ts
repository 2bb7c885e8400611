import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { damageLine, damagesOfLines } from '../support/damage.ts'
import { readEstimate } from '../support/estimate.ts'
import {
  createHarness,
  type Harness,
  linesOf,
  type Manifest,
  pathOf,
  statusPathOf,
} from '../support/harness.ts'
import { administrator, clientWith } from '../support/principals.ts'

/** Stands in every resource that the client may not have, and in no other. */
const canary = 'CANARY-7f3a'

/** What it may have of each type, as scopes say it and as a look at a resource does. */
const scopes = [
  'system/Observation.rs?category=laboratory',
  'system/Observation.rs?status=registered',
  'system/Patient.rs?_tag=open',
  'system/Provenance.rs?_tag=open',
  'system/Practitioner.rs?_tag=open',
  'system/Group.rs?_tag=open',
  'system/Condition.r system/Condition.s system/Encounter.cud', // no one of them is enough
].join(' ')

type Resource = { readonly resourceType: string; readonly id: string; readonly [member: string]: unknown }
const category = (code: string) => [{ coding: [{ code }] }]
const tagged = (isOpen: boolean) =>
  isOpen ? { meta: { tag: [{ code: 'open' }] } } : { text: { status: 'generated', div: canary } }
const observation = (id: string, of: string, code: string, isHidden = true): Resource => ({
  resourceType: 'Observation',
  id,
  status: 'final',
  category: category(code),
  subject: { reference: `Patient/${of}` },
  note: [{ text: code === 'laboratory' || !isHidden ? 'plain' : canary }],
})
const patient = (id: string, isOpen: boolean, practitioner: string): Resource => ({
  resourceType: 'Patient',
  id,
  ...tagged(isOpen),
  generalPractitioner: [{ reference: `Practitioner/${practitioner}` }],
})
const provenance = (id: string, target: string, isOpen: boolean): Resource => ({
  resourceType: 'Provenance',
  id,
  ...tagged(isOpen),
  recorded: '2025-01-01T00:00:00Z',
  target: [{ reference: target }],
})
const group = (id: string, isOpen: boolean, ...members: readonly string[]): Resource => ({
  resourceType: 'Group',
  id,
  type: 'person',
  actual: true,
  ...tagged(isOpen),
  member: members.map((member) => ({ entity: { reference: `Patient/${member}` } })),
})
const condition = (id: string): Resource => ({
  resourceType: 'Condition',
  id,
  subject: { reference: 'Patient/a' },
  code: { text: canary },
})

let h: Harness
let since: string
let ofClient: Harness['request']
let ofAdministrator: Harness['request']
beforeAll(async () => {
  h = await createHarness({ failureLimitPercent: 100 })
  ofClient = h.as(clientWith(scopes))
  ofAdministrator = h.as(administrator())
  await h.load([
    ...['open', 'shut'].map((id) => ({ resourceType: 'Practitioner', id, ...tagged(id === 'open') })),
    patient('a', true, 'open'),
    patient('b', true, 'shut'),
    patient('x', false, 'open'),
    group('g', true, 'a', 'b', 'x'),
    group('h', false, 'a', 'b'),
    ...['a', 'b', 'x'].flatMap((of) => [
      observation(`lab-${of}`, of, 'laboratory'),
      observation(`hidden-${of}`, of, 'therapy'),
      { ...observation(`registered-${of}`, of, 'therapy', false), status: 'registered' },
    ]),
    observation('came-in', 'a', 'therapy'),
    observation('went-out', 'a', 'laboratory'),
    ...damagesOfLines.map((damage) => observation(`hidden-damaged-${damage}`, 'a', 'laboratory')),
    observation('gone', 'a', 'laboratory'),
    observation('hidden-gone', 'a', 'therapy'),
    condition('hidden-c1'),
    condition('hidden-c2'),
    { resourceType: 'Encounter', id: 'hidden-e', status: 'finished', subject: { reference: 'Patient/a' } },
    { resourceType: 'Medication', id: 'hidden-m', code: { text: canary } },
    provenance('about-lab', 'Observation/lab-a', true),
    provenance('shut-about-lab', 'Observation/lab-a', false),
    provenance('about-patient', 'Patient/b', true),
    provenance('shut-about-hidden', 'Observation/hidden-a', false),
  ])
  h.clock.advance(1000)
  since = new Date(h.clock.now()).toISOString()
  h.clock.advance(1000)
  await h.load([
    observation('came-in', 'a', 'laboratory'),
    observation('went-out', 'a', 'therapy'),
    observation('lab-b', 'b', 'laboratory'),
    observation('hidden-b', 'b', 'therapy'),
    observation('new-lab', 'b', 'laboratory'),
    observation('hidden-new', 'b', 'therapy'),
    patient('b', true, 'shut'),
    patient('x', false, 'open'),
    provenance('new-about-lab', 'Observation/lab-b', true),
    provenance('shut-new', 'Observation/lab-b', false),
  ])
  for (const name of ['Observation/gone', 'Observation/hidden-gone', 'Condition/hidden-c2'])
    await h.remove(name)
  for (const damage of damagesOfLines)
    await damageLine(h.deps.db, `Observation/hidden-damaged-${damage}`, damage)
})
afterAll(() => h.close())

/** May the client have it? */
const isGranted = (line: Readonly<Record<string, unknown>>): boolean => {
  const text = JSON.stringify(line)
  if (line.resourceType === 'Observation')
    return text.includes('"laboratory"') || text.includes('"registered"')
  const isConstrained = ['Patient', 'Provenance', 'Practitioner', 'Group'].includes(`${line.resourceType}`)
  return isConstrained && text.includes('"tag":[{"code":"open"}]')
}

type Parameters = readonly (readonly [name: string, value: string])[]
type Found = {
  readonly bytes: string
  readonly lines: readonly string[]
  readonly deleted: readonly string[]
}

const begin = (
  request: Harness['request'],
  path: string,
  parameters: Parameters,
  patients: readonly string[] = [],
): Promise<Response> =>
  request(`/fhir/${path}?${new URLSearchParams(parameters.map(([name, value]) => [name, value]))}`, {
    method: 'POST',
    headers: { 'content-type': 'application/fhir+json', prefer: 'respond-async, handling=lenient' },
    body: JSON.stringify({
      resourceType: 'Parameters',
      parameter: [
        { name: '_outputFormat', valueString: 'ndjson' },
        ...patients.map((id) => ({ name: 'patient', valueReference: { reference: `Patient/${id}` } })),
      ],
    }),
  })

/** Every byte that the asker was shown of an export, and what it brought. */
const take = async (
  request: Harness['request'],
  path: string,
  parameters: Parameters,
  patients: readonly string[] = [],
): Promise<Found> => {
  const accepted = await begin(request, path, parameters, patients)
  if (accepted.status !== 202) throw new Error(`${accepted.status}: ${await accepted.text()}`)
  const status = statusPathOf(accepted)
  const shown: string[] = [await accepted.text()]
  for (;;) {
    const answer = await request(status)
    const text = await answer.text()
    shown.push(text, JSON.stringify([...answer.headers]))
    if (answer.status !== 200) {
      if (answer.status !== 202) throw new Error(`${answer.status}: ${text}`)
      if (!(await h.tick())) h.clock.advance(1000)
      continue
    }
    const manifest: Manifest = JSON.parse(text)
    const lines: string[] = []
    const deleted: string[] = []
    for (const { url } of [...manifest.output, ...(manifest.deleted ?? []), ...manifest.error]) {
      const file = await request(pathOf(url))
      expect(file.status).toBe(200)
      const content = await file.text()
      shown.push(content)
      for (const line of linesOf(content)) {
        const [url] = JSON.stringify(line).match(/(?<="url":")[^"]+/) ?? []
        if (line.resourceType === 'Bundle') deleted.push(url ?? '')
        else if (!['OperationOutcome', 'Parameters'].includes(`${line.resourceType}`))
          lines.push(JSON.stringify(line))
      }
    }
    await request(status, { method: 'DELETE' })
    await h.sweep()
    return { bytes: shown.join('\n'), lines: lines.sort(), deleted: deleted.sort() }
  }
}

const assertNothingHidden = (bytes: string): void => {
  expect(bytes).not.toContain(canary)
  expect(bytes).not.toContain('hidden-')
}

const places: readonly (readonly [path: string, patients: readonly string[]])[] = [
  ['$export', []],
  ['Patient/$export', []],
  ['Patient/$export', ['a', 'b', 'x', 'nobody']],
  ['Group/g/$export', []],
  ['Group/g/$export', ['a']],
]
const associated = [
  '',
  '_history',
  '_deleted',
  'LatestProvenanceResources',
  'RelevantProvenanceResources,_history',
]
/** Those that say more than the client may know are the attempts of SPEC TR-40. */
const others: readonly Parameters[] = [
  [['_elements', 'id,note']],
  [['_typeFilter', 'Observation?status=final']],
  [['_typeFilter', 'Observation?category=therapy']],
  [['_typeFilter', 'Observation?category:not=laboratory,Observation?status:not=x']],
  [['allowPartialManifests', 'true']],
  [['_type', 'Observation,Patient,Provenance,Practitioner,Group']],
]

const combinationOf = (data: string, isSince: boolean, other: Parameters): Parameters => [
  ...(data === '' ? [] : [['includeAssociatedData', data] as const]),
  ...(isSince ? [['_since', since] as const] : []),
  ...other,
]

describe.each(places)('No byte of an export of %s of %j', { timeout: 60_000 }, (path, patients) => {
  test.each([[[]], [[['organizeOutputBy', 'Patient']]]] satisfies readonly (readonly [Parameters])[])(
    'is of what the client may not have, whatever it asks for (%j)',
    async (organized) => {
      const combinations = [
        ...associated.flatMap((data) => [false, true].map((isSince) => combinationOf(data, isSince, []))),
        ...others.flatMap((other) => [
          combinationOf('', false, other),
          combinationOf('RelevantProvenanceResources,_history', true, other),
        ]),
      ]
      for (const asked of combinations) {
        const parameters = [...organized, ...asked]
        const { bytes, lines } = await take(ofClient, path, parameters, patients)
        assertNothingHidden(bytes)
        const isWhole = !asked.some(([name]) => name === '_elements')
        for (const line of lines) if (isWhole) expect(isGranted(JSON.parse(line))).toBe(true)
        const estimate = await begin(ofClient, path, [...parameters, ['_dryRun', 'true']], patients)
        expect(estimate.status).toBe(200)
        assertNothingHidden(await estimate.text())
      }
    },
  )
})

describe('An export with constraints', () => {
  const isAlong = (line: string) => /^\{"resourceType":"Practitioner"/.test(line)
  const whole = places.filter(([, patients]) => patients.length === 0)

  test.each(whole)('of %s brings all of what the client may have', async (path) => {
    for (const data of ['', '_history', '_deleted']) {
      for (const asked of [[], [['_since', since]]] satisfies readonly Parameters[]) {
        const parameters: Parameters = [
          ...asked,
          ...(data === '' ? [] : [['includeAssociatedData', data] as const]),
        ]
        const mine = await take(ofClient, path, parameters)
        const all = await take(ofAdministrator, path, parameters)
        expect(all.bytes).toContain(canary)
        const granted = all.lines.filter((line) => isGranted(JSON.parse(line)))
        const own = (lines: readonly string[]) =>
          path === '$export' ? lines : lines.filter((line) => !isAlong(line))
        expect(own(mine.lines)).toEqual(own(granted))
        expect(mine.lines.filter((line) => !granted.includes(line))).toEqual([])
        expect(mine.deleted).toEqual(all.deleted.filter((name) => name === 'Observation/gone'))
      }
    }
  })

  test('of a type brings what the same searches by _typeFilter do, which an administrator makes', async () => {
    const mine = await take(ofClient, 'Group/g/$export', [['_type', 'Observation']])
    const searched = await take(ofAdministrator, 'Group/g/$export', [
      ['_type', 'Observation'],
      ['_typeFilter', 'Observation?category=laboratory'],
      ['_typeFilter', 'Observation?status=registered'],
    ])
    expect(mine.lines.length).toBeGreaterThan(5)
    expect(mine.lines).toEqual(searched.lines)
  })

  test('takes _typeFilter besides', async () => {
    const { lines } = await take(ofClient, '$export', [
      ['_typeFilter', 'Observation?status=registered'],
      ['_typeFilter', 'Observation?category=therapy'],
    ])
    const observations = lines.filter((line) => line.includes('"resourceType":"Observation"'))
    expect(observations.map((line) => JSON.parse(line).id).sort()).toEqual([
      'registered-a',
      'registered-b',
      'registered-x',
    ])
  })

  test('judges each version by itself', async () => {
    const { lines } = await take(ofClient, '$export', [
      ['_type', 'Observation'],
      ['includeAssociatedData', '_history'],
    ])
    const named = (id: string) => lines.map((line) => JSON.parse(line)).filter((line) => line.id === id)
    expect(named('came-in').map(({ meta }) => meta.versionId)).toEqual(['2'])
    expect(named('went-out').map(({ meta }) => meta.versionId)).toEqual(['1'])
    expect(named('lab-b').map(({ meta }) => meta.versionId)).toEqual(['1', '2'])
  })

  test('tells an administrator of what is damaged, and nobody who may not have it', async () => {
    const all = await take(ofAdministrator, '$export', [['_type', 'Observation']])
    for (const damage of damagesOfLines)
      expect(all.bytes).toContain(`Cannot export Observation/hidden-damaged-${damage}`)
    const filtered = await take(ofAdministrator, '$export', [['_typeFilter', 'Observation?status=final']])
    expect(filtered.bytes).toContain('Cannot export Observation/hidden-damaged-missing')
    const mine = await take(ofClient, '$export', [['_typeFilter', 'Observation?status=final']])
    assertNothingHidden(mine.bytes)
  })

  test('does not bring what looks like a resource, and is no JSON', async () => {
    const g = await createHarness()
    await g.load([observation('lab-a', 'a', 'laboratory'), observation('broken', 'a', 'laboratory')])
    await sql`update resource_body set line = replace(line, '"note":', '"note"!') where line like '%"broken"%'`.execute(
      g.deps.db.query,
    )
    const request = g.as(clientWith(scopes))
    const accepted = await request('/fhir/$export?_type=Observation')
    const done = await g.finish(statusPathOf(accepted))
    const { output, error }: Manifest = await done.json()
    expect([output.map(({ count }) => count), error]).toEqual([[1], []])
    g.close()
  })

  test('of one who may have all of a type tells of what is damaged in it', async () => {
    const { bytes } = await take(
      h.as(clientWith('system/Observation.rs system/Patient.rs?_tag=open')),
      '$export',
      [],
    )
    expect(bytes).toContain('Cannot export Observation/hidden-damaged-missing')
  })
})

describe('Progress', () => {
  test('counts nothing that the client may not have', async () => {
    const accepted = await begin(ofClient, 'Group/g/$export', [['_type', 'Observation']])
    const status = statusPathOf(accepted)
    await h.tick()
    const { rows } = await h.deps.db.query
      .selectFrom('work_unit')
      .select(({ fn }) => fn.sum<number>('lines_total').as('total'))
      .where('job_id', '=', status.split('/').at(-1) ?? '')
      .execute()
      .then((found) => ({ rows: found }))
    const { lines } = await take(ofClient, 'Group/g/$export', [['_type', 'Observation']])
    expect(rows[0]?.total).toBe(lines.length)
    await ofClient(status, { method: 'DELETE' })
    await h.sweep()
  })
})

describe('A dry run', () => {
  const estimate = async (request: Harness['request'], path: string, parameters: Parameters) =>
    readEstimate(await begin(request, path, [...parameters, ['_dryRun', 'true']]))

  test.each(['$export', 'Group/g/$export'])('of %s counts what the export brings', async (path) => {
    for (const asked of [
      [['_type', 'Observation,Patient']],
      [
        ['_type', 'Observation,Patient'],
        ['_typeFilter', 'Observation?status=registered'],
      ],
    ] satisfies readonly Parameters[]) {
      const { lines } = await take(ofClient, path, asked)
      const found = await estimate(ofClient, path, asked)
      expect(found.count).toBe(lines.length)
      expect(found.isExact).toBe(true)
    }
  })

  test('names no type that the client may not have', async () => {
    const found = await estimate(ofClient, '$export', [])
    expect(Object.keys(found.types).sort()).toEqual([
      'Group',
      'Observation',
      'Patient',
      'Practitioner',
      'Provenance',
    ])
  })

  test('does not count deletions of types with constraints, and says so', async () => {
    const found = await estimate(ofClient, '$export', [['_since', since]])
    expect(found.deleted?.count).toBe(0)
    expect(found.isExact).toBe(false)
    expect(found.caveats.join()).toContain('deletions of types whose scopes have constraints')
    const observations = h.as(clientWith('system/Observation.rs system/Patient.rs?_tag=open'))
    expect((await estimate(observations, '$export', [['_since', since]])).deleted?.count).toBe(2)
  })

  test('tells no share of what there is, which would tell how much there is', async () => {
    const g = await createHarness()
    await g.load(
      Array.from({ length: 3000 }, (_, n) =>
        observation(`o${n}`, 'a', n % 10 === 0 ? 'laboratory' : 'therapy'),
      ),
    )
    const asked = `/fhir/$export?_type=Observation&_dryRun=true&_typeFilter=${encodeURIComponent('Observation?_id=o0')}`
    const found = await readEstimate(await g.as(clientWith(scopes))(asked))
    expect(found.types.Observation?.count).toBe(1)
    expect(found).toMatchObject({ isExact: false, count: 1 })
    expect(found.caveats.join()).toContain(
      'only what was looked at is counted, and there may be more: Observation',
    )
    g.close()
  })
})
