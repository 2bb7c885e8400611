import { afterAll, beforeAll, expect, test } from 'vitest'
import { resourceTypes } from '../../worker/fhir/r4/resource-types.generated.ts'
import { readPackageFiles, textOf } from '../fhir/r4-package.ts'
import { problemsOf } from '../sample/structure-check.ts'
import fc from '../support/fast-check.ts'
import { createHarness, type Harness } from '../support/harness.ts'
import { sampleLines } from '../support/sample-lines.ts'
import { parseObject, runExport, withParameters } from './run-export.ts'

/** Bulk Data IG, `_elements`: what is left of a resource is a resource still, and says that it is not whole. */

/** An example of HL7 of a type, as far as there is one that its own definitions find nothing wrong with. */
const exampleOf = (type: string) => {
  for (const example of readPackageFiles(`${type}-`)) {
    if (example.resourceType === type && JSON.stringify(example).length < 200_000)
      if (problemsOf(example).length === 0) return [example]
  }
  return []
}

const subsetted = {
  system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue',
  code: 'SUBSETTED',
}
/** What makes resources that are cut wrong, and of which types something was cut. */
const read = async (h: Harness, elements: readonly string[]) => {
  const { resources } = await runExport(h, `$export?_elements=${elements.join(',')}`)
  const isCut = ({ meta }: (typeof resources)[number]) =>
    JSON.stringify(meta).includes(JSON.stringify(subsetted))
  const typesOf = (some: typeof resources) =>
    [...new Set(some.map(({ resourceType }) => textOf(resourceType)))].toSorted()
  return {
    resources,
    problems: resources.flatMap(problemsOf),
    cut: typesOf(resources.filter(isCut)),
    whole: typesOf(resources.filter((resource) => !isCut(resource))),
  }
}

test('What `_elements` leaves of the examples of HL7, one of a type, is valid by the definitions of R4, and tagged', async () => {
  const h = await createHarness()
  // The codes of a VerificationResult stand in the package under another name than their own.
  const examples = resourceTypes.filter((type) => type !== 'VerificationResult').flatMap(exampleOf)
  expect(examples.length).toBeGreaterThan(130)
  expect((await h.load(examples)).refused).toBe(0)
  const { problems, cut, whole } = await read(h, ['id'])
  expect(problems).toEqual([])
  expect(cut).toEqual(examples.map(({ resourceType }) => textOf(resourceType)).toSorted())
  expect(whole).toEqual([])
  h.close()
}, 120_000)

let sample: Harness
beforeAll(async () => {
  sample = await createHarness()
  await sample.load(sampleLines(4).map(parseObject))
})
afterAll(() => sample.close())

test('Whatever elements are named, what they leave is valid, and only what they speak of is cut', async () => {
  const { resources, whole: types } = await read(sample, ['Basic.author'])
  const names = [
    ...new Set(
      resources.flatMap(({ resourceType, ...members }) =>
        Object.keys(members).map((name) => `${textOf(resourceType)}.${name}`),
      ),
    ),
  ]
  await fc.assert(
    fc.asyncProperty(
      fc.subarray(names, { minLength: 1, maxLength: 12 }),
      fc.boolean(),
      async (some, isBare) => {
        const elements = isBare ? some.map((name) => name.slice(name.indexOf('.') + 1)) : some
        const { problems, cut, whole } = await read(sample, elements)
        expect(problems).toEqual([])
        const named = isBare ? types : [...new Set(some.map((name) => name.slice(0, name.indexOf('.'))))]
        expect(cut).toEqual([...named].toSorted())
        expect(whole).toEqual(types.filter((type) => !named.includes(type)))
      },
    ),
    { numRuns: 15 },
  )
}, 120_000)

test('A client who has the ids of the members first, and then what is theirs, learns later what is new', async () => {
  const h = await createHarness()
  const observation = (id: string, patient: string) => ({
    resourceType: 'Observation',
    id,
    subject: { reference: `Patient/${patient}` },
  })
  await h.load([
    ...['a', 'b', 'stranger'].map((id) => ({ resourceType: 'Patient', id, birthDate: '1970-01-01' })),
    ...['a', 'b', 'stranger'].map((id) => observation(`of-${id}`, id)),
    {
      resourceType: 'Group',
      id: 'g',
      member: ['a', 'b'].map((id) => ({ entity: { reference: `Patient/${id}` } })),
    },
  ])
  h.clock.advance(1000)
  const members = await runExport(h, 'Group/g/$export?_type=Patient&_elements=id')
  expect(members.resources.map((resource) => Object.keys(resource))).toEqual(
    ['a', 'b'].map(() => ['resourceType', 'id', 'meta']),
  )
  const patients = members.names.map((reference) => ({ name: 'patient', valueReference: { reference } }))
  const first = await runExport(h, 'Group/g/$export', withParameters(patients))
  expect(first.names.toSorted()).toEqual(['Observation/of-a', 'Observation/of-b', 'Patient/a', 'Patient/b'])
  h.clock.advance(1000)
  await h.load(['a', 'stranger'].map((id) => observation(`new-${id}`, id)))
  const since = { name: '_since', valueInstant: first.manifest.transactionTime }
  const later = await runExport(h, 'Group/g/$export', withParameters([...patients, since]))
  expect(later.names).toEqual(['Observation/new-a'])
  h.close()
})
