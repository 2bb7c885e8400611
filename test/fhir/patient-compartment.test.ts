import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { isJsonObject, type Json, type JsonObject } from '../../worker/fhir/json.ts'
import { isInPatientCompartment, patientsOf } from '../../worker/fhir/patient-compartment.ts'
import { resourceTypes } from '../../worker/fhir/r4/resource-types.generated.ts'
import { compartmentTypes, expectedPatientsOf } from './compartment-oracle.ts'
import { objectsOf, readPackageFile, readPackageFiles, textOf } from './r4-package.ts'

const base = 'http://127.0.0.1:8080/fhir'

/** Bases that examples refer to, so that absolute references are seen as ours too. */
const bases = [base, 'http://hl7.org/fhir', 'http://www.goodhealth.com', 'http://acme.com/ehr/fhir']

const patients = (resource: JsonObject) => patientsOf(resource, base)

describe('patientsOf', () => {
  it('puts a Patient into its own compartment and into those of the patients it is linked to', () => {
    const link = [{ other: { reference: 'Patient/a' } }, { other: { reference: 'RelatedPerson/r' } }]
    expect(patients({ resourceType: 'Patient', id: 'p' })).toEqual(['p'])
    expect(patients({ resourceType: 'Patient', id: 'p', link })).toEqual(['a', 'p'])
    expect(patients({ resourceType: 'Patient' })).toEqual([])
  })

  it('gives each patient once, sorted, whatever parameter and form of reference leads there', () => {
    const resource = {
      resourceType: 'Observation',
      subject: { reference: 'Patient/b' },
      performer: [
        { reference: `${base}/Patient/b` },
        { reference: 'Patient/b/_history/2' },
        { reference: 'Patient/a#x' },
        { reference: 'Practitioner/c' },
      ],
    }
    expect(patients(resource)).toEqual(['a', 'b'])
  })

  it('counts no patient that is contained, elsewhere, or named by identifier only', () => {
    const contained = [{ resourceType: 'Patient', id: 'p' }]
    for (const subject of [
      { reference: '#p' },
      { reference: 'http://example.org/fhir/Patient/p' },
      { reference: 'urn:uuid:53fefa32-fcbb-4ff8-8a92-55ee120877b7' },
      { reference: 'Patient?identifier=1' },
      { type: 'Patient', identifier: { value: '1' } },
    ]) {
      expect(patients({ resourceType: 'Observation', contained, subject })).toEqual([])
    }
  })

  it('is not misled by elements of another shape than R4 says', () => {
    const reference = 'Patient/p'
    for (const subject of [reference, null, 1, [reference], [[{ reference }]], { reference: [reference] }]) {
      expect(patients({ resourceType: 'Observation', subject })).toEqual([])
    }
    expect(patients({ resourceType: 'Unknown', subject: { reference } })).toEqual([])
    expect(patients({ subject: { reference } })).toEqual([])
  })

  it('agrees with a FHIRPath engine on every example of HL7', { timeout: 30_000 }, () => {
    const compared = { examples: 0, members: 0 }
    for (const example of readPackageFiles()) {
      if (example.resourceType === undefined || example.id === undefined) continue
      compared.examples++
      for (const serverBase of bases) compared.members += compare(example, serverBase)
      for (const entry of objectsOf(example.entry))
        if (isJsonObject(entry.resource)) compare(entry.resource, base)
    }
    expect(compared.examples).toBeGreaterThan(5_000)
    expect(compared.members).toBeGreaterThan(1_000)
  })

  it('agrees with a FHIRPath engine on a reference in any element of any type', () => {
    const inCompartment = new Set<string>()
    for (const type of resourceTypes) {
      for (const resource of resourcesWithOneReference(type)) {
        if (compare(resource, base) > 0) inCompartment.add(type)
      }
    }
    expect([...inCompartment]).toEqual([...compartmentTypes].sort())
  })

  const shared = '../shared/data'
  it.skipIf(!existsSync(`${shared}/r4-examples`))('agrees with a FHIRPath engine on the shared data', () => {
    for (const folder of [`${shared}/r4-examples`, `${shared}/synthea-small`]) {
      for (const resource of readLines(folder)) compare(resource, base)
    }
  })
})

describe('isInPatientCompartment', () => {
  it('holds for the types that the CompartmentDefinition gives parameters for', () => {
    expect(resourceTypes.filter(isInPatientCompartment)).toEqual([...compartmentTypes].sort())
  })
})

/** Says how many patients were found, so that a comparison of nothing with nothing is seen. */
const compare = (resource: JsonObject, serverBase: string): number => {
  const found = patientsOf(resource, serverBase)
  const label = `${textOf(resource.resourceType)}/${textOf(resource.id)}`
  expect({ label, found }).toEqual({ label, found: expectedPatientsOf(resource, serverBase) })
  return resource.resourceType === 'Patient' ? found.length - 1 : found.length
}

/** For each element of a type that may hold a reference, a resource with nothing but that one, to a patient. */
const resourcesWithOneReference = (type: string): readonly JsonObject[] => {
  const { snapshot } = readPackageFile(`StructureDefinition-${type}.json`)
  const elements = isJsonObject(snapshot) ? objectsOf(snapshot.element) : []
  const repeating = new Set(elements.filter(({ max }) => max !== '1').map(({ path }) => textOf(path)))
  return elements
    .filter((element) => objectsOf(element.type).some(({ code }) => code === 'Reference'))
    .map(({ path }) => {
      const steps = textOf(path).split('.').slice(1)
      const value = steps.reduceRight<Json>(
        (inner, step, index) => {
          const repeats = repeating.has([type, ...steps.slice(0, index + 1)].join('.'))
          return { [step.replace('[x]', 'Reference')]: repeats ? [inner] : inner }
        },
        { reference: 'Patient/other' },
      )
      return { ...(isJsonObject(value) ? value : {}), resourceType: type, id: textOf(path).slice(-64) }
    })
}

function* readLines(folder: string): Generator<JsonObject> {
  for (const name of readdirSync(folder).filter((file) => file.endsWith('.ndjson.gz'))) {
    for (const line of gunzipSync(readFileSync(`${folder}/${name}`))
      .toString()
      .split('\n')) {
      if (line !== '') yield JSON.parse(line)
    }
  }
}
