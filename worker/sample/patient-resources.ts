import { allergyResources } from './allergies.ts'
import { appointmentResources } from './appointments.ts'
import { careResources } from './care.ts'
import { claimResources } from './claims.ts'
import { conditionResources } from './conditions.ts'
import { coverageResource } from './coverage.ts'
import { deviceResources } from './devices.ts'
import { documentResources } from './documents.ts'
import { encounterResource } from './encounter.ts'
import type { Resource } from './fhir-value.ts'
import { immunizationResources } from './immunizations.ts'
import { patientResource } from './patient.ts'
import type { Person, Visit } from './person.ts'
import { prescriptionResources } from './prescriptions.ts'
import { procedureResources } from './procedures.ts'
import { patientProvenance, visitProvenance } from './provenance.ts'
import { reportResources } from './reports.ts'
import { surveyResources } from './surveys.ts'
import { vitalSignResources } from './vitals.ts'

/**
 * A Patient and all that is his, each after what it refers to. All at once, for the chance of a person is drawn from one stream.
 * `previous` is the patient before, with whom some come together.
 */
export const patientResources = (person: Person, previous: Person | undefined): readonly Resource[] => [
  patientResource(person),
  patientProvenance(person),
  coverageResource(person),
  ...deviceResources(person),
  ...allergyResources(person),
  ...immunizationResources(person),
  ...person.visits.flatMap((visit) => visitResources(person, visit)),
  ...careResources(person),
  ...appointmentResources(person, previous),
]

const visitResources = (person: Person, visit: Visit): readonly Resource[] => {
  const before = [
    encounterResource(person, visit),
    ...conditionResources(person, visit),
    ...vitalSignResources(person, visit),
    ...surveyResources(person, visit),
    ...reportResources(person, visit),
    ...procedureResources(person, visit),
    ...prescriptionResources(person, visit),
  ]
  const documents = documentResources(person, visit)
  return [
    ...before,
    ...documents,
    ...claimResources(person, visit),
    ...visitProvenance(person, visit, documents),
  ]
}
