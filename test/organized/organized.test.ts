import { sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { headerLine } from '../../worker/fhir/block-header.ts'
import { leftOutNote } from '../../worker/fhir/organize-parameter.ts'
import { saidBy } from '../export/history.ts'
import { expectOutcome } from '../http/expect-outcome.ts'
import { createHarness, type ExportedFiles, type Harness, linesOf } from '../support/harness.ts'
import { blocksOf, exportedBlocks, namesIn } from './blocks.ts'

let h: Harness
beforeEach(async () => {
  h = await createHarness({ pageRows: 2, tickRows: 10 })
  await h.load([
    { resourceType: 'Practitioner', id: 'nobody' },
    ...['a', 'b', 'idle'].map((id) => ({ resourceType: 'Patient', id })),
    observation('of-a', 'a'),
    observation('shared', 'b', 'a'),
    { resourceType: 'AllergyIntolerance', id: 'of-b', patient: reference('b') },
    group('both', 'a', 'b'),
  ])
})
afterEach(() => h.close())

const reference = (id: string) => ({ reference: `Patient/${id}` })
const observation = (id: string, subject: string, ...performer: readonly string[]) => ({
  resourceType: 'Observation',
  id,
  subject: reference(subject),
  performer: performer.map(reference),
})
const group = (id: string, ...members: readonly string[]) => ({
  resourceType: 'Group',
  id,
  member: members.map((member) => ({ entity: reference(member) })),
})
const blocksAt = async (path: string, query = '', ...listed: readonly string[]) => {
  const parameter = listed.map((id) => ({ name: 'patient', valueReference: reference(id) }))
  return namesIn(blocksOf(await exportedBlocks(h, { path, query, parameter })))
}
const notesOf = ({ text }: ExportedFiles) =>
  linesOf(text.get('error-1.ndjson') ?? '').map(({ issue }) => JSON.stringify(issue))

const all = {
  a: ['Patient/a', 'Group/both', 'Observation/of-a', 'Observation/shared'],
  b: ['Patient/b', 'AllergyIntolerance/of-b', 'Observation/shared'],
  idle: ['Patient/idle'],
}

describe('Output organized by Patient', () => {
  test('is files of blocks: a header, the Patient, and what is his by type; the manifest says so, and has no types', async () => {
    const { manifest, text } = await exportedBlocks(h)
    expect(manifest).toEqual({
      transactionTime: '2026-01-01T00:00:00.000Z',
      request: 'http://127.0.0.1:8080/fhir/Patient/$export?organizeOutputBy=Patient',
      requiresAccessToken: false,
      outputOrganizedBy: 'Patient',
      output: [
        { url: expect.stringMatching(/\/blocks-1-1\.ndjson$/), count: 11, extension: expect.any(Object) },
      ],
      error: [],
    })
    const [file = ''] = text.values()
    expect(file.split('\n')[0]).toBe(
      '{"resourceType":"Parameters","parameter":[{"name":"header","valueReference":{"reference":"Patient/a"}}]}',
    )
    expect(namesIn(blocksOf({ manifest, text }))).toEqual(all)
  })

  test('at system level leaves out what belongs to no patient, and says so', async () => {
    const files = await exportedBlocks(h, { path: '$export' })
    expect(namesIn(blocksOf(files))).toEqual(all)
    expect(notesOf(files)).toEqual([expect.stringContaining(leftOutNote)])
    expect(notesOf(files)[0]).toContain('"severity":"information"')
  })

  test('of a Group has blocks of its members, in each what two of them share, but no Group that names others', async () => {
    await h.load([group('one', 'b'), group('circle', 'a', 'b')])
    expect(await blocksAt('Group/one/$export')).toEqual({ b: all.b })
    const { b } = await blocksAt('Group/one/$export', '&_type=Group,Observation')
    expect(b).toEqual(['Group/one', 'Observation/shared'])
    expect(await blocksAt('Group/both/$export', '&_type=Group')).toEqual({
      a: ['Group/both', 'Group/circle'],
      b: ['Group/one'],
    })
  })

  test('of listed patients has their blocks, with what they share with others', async () => {
    expect(await blocksAt('Patient/$export', '', 'b', 'idle')).toEqual({ b: all.b, idle: all.idle })
    expect(await blocksAt('Group/both/$export', '', 'b')).toEqual({ b: all.b })
  })

  test('has only the header of a Patient who is not of a wanted type, and no block where nothing is', async () => {
    expect(await blocksAt('Patient/$export', '&_type=AllergyIntolerance')).toEqual({
      b: ['AllergyIntolerance/of-b'],
    })
    const { manifest } = await exportedBlocks(h, { query: '&_type=Condition' })
    expect(manifest).toMatchObject({ outputOrganizedBy: 'Patient', output: [], error: [] })
  })

  test('of nobody has no files', async () => {
    await h.load([group('empty')])
    const { manifest } = await exportedBlocks(h, { path: 'Group/empty/$export' })
    expect(manifest).toMatchObject({ outputOrganizedBy: 'Patient', output: [], error: [] })
    await Promise.all(['a', 'b', 'idle'].map((id) => h.remove(`Patient/${id}`)))
    expect((await exportedBlocks(h)).manifest.output).toEqual([])
  })

  test('has his own line first in a block, but not those of Patients who link to him', async () => {
    await h.load([{ resourceType: 'Patient', id: 'other', link: [{ other: reference('idle') }] }])
    expect(await blocksAt('Patient/$export', '&_type=Patient')).toMatchObject({
      idle: ['Patient/idle'],
      other: ['Patient/other'],
    })
  })

  test('has every version behind his header where a history is asked for', async () => {
    await h.load([{ resourceType: 'Patient', id: 'a', active: true }, observation('of-a', 'a', 'idle')])
    const asked = await h.request('/fhir/Patient/$export?organizeOutputBy=Patient')
    await h.deps.db.query
      .updateTable('job')
      .set({ parameters: sql`json_set(parameters, '$.shape.associated.history', json('true'))` })
      .execute()
    const response = await h.finish(new URL(asked.headers.get('content-location') ?? '').pathname)
    const { a, idle } = namesIn(blocksOf(await h.files(await response.json())))
    const observations = ['Observation/of-a', 'Observation/shared', 'Observation/of-a']
    expect(a).toEqual(['Patient/a', 'Patient/a', 'Group/both', ...observations])
    expect(idle).toEqual(['Patient/idle', 'Observation/of-a'])
  })

  test('has in its place what comes with a patient though it is in no compartment, and each only once', async () => {
    const target = { reference: 'Observation/of-a' }
    await h.load([
      { resourceType: 'Provenance', id: 'p1', target: [target] },
      { resourceType: 'Provenance', id: 'p2', target: [target, reference('a')] },
      { resourceType: 'Provenance', id: 'p3', target: [target] },
      { resourceType: 'RiskAssessment', id: 'of-a', subject: reference('a') },
      { resourceType: 'CarePlan', id: 'of-a', subject: reference('a') },
    ])
    const asked = await h.request(
      '/fhir/Patient/$export?organizeOutputBy=Patient&_type=CarePlan,Provenance,RiskAssessment',
    )
    await sql`insert into job_extra select job_id, o.value, r.current_position, 0 from job
      cross join json_each('[1, 3]') o cross join resource r where r.id in ('p1', 'p2', 'p3')`.execute(
      h.deps.db.query,
    )
    const response = await h.finish(new URL(asked.headers.get('content-location') ?? '').pathname)
    const provenance = ['Provenance/p1', 'Provenance/p2', 'Provenance/p3']
    expect(namesIn(blocksOf(await h.files(await response.json())))).toEqual({
      a: ['CarePlan/of-a', ...provenance, 'RiskAssessment/of-a'],
      idle: provenance,
    })
  })
})

describe('Output organized by Patient since an export', () => {
  let since: string
  beforeEach(async () => {
    since = (await exportedBlocks(h)).manifest.transactionTime
    h.clock.advance(1000)
  })

  test('has the Patient with what is new, though he is not, and no block of those who have nothing new', async () => {
    await h.load([observation('new', 'b')])
    expect(await blocksAt('Patient/$export', `&_since=${since}`)).toEqual({
      b: ['Patient/b', 'Observation/new'],
    })
    expect(await blocksAt('Patient/$export', `&_since=${since}&_type=Observation`)).toEqual({
      b: ['Observation/new'],
    })
    expect(await blocksAt('Group/both/$export', `&_since=${since}`)).toEqual({
      b: ['Patient/b', 'Observation/new'],
    })
  })

  test('has no Patient who was changed behind _until', async () => {
    await h.load([observation('new', 'b')])
    h.clock.advance(1000)
    const until = new Date(h.clock.now()).toISOString()
    await h.load([{ resourceType: 'Patient', id: 'b', active: true }])
    expect(await blocksAt('Patient/$export', `&_since=${since}&_until=${until}`)).toEqual({
      b: ['Observation/new'],
    })
  })

  test('has the whole block of a patient who has come, with what he shares with those who were there', async () => {
    await h.load([observation('waiting', 'a', 'later')])
    since = (await exportedBlocks(h)).manifest.transactionTime
    h.clock.advance(1000)
    await h.load([{ resourceType: 'Patient', id: 'later' }, group('both', 'a', 'b', 'idle')])
    expect(await blocksAt('Patient/$export', `&_since=${since}`)).toEqual({
      a: ['Patient/a', 'Group/both'],
      later: ['Patient/later', 'Observation/waiting'],
    })
    expect(await blocksAt('Group/both/$export', `&_since=${since}`)).toEqual({ idle: all.idle })
  })

  test('tells of deletions as ever', async () => {
    await h.remove('Observation/shared')
    await h.remove('Patient/idle')
    const files = await exportedBlocks(h, { query: `&_since=${since}` })
    expect(files.manifest.deleted).toMatchObject([{ type: 'Bundle', count: 2 }])
    expect(saidBy(files)).toEqual({ output: {}, deleted: ['Observation/shared', 'Patient/idle'] })
  })
})

describe('organizeOutputBy', () => {
  test.each([
    ['Encounter', 'output by "Encounter" is not supported, only by Patient'],
    ['patient', '"patient" is not a resource type of FHIR R4, did you mean "Patient"?'],
    ['', '"" is not a resource type of FHIR R4'],
    ['Patient,Encounter', '"Patient,Encounter" is not a resource type of FHIR R4'],
  ])(
    'refuses %j by name, and is passed over leniently: then there is a file for each type',
    async (value, reason) => {
      const path = `/fhir/Patient/$export?organizeOutputBy=${value}`
      const diagnostics = await expectOutcome(await h.request(path), 400, 'not-supported')
      expect(diagnostics).toBe(`Cannot process parameter "organizeOutputBy": ${reason}`)
      const lenient = await h.request(path, { headers: { prefer: 'handling=lenient' } })
      const response = await h.finish(new URL(lenient.headers.get('content-location') ?? '').pathname)
      const files = await h.files(await response.json())
      expect(files.manifest.outputOrganizedBy).toBeUndefined()
      expect(files.manifest.output.map(({ type }) => type)).toEqual([
        ...['AllergyIntolerance', 'Group', 'Observation', 'Patient'],
      ])
      expect(notesOf(files)).toEqual([expect.stringContaining('Ignored parameter')])
    },
  )

  test('may be given once', async () => {
    const path = '/fhir/$export?organizeOutputBy=Patient&organizeOutputBy=Patient'
    const diagnostics = await expectOutcome(await h.request(path), 400, 'invalid')
    expect(diagnostics).toContain('it is given more than once')
  })

  test('at system level makes an error of types of which no patient has any', async () => {
    const path = '/fhir/$export?organizeOutputBy=Patient&_type=Practitioner'
    const diagnostics = await expectOutcome(await h.request(path), 400, 'not-supported')
    expect(diagnostics).toContain('"Practitioner" is not in the Patient compartment')
    const files = await exportedBlocks(h, { path: '$export', query: '&_type=Practitioner,Patient' })
    expect(Object.keys(namesIn(blocksOf(files)))).toEqual(['a', 'b', 'idle'])
    expect(notesOf(files)[0]).toContain('Practitioner')
  })
})

test('A header is escaped nowhere, whatever the id', () => {
  const id = 'A-z.0'
  expect(JSON.parse(headerLine(id)).parameter).toEqual([{ name: 'header', valueReference: reference(id) }])
})
