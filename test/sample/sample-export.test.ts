import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isJsonObject, type Json, type JsonObject } from '../../worker/fhir/json.ts'
import { ingestNdjson } from '../../worker/ingest/ingest-ndjson.ts'
import { samplePopulation } from '../../worker/sample/sample-population.ts'
import { expectedPatientsOf } from '../fhir/compartment-oracle.ts'
import { createHarness, type Harness, type Manifest, pathOf, streamOf } from '../support/harness.ts'

const patients = 50
const lines = [...samplePopulation({ patients, seed: 1 })]
let harness: Harness
beforeAll(async () => {
  harness = await createHarness({ fileBytes: 200_000, partBytes: 30_000 })
  const report = await ingestNdjson(harness.deps, streamOf(lines.map(({ text }) => `${text}\n`).join('')))
  expect(report).toEqual({ stored: lines.length, refused: 0, problems: [] })
})
afterAll(() => harness.close())

const parse = (text: string): JsonObject => {
  const json: Json = JSON.parse(text)
  if (!isJsonObject(json)) throw new Error('a line is no object')
  return json
}
const nameOf = ({ resourceType, id }: JsonObject) => `${resourceType}/${id}`

/** The lines of an export, in the order of their files. */
const exportAt = async (path: string): Promise<readonly string[]> => {
  const accepted = await harness.request(path)
  expect(accepted.status).toBe(202)
  const done = await harness.finish(pathOf(accepted.headers.get('content-location') ?? ''))
  const { text } = await harness.files((await done.json()) as Manifest)
  return [...text.values()].flatMap((file) => file.split('\n').slice(0, -1))
}
const namesAt = async (path: string) => (await exportAt(path)).map((line) => nameOf(parse(line))).sort()

function referencesIn(json: Json | undefined): readonly string[] {
  return [...JSON.stringify(json ?? null).matchAll(/"reference":"([A-Z]\w+\/[^"]+)"/g)].map(
    ([, name = '']) => name,
  )
}

/** The patients of each resource by the search parameters of the compartment themselves, not by our tables. */
const owners = new Map(
  lines.map(({ text }) => {
    const resource = parse(text)
    return [nameOf(resource), expectedPatientsOf(resource, 'http://localhost/fhir')] as const
  }),
)
/** Provenance is of those whom what it is about belongs to. */
const ownersOf = ({ resourceType, target }: JsonObject): readonly string[] =>
  resourceType === 'Provenance' ? referencesIn(target).flatMap((name) => owners.get(name) ?? []) : []
/** Whose each resource is, and what it refers to. */
const everything = lines.map(({ text }) => {
  const resource = parse(text)
  const name = nameOf(resource)
  return {
    name,
    patientIds: [...(owners.get(name) ?? []), ...ownersOf(resource)],
    references: referencesIn(resource),
  }
})
const nobodys = new Set(
  everything.flatMap(({ name, patientIds }) =>
    /^(Organization|Practitioner|PractitionerRole|Location|Medication|Substance|Device)\//.test(name) &&
    patientIds.length === 0
      ? [name]
      : [],
  ),
)

/** What is of these patients, and what that refers to beside it. */
const namesOfPatients = (isOf: (patient: string) => boolean, isWanted = (_name: string) => true) => {
  const theirs = everything.filter(({ name, patientIds }) => patientIds.some(isOf) && isWanted(name))
  const referredTo = theirs.flatMap(({ references }) => references.filter((name) => nobodys.has(name)))
  return [...new Set([...theirs.map(({ name }) => name), ...referredTo])].sort()
}

describe('an export of the sample', () => {
  it('has at system level every resource once, as it was loaded', async () => {
    const exported = await exportAt('/fhir/$export')
    const base = harness.deps.config.baseUrl + harness.deps.config.fhirPath
    const contentOf = (text: string) => {
      const { meta: _, ...content } = parse(text.replaceAll(`"url":"${base}/Binary/`, '"url":"Binary/'))
      return content
    }
    const byName = (a: JsonObject, b: JsonObject) => (nameOf(a) < nameOf(b) ? -1 : 1)
    expect(exported.map(contentOf).sort(byName)).toEqual(
      lines.map(({ text }) => contentOf(text)).sort(byName),
    )
    expect(numbersOf(exported)).toEqual(numbersOf(lines.map(({ text }) => text)))
    expect(exported.join('')).toContain(`"url":"${base}/Binary/`)
  })

  it('has at Patient level what belongs to patients, each once', async () => {
    const expected = namesOfPatients(() => true)
    expect(await namesAt('/fhir/Patient/$export')).toEqual(expected)
    expect(expected.length).toBeGreaterThan(lines.length * 0.9)
    // No patient's resource refers to it, but the Organizations that they refer to.
    expect(expected).not.toContain('Organization/network')
    expect(expected).toContain('Organization/clinic-1')
  })

  const members = (isMember: (number: number) => boolean) =>
    new Set(
      Array.from({ length: patients }, (_, index) => index + 1)
        .filter(isMember)
        .map((number) => `p${number}`),
    )
  const diabetics = new Set(
    [...(lines.find(({ id }) => id === 'diabetics')?.text.matchAll(/Patient\/(p\d+)/g) ?? [])].map(
      ([, id = '']) => id,
    ),
  )
  const study = members((number) => number <= 40 && number % 4 !== 3 && number % 4 !== 0)

  it.each([
    ['a panel', 'clinic-1-panel', members(() => true)],
    ['those with a diagnosis', 'diabetics', diabetics],
    ['who takes part, without those who left or are inactive', 'study', study],
    ['nobody', 'nobody', members(() => false)],
    ['those who are listed several times, once', 'listed-twice', members((number) => number <= 2)],
    ['nobody, where the members are practitioners', 'doctors', members(() => false)],
    ['nobody, where the members are devices', 'glucose-meters', members(() => false)],
    ['nobody, where the Group only describes its members', 'smokers', members(() => false)],
    ['the members of nested Groups that overlap', 'study-and-diabetics', study.union(diabetics)],
    ['everybody, by Groups nested twice', 'sample', members(() => true)],
  ])('has at Group level %s', async (_, group, expected) => {
    const names = await namesAt(`/fhir/Group/${group}/$export`)
    // Groups come when `_type` asks for them.
    const isNoGroup = (name: string) => !name.startsWith('Group/')
    expect(names).toEqual(namesOfPatients((id) => expected.has(id), isNoGroup))
    expect(names.filter((name) => name.startsWith('Patient/')).length).toBe(expected.size)
  })

  it('has at Group level those Groups that name nobody else, when they are asked for', async () => {
    expect(await namesAt('/fhir/Group/clinic-1-panel/$export?_type=Group')).toEqual([
      'Group/clinic-1-panel',
      'Group/diabetics',
      'Group/listed-twice',
      'Group/study',
    ])
    expect(await namesAt('/fhir/Group/diabetics/$export?_type=Group')).toEqual(['Group/diabetics'])
  })
})

/** The numbers of all lines, as they are written, in order of their text. */
const numbersOf = (texts: readonly string[]): readonly string[] =>
  texts.flatMap((text) => [...text.matchAll(/"value":(-?[\d.]+)/g)].map(([, number = '']) => number)).sort()
