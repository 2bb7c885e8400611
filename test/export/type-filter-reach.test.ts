import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createHarness, type Harness, linesOf, type Manifest, pathOf } from '../support/harness.ts'

const patient = (id: string) => ({
  resourceType: 'Patient',
  id,
  gender: 'male',
  generalPractitioner: [{ reference: 'Practitioner/d' }],
})
const observation = (id: string, of: string) => ({
  resourceType: 'Observation',
  id,
  status: 'final',
  subject: { reference: `Patient/${of}` },
})
const provenance = (id: string, recorded: string) => ({
  resourceType: 'Provenance',
  id,
  target: [{ reference: 'Observation/a1' }],
  recorded,
})
const group = (...ids: readonly string[]) => ({
  resourceType: 'Group',
  id: 'g',
  type: 'person',
  actual: true,
  member: ids.map((id) => ({ entity: { reference: `Patient/${id}` } })),
})

let h: Harness
beforeEach(async () => {
  h = await createHarness()
  await h.load([
    { resourceType: 'Practitioner', id: 'd', active: true },
    patient('a'),
    observation('a1', 'a'),
    provenance('before', '2020-01-01T00:00:00Z'),
    group('a'),
  ])
})
afterEach(() => h.close())

/** An instant behind all that was written, and before what will be. */
const instantBetween = (): string => {
  h.clock.advance(1000)
  const instant = new Date(h.clock.now()).toISOString()
  h.clock.advance(1000)
  return instant
}

/** What an export brings, sorted; deletions with a `-`. */
const names = async (path: string, parameters: readonly (readonly [string, string])[]) => {
  const query = new URLSearchParams(parameters.map(([name, value]) => [name, value]))
  const accepted = await h.request(`/fhir/${path}?${query}`)
  expect(accepted.status).toBe(202)
  const done = await h.finish(pathOf(accepted.headers.get('content-location') ?? ''))
  const manifest: Manifest = await done.json()
  const { text } = await h.files(manifest)
  return [...text.values()]
    .flatMap(linesOf)
    .flatMap((line) => {
      const [deleted] = JSON.stringify(line).match(/(?<="url":")[^"]+/) ?? []
      if (line.resourceType === 'Bundle') return [`-${deleted}`]
      return line.resourceType === 'Parameters' ? [] : [`${line.resourceType}/${line.id}`]
    })
    .sort()
}

/** Filters that everything satisfies. */
const filtersOf = (...queries: readonly string[]) =>
  queries.map((query) => ['_typeFilter', query] satisfies [string, string])

describe('A filter that everything satisfies takes nothing away', () => {
  test.each([
    ['$export', 'RelevantProvenanceResources'],
    ['$export', 'LatestProvenanceResources'],
    ['Patient/$export', 'RelevantProvenanceResources'],
    ['Group/g/$export', 'LatestProvenanceResources'],
  ])('of Provenance that comes with what is older than _until (%s, %s)', async (path, rule) => {
    const until = instantBetween()
    await h.load([provenance('behind', '2026-01-01T00:00:00Z')])
    const asked = [
      ['_until', until],
      ['includeAssociatedData', rule],
    ] as const
    const all = await names(path, asked)
    expect(all).toContain('Provenance/behind')
    expect(await names(path, [...asked, ...filtersOf('Provenance?recorded=gt2000')])).toEqual(all)
  })

  test.each(['Patient/$export', 'Group/g/$export'])(
    'of what is referred to and has changed since _until (%s)',
    async (path) => {
      const until = instantBetween()
      await h.load([{ resourceType: 'Practitioner', id: 'd', active: true, gender: 'male' }])
      const all = await names(path, [['_until', until]])
      expect(all).toContain('Practitioner/d')
      expect(await names(path, [['_until', until], ...filtersOf('Practitioner?active=true')])).toEqual(all)
    },
  )

  test.each([
    ['Group/g/$export', []],
    ['Group/g/$export', [['organizeOutputBy', 'Patient']]],
    ['Patient/$export', []],
    ['Patient/$export', [['organizeOutputBy', 'Patient']]],
  ] as const)(
    'of the deletions of what has come and gone since _since, with _history (%s, %j)',
    async (path, organized) => {
      const since = instantBetween()
      await h.load([patient('z'), observation('z1', 'z'), group('a', 'z')])
      await h.remove('Observation/z1')
      await h.remove('Patient/z')
      const asked = [['_since', since], ['includeAssociatedData', '_history'], ...organized] as const
      const all = await names(path, asked)
      expect(all).toEqual(expect.arrayContaining(['-Observation/z1', '-Patient/z']))
      const filters = filtersOf('Observation?status=final', 'Patient?gender=male')
      expect(await names(path, [...asked, ...filters])).toEqual(all)
    },
  )
})
