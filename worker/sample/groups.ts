import { clinicPatients, clinicPractitioners, organizationId, practitionerId } from './clinic.ts'
import { concept, reference } from './codes.ts'
import type { FhirObject, Resource } from './fhir-value.ts'

/** The patients of one clinic. */
export const panelGroup = (clinic: number, patients: number): Resource => {
  const first = (clinic - 1) * clinicPatients + 1
  const last = Math.min(clinic * clinicPatients, patients)
  const members = Array.from({ length: last - first + 1 }, (_, index) => patient(first + index))
  return {
    ...group(panelId(clinic), `Patients of clinic ${clinic}`, members),
    managingEntity: reference('Organization', organizationId(clinic)),
  }
}

const panelId = (clinic: number): string => `clinic-${clinic}-panel`

export type Registry = {
  readonly patients: number
  readonly clinics: number
  /** Numbers of the patients who have diabetes. */
  readonly diabetics: readonly number[]
}

/** Groups of every kind that a server has to understand, last of all but the one that ends the sample. */
export const groupResources = ({ patients, clinics, diabetics }: Registry): readonly Resource[] => [
  {
    ...group('diabetics', 'Patients with type 2 diabetes', diabetics.map(patient)),
    code: concept(['snomed', '44054006', 'Diabetes mellitus type 2']),
  },
  group(
    'study',
    'Participants of a study: some left, some only took part for a time',
    studyMembers(patients),
  ),
  group('nobody', 'A Group without members', []),
  group('listed-twice', 'The same patients, listed several times', repeatedMembers(patients)),
  {
    ...group(
      'doctors',
      'Practitioners of the first clinic',
      Array.from({ length: clinicPractitioners }, (_, index) =>
        member(reference('Practitioner', practitionerId(1, index + 1))),
      ),
    ),
    type: 'practitioner',
  },
  {
    ...group(
      'glucose-meters',
      'Devices of some patients',
      diabetics.slice(0, 100).map((n) => member(reference('Device', `p${n}-glucose-meter`))),
    ),
    type: 'device',
  },
  smokers,
  group('study-and-diabetics', 'Two Groups in one, which overlap', [nested('diabetics'), nested('study')]),
  group(
    'all-clinics',
    'The patients of all clinics, by the Group of each',
    Array.from({ length: clinics }, (_, index) => nested(panelId(index + 1))),
  ),
]

/** Of four one each: in, with the end of the period far away, out since, and inactive. */
const studyMembers = (patients: number): readonly FhirObject[] =>
  Array.from({ length: Math.min(patients, 40) }, (_, index) => {
    const number = index + 1
    switch (number % 4) {
      case 1:
        return patient(number)
      case 2:
        return { ...patient(number), period: { start: '2019-04-01', end: '2099-12-31' } }
      case 3:
        return { ...patient(number), period: { start: '2015-01-01', end: '2018-06-30' } }
      default:
        return { ...patient(number), inactive: true }
    }
  })

/** Who is inactive in one line and in another is not, is a member. */
const repeatedMembers = (patients: number): readonly FhirObject[] =>
  [
    { number: 1, says: {} },
    { number: 2, says: { inactive: true } },
    { number: 1, says: { period: { start: '2020-01-01' } } },
    { number: 2, says: {} },
    { number: 3, says: { inactive: true } },
    { number: 1, says: {} },
    { number: 3, says: { period: { end: '2019-12-31' } } },
  ]
    .filter(({ number }) => number <= patients)
    .map(({ number, says }) => ({ ...patient(number), ...says }))

/** A Group that describes its members and names none. */
const smokers: Resource = {
  resourceType: 'Group',
  id: 'smokers',
  active: true,
  type: 'person',
  actual: false,
  name: 'Whoever smokes',
  characteristic: [
    {
      code: concept(['loinc', '72166-2', 'Tobacco smoking status']),
      valueCodeableConcept: concept(['snomed', '449868002', 'Smokes tobacco daily']),
      exclude: false,
    },
  ],
}

/** Comes last of all, so that a database that has it has the whole sample. */
export const sampleGroup = (patients: number, name: string): Resource => ({
  ...group('sample', 'Everybody in the sample', [nested('all-clinics')]),
  identifier: [{ system: 'https://example.org/sample', value: name }],
  quantity: patients,
})

const group = (id: string, name: string, members: readonly FhirObject[]): Resource => ({
  resourceType: 'Group',
  id,
  active: true,
  type: 'person',
  actual: true,
  name,
  quantity: members.length,
  member: members.length === 0 ? undefined : members,
})

const member = (entity: FhirObject): FhirObject => ({ entity })
const patient = (number: number): FhirObject => member(reference('Patient', `p${number}`))
const nested = (id: string): FhirObject => member(reference('Group', id))
