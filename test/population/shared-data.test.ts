import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { isJsonObject, type JsonObject } from '../../worker/fhir/json.ts'
import { ingestNdjson } from '../../worker/ingest/ingest-ndjson.ts'
import { finished } from '../export/history.ts'
import { compartmentTypes, expectedPatientsOf } from '../fhir/compartment-oracle.ts'
import { objectsOf, readPackageFiles, textOf } from '../fhir/r4-package.ts'
import { createHarness, type Harness, pathOf, startOfTime, streamOf } from '../support/harness.ts'
import { saidLines } from './ask.ts'
import { base } from './world.ts'

/** Data that may lie beside the repository; the project does not need it. */
const shared = '../shared/data'
const linesIn = (folder: string): readonly string[] =>
  existsSync(folder)
    ? readdirSync(folder)
        .filter((file) => file.endsWith('.ndjson.gz'))
        .flatMap((file) =>
          gunzipSync(readFileSync(`${folder}/${file}`))
            .toString('utf8')
            .split('\n'),
        )
        .filter((line) => line !== '')
    : []

const sources = [
  { name: 'the examples of HL7', lines: () => examplesOf(compartmentTypes) },
  ...['synthea-small', 'r4-examples'].map((name) => ({ name, lines: () => linesIn(`${shared}/${name}`) })),
]
const examplesOf = (types: readonly string[]): readonly string[] =>
  types
    .flatMap((type) => [...readPackageFiles(`${type}-`)].filter(({ resourceType }) => resourceType === type))
    .map((example) => JSON.stringify(example))

/** What the rules of HL7 make of the data, by a FHIRPath engine: of each resource that is there its patients who are there. */
const evaluate = (lines: readonly string[]) => {
  const resources = new Map<string, JsonObject>()
  for (const line of lines) {
    const resource: unknown = JSON.parse(line)
    if (isJsonObject(resource)) resources.set(nameOf(resource), resource)
  }
  const ownersOf = (resource: JsonObject) =>
    (resource.resourceType === 'Patient'
      ? [textOf(resource.id)] // a link to another patient does not make him one of those exported
      : expectedPatientsOf(resource, base)
    ).filter((id) => resources.has(`Patient/${id}`))
  const targetsOf = ({ target }: JsonObject) =>
    objectsOf(target)
      .map(({ reference }) => resources.get(textOf(reference).replace(/\/_history\/.*/, '')))
      .filter((found) => found !== undefined && found.resourceType !== 'Group')
  return [...resources].map(([name, resource]) => ({
    name,
    resource,
    // Provenance belongs to whom what it is about belongs to.
    patients:
      resource.resourceType === 'Provenance'
        ? targetsOf(resource).flatMap((found) => (found ? ownersOf(found) : []))
        : ownersOf(resource),
  }))
}
const nameOf = (resource: JsonObject): string => `${textOf(resource.resourceType)}/${textOf(resource.id)}`

const namesOf = async (harness: Harness, path: string, parameter: readonly object[] = []) => {
  const response = await harness.request(`/fhir${path}/$export`, {
    method: 'POST',
    headers: { 'content-type': 'application/fhir+json' },
    body: JSON.stringify({ resourceType: 'Parameters', parameter }),
  })
  expect(`${response.status} ${await response.clone().text()}`).toMatch(/^202/)
  const files = await finished(harness, pathOf(response.headers.get('content-location') ?? ''))
  return saidLines(files)
    .lines.map((line) => nameOf(JSON.parse(line)))
    .sort()
}

describe.each(sources)('Compartments of $name', { timeout: 240_000 }, ({ lines: read }) => {
  const lines = read()

  test.skipIf(lines.length === 0)(
    'are what a FHIRPath engine finds by the definitions, through exports',
    async () => {
      const harness = await createHarness(
        { partBytes: 500_000, rangeBytes: 1_000_000, tickRows: 5_000 },
        undefined,
        undefined,
        { ADDITIONAL_RESOURCES: 'none' },
      )
      await ingestNdjson(harness.deps, streamOf(lines.join('\n')))
      const all = evaluate(lines)
      const ofAny = (ids: ReadonlySet<string>, isWanted: (entry: (typeof all)[number]) => boolean) =>
        all
          .filter((entry) => entry.patients.some((id) => ids.has(id)) && isWanted(entry))
          .map(({ name }) => name)
          .sort()
      const patientIds = all
        .filter(({ resource }) => resource.resourceType === 'Patient')
        .map(({ patients }) => patients[0] ?? '')
      const everybody = new Set(patientIds)
      const isNoGroup = ({ resource }: { resource: JsonObject }) => resource.resourceType !== 'Group'

      const whole = await namesOf(harness, '/Patient')
      expect(whole).toEqual(ofAny(everybody, () => true))
      expect(whole.length).toBeGreaterThan(everybody.size)

      // One by one, those with the most beside them; and what they share only once in the sum.
      const sum = new Set<string>()
      const some = patientIds.slice(0, 60)
      for (const id of some) {
        const own = await namesOf(harness, '/Patient', [patientParameter(id)])
        expect({ id, own }).toEqual({ id, own: ofAny(new Set([id]), isNoGroup) })
        for (const name of own) sum.add(name)
      }
      const together = await namesOf(harness, '/Patient', some.map(patientParameter))
      expect(together).toEqual([...sum].sort())

      // A Group of every third; a real one, too, where the data have one.
      const third = patientIds.filter((_, index) => index % 3 === 0)
      const member = third.map((id) => ({ entity: { reference: `Patient/${id}` } }))
      await harness.put({
        resourceType: 'Group',
        id: 'every-third',
        ...{ type: 'person', actual: true, member },
      })
      expect(await namesOf(harness, '/Group/every-third')).toEqual(ofAny(new Set(third), isNoGroup))
      for (const { name, resource } of all.filter((entry) => !isNoGroup(entry))) {
        const members = objectsOf(resource.member)
          .filter(({ inactive }) => inactive !== true)
          // No period of the data has a bound on the day of the test.
          .filter(
            ({ period }) => !isJsonObject(period) || covers(period, new Date(startOfTime).toISOString()),
          )
          .flatMap(({ entity }) => (isJsonObject(entity) ? textOf(entity.reference) : ''))
          .flatMap((reference) =>
            reference.startsWith('Patient/') ? reference.slice('Patient/'.length) : [],
          )
        expect(await namesOf(harness, `/${name}`)).toEqual(ofAny(new Set(members), isNoGroup))
      }
      harness.close()
    },
  )
})

const covers = ({ start, end }: JsonObject, day: string): boolean =>
  textOf(start) <= day && (end === undefined || textOf(end) >= day)

const patientParameter = (id: string) => ({ name: 'patient', valueReference: { reference: `Patient/${id}` } })
