import { SluiceError } from '../errors.ts'
import { clinicOf, clinicPatients, clinicResources, sharedOrganizations } from './clinic.ts'
import { printJson, type Resource } from './fhir-value.ts'
import { groupResources, panelGroup, sampleGroup } from './groups.ts'
import { medicationResources } from './medicines.ts'
import { patientResources } from './patient-resources.ts'
import { createPerson, hasIllness, type Person } from './person.ts'
import { referenceMs } from './time.ts'

export type SampleSize = {
  readonly patients: number
  readonly seed: number
}

/** One resource, as a line of NDJSON without its newline. */
export type SampleLine = { readonly type: string; readonly id: string; readonly text: string }

/** With more, the Group of all diabetics would outgrow what a server stores as one resource. */
export const maxSamplePatients = 500_000
/** What seeds the generator of chance has 32 bits. */
export const maxSampleSeed = 2 ** 32 - 1

/** Goes up when the same seed gives other lines, which `test/sample` notices. */
const edition = 1

/** What the identifier of `Group/sample` says: which sample this is. */
export const sampleName = ({ patients, seed }: SampleSize): string =>
  `edition ${edition}, seed ${seed}, ${patients} patients`

/**
 * A made-up population, the same lines for the same seed on every machine, whatever the day. A resource comes after those it refers to.
 * The `n`th patient is the same however many there are, with the same clinic; of a smaller sample only Groups differ. One patient at a
 * time is in memory, and the numbers of the diabetics.
 */
export function* samplePopulation(size: SampleSize): Generator<SampleLine> {
  assertSize(size)
  for (const resource of populationOf(size)) {
    yield { type: resource.resourceType, id: resource.id, text: printJson(resource) }
  }
}

function* populationOf(size: SampleSize): Generator<Resource> {
  const { patients, seed } = size
  const diabetics: number[] = []
  let previous: Person | undefined
  yield* sharedOrganizations()
  yield* medicationResources()
  for (let number = 1; number <= patients; number++) {
    const clinic = clinicOf(number)
    if (number % clinicPatients === 1) yield* clinicResources(clinic, seed)
    const person = createPerson(number, seed)
    if (hasIllness(person, 'diabetes', referenceMs)) diabetics.push(number)
    yield* patientResources(person, previous)
    previous = person
    if (number % clinicPatients === 0 || number === patients) yield panelGroup(clinic, patients)
  }
  yield* groupResources({ patients, clinics: clinicOf(patients), diabetics })
  yield sampleGroup(patients, sampleName(size))
}

const assertSize = ({ patients, seed }: SampleSize): void => {
  const whole = (value: number, least: number, most: number) =>
    Number.isInteger(value) && value >= least && value <= most
  if (!whole(patients, 1, maxSamplePatients))
    throw new SluiceError(
      'invalid',
      `Cannot make a sample of "${patients}" patients: it must be a whole number from 1 to ${maxSamplePatients}`,
    )
  if (!whole(seed, 0, maxSampleSeed))
    throw new SluiceError(
      'invalid',
      `Cannot make a sample of seed "${seed}": it must be a whole number from 0 to ${maxSampleSeed}`,
    )
}
