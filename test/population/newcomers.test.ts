import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createApp } from '../../worker/http/app.ts'
import { finished, saidBy } from '../export/history.ts'
import { createHarness, type Harness, pathOf } from '../support/harness.ts'

/** Who was not in the population at `_since` brings what he had before: no export has brought it yet. */
let h: Harness
let since: string
beforeEach(async () => {
  h = await createHarness({ pageRows: 2, tickRows: 10 })
  await h.load([
    ...['old', 'new', 'away'].map(patient),
    ...['old', 'new', 'away', 'later'].map((id) => observation(`of-${id}`, id)),
    observation('shared', 'old', 'new', 'later'),
    observation('of-away-and-new', 'away', 'new'),
    group('g', 'Patient/old', 'Patient/away', 'Patient/later', 'Group/nested'),
    group('nested'),
  ])
  await h.remove('Patient/away')
  since = (await finished(h, await kickOff('Patient/$export'))).manifest.transactionTime
  h.clock.advance(1000)
})
afterEach(() => h.close())

const patient = (id: string) => ({ resourceType: 'Patient', id })
const observation = (id: string, ...patients: readonly string[]) => {
  const [subject, ...performer] = patients.map((name) => ({ reference: `Patient/${name}` }))
  return { resourceType: 'Observation', id, subject, performer }
}
const group = (id: string, ...references: readonly string[]) => ({
  resourceType: 'Group',
  id,
  member: references.map((reference) => ({ entity: { reference } })),
})

const kickOff = async (path: string, groupBackfill = true) => {
  const { deps } = h
  const app = createApp({ ...deps, config: { ...deps.config, groupBackfill } }, () => {})
  const response = await app.request(`/fhir/${path}`, { method: 'POST', headers: { host: 'localhost' } })
  expect(`${response.status} ${await response.clone().text()}`).toMatch(/^202/)
  return pathOf(response.headers.get('content-location') ?? '')
}
/** Ids by type, of an export since the beginning of the test. */
const newsOf = async (path: string, groupBackfill?: boolean) => {
  const files = await finished(h, await kickOff(`${path}?_since=${since}`, groupBackfill))
  const { output, deleted } = saidBy(files)
  const ids = Object.entries(output).map(([type, text]) => [
    type,
    text
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line).id)
      .sort(),
  ])
  return { ...Object.fromEntries(ids), deleted, names: [...files.text.keys()].sort() }
}

describe('At Patient level', () => {
  test('a patient who is loaded after what is his brings it', async () => {
    await h.load([patient('later')])
    expect(await newsOf('Patient/$export')).toEqual({
      Patient: ['later'],
      Observation: ['of-later'], // `shared` came with others
      deleted: [],
      names: ['Observation-earlier-1.ndjson', 'Patient-1.ndjson'],
    })
  })

  test('a patient who comes back after he was deleted brings what is his', async () => {
    await h.load([patient('away'), observation('of-away', 'away', 'old')])
    expect(await newsOf('Patient/$export')).toMatchObject({
      Patient: ['away'],
      Observation: ['of-away'], // once, as it is now; the other has come with one who was there
    })
  })

  test('a patient who was away between two exports only has been there all the time', async () => {
    await h.remove('Patient/old')
    await h.load([patient('old')])
    expect(await newsOf('Patient/$export')).toMatchObject({
      Patient: ['old'],
      deleted: [],
      names: ['Patient-1.ndjson'],
    })
  })

  test('a patient who goes away is told of, and what is his no longer comes', async () => {
    await h.remove('Patient/old')
    await h.load([observation('of-old', 'old')])
    expect(await newsOf('Patient/$export')).toEqual({
      deleted: ['Patient/old'],
      names: ['deleted-1.ndjson'],
    })
  })
})

describe('At Group level', () => {
  test('a member who is added brings what he had, but for what others have brought', async () => {
    await h.load([group('g', 'Patient/old', 'Patient/new')])
    expect(await newsOf('Group/g/$export')).toMatchObject({
      Patient: ['new'],
      Observation: ['of-away-and-new', 'of-new'],
    })
    expect(await newsOf('Group/g/$export', false)).toMatchObject({ deleted: [], names: [] })
  })

  test('a member of a Group that is nested now is added too', async () => {
    await h.load([group('nested', 'Patient/new')])
    expect(await newsOf('Group/g/$export')).toMatchObject({
      Patient: ['new'],
      Observation: ['of-away-and-new', 'of-new'],
    })
  })

  test('a member who was there by another way is not', async () => {
    await h.load([group('g', 'Group/nested', 'Patient/old', 'Patient/old'), group('nested', 'Patient/old')])
    expect(await newsOf('Group/g/$export')).toMatchObject({ deleted: [], names: [] })
  })

  test('a member who comes back brings what is his without back-filling, though he shares it with one who is added', async () => {
    await h.load([patient('away')])
    await h.load([group('g', 'Patient/new', 'Patient/old', 'Patient/away')])
    expect(await newsOf('Group/g/$export', false)).toMatchObject({
      Patient: ['away'],
      Observation: ['of-away', 'of-away-and-new'],
    })
  })

  test('a member whose period has begun since is added', async () => {
    const member = (id: string, period: object) => ({ entity: { reference: `Patient/${id}` }, period })
    const start = new Date(h.clock.now() + 5000).toISOString()
    await h.load([
      { resourceType: 'Group', id: 'p', member: [member('new', { start }), member('old', { end: start })] },
    ])
    const first = (await finished(h, await kickOff('Group/p/$export'))).manifest
    expect(first.output.map(({ type, count }) => `${type} ${count}`)).toEqual(['Observation 2', 'Patient 1'])
    since = first.transactionTime
    h.clock.advance(10_000)
    expect(await newsOf('Group/p/$export')).toMatchObject({
      Patient: ['new'],
      Observation: ['of-away-and-new', 'of-new', 'shared'],
    })
  })
})
