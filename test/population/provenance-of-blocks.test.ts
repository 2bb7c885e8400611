import { afterEach, beforeEach, expect, test } from 'vitest'
import { anybody } from '../../worker/export/asker.ts'
import { kickOff } from '../../worker/export/kick-off.ts'
import { type AssociatedData, plainShape } from '../../worker/fhir/export-shape.ts'
import { parseInstant } from '../../worker/fhir/instant.ts'
import { createHarness, type Harness } from '../support/harness.ts'

/** Of organized output each patient's block has the Provenance that is about him or his: it stands in `job_extra` under his ordinal. */
let h: Harness
beforeEach(async () => {
  h = await createHarness({ pageRows: 2, tickRows: 20 })
  await h.load([
    ...['a', 'b', 'stranger'].map((id) => ({
      resourceType: 'Patient',
      id,
      managingOrganization: to('Organization/o'),
    })),
    { resourceType: 'Organization', id: 'o' },
    observation('of-a', 'a'),
    observation('shared', 'a', 'b', 'stranger'),
    provenance('first-of-shared', 'Observation/shared'),
    provenance('of-shared', 'Observation/shared'),
    provenance('of-a', 'Observation/of-a'),
    provenance('of-both', 'Patient/a', 'Patient/b'),
  ])
})
afterEach(() => h.close())

const to = (reference: string) => ({ reference })
const observation = (id: string, ...patients: readonly string[]) => ({
  resourceType: 'Observation',
  id,
  performer: patients.map((patient) => to(`Patient/${patient}`)),
})
const provenance = (id: string, ...targets: readonly string[]) => ({
  resourceType: 'Provenance',
  id,
  target: targets.map(to),
})

/** What the plan finds for the blocks of these patients, by their ids. */
const found = async (
  patients: readonly string[],
  associated: Partial<AssociatedData> = {},
  since?: string,
) => {
  const request = {
    level: 'patient',
    patients,
    types: undefined,
    since: since === undefined ? undefined : parseInstant(since),
    until: undefined,
    shape: { ...plainShape, organizedBy: 'Patient', associated: { ...plainShape.associated, ...associated } },
    sinceJob: undefined,
    isDryRun: false,
    ignored: [],
    notes: [],
  } as const
  const jobId = await kickOff(h.deps, {
    request,
    urlLevel: 'patient',
    groupId: undefined,
    requestUrl: '',
    lenient: false,
    idempotencyKey: undefined,
    asker: anybody,
  })
  while (
    (
      await h.deps.db.query
        .selectFrom('work_unit')
        .selectAll()
        .where('job_id', '=', jobId)
        .where('kind', '=', 'plan')
        .where('state', '<>', 'done')
        .execute()
    ).length > 0
  )
    await h.tick()
  const rows = await h.deps.db.query
    .selectFrom('job_extra as x')
    .innerJoin('job_patient as p', (join) =>
      join.onRef('p.job_id', '=', 'x.job_id').onRef('p.ordinal', '=', 'x.ordinal'),
    )
    .innerJoin('resource as patient', 'patient.resource_key', 'p.patient_key')
    .innerJoin('resource_version as v', 'v.position', 'x.position')
    .innerJoin('resource as r', 'r.resource_key', 'v.resource_key')
    .select(['patient.id as patient', 'r.id as id'])
    .where('x.job_id', '=', jobId)
    .execute()
  const all = await h.deps.db.query.selectFrom('job_extra').selectAll().where('job_id', '=', jobId).execute()
  expect(all).toHaveLength(rows.length) // nothing is nobody's
  return rows.map(({ patient, id }) => `${patient}: ${id}`).sort()
}

test('by the default rule a block has all Provenance of what is his, also of what he shares', async () => {
  expect(await found(['a', 'b'])).toEqual([
    ...['first-of-shared', 'of-a', 'of-both', 'of-shared'].map((id) => `a: ${id}`),
    ...['first-of-shared', 'of-both', 'of-shared'].map((id) => `b: ${id}`),
  ])
})

test('a block has the latest Provenance, or all, of each resource in it', async () => {
  expect(await found(['a', 'b'], { provenance: 'latest' })).toEqual([
    ...['of-a', 'of-both', 'of-shared'].map((id) => `a: ${id}`),
    ...['of-both', 'of-shared'].map((id) => `b: ${id}`),
  ])
  expect(await found(['b'], { provenance: 'relevant' })).toEqual([
    'b: first-of-shared',
    'b: of-both',
    'b: of-shared',
  ])
})

test('with _since a block has what is new to its patient, and to one who has come all of his', async () => {
  await h.remove('Patient/b')
  const since = new Date(h.clock.now()).toISOString()
  h.clock.advance(1000)
  await h.load([
    { resourceType: 'Patient', id: 'b' },
    provenance('new', 'Observation/of-a'),
    observation('shared', 'a', 'b', 'stranger'),
  ])
  const ofB = ['first-of-shared', 'of-both', 'of-shared'].map((id) => `b: ${id}`)
  expect(await found(['a', 'b'], {}, since)).toEqual(['a: new', ...ofB])
  expect(await found(['a', 'b'], { provenance: 'relevant' }, since)).toEqual([
    ...['first-of-shared', 'of-shared'].map((id) => `a: ${id}`),
    ...ofB,
  ])
})
