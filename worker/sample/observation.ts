import { practitionerId } from './clinic.ts'
import { type Code, concept, hl7, reference } from './codes.ts'
import type { FhirObject, Resource } from './fhir-value.ts'
import type { Person, Visit } from './person.ts'
import { dateTimeOf, instantOf, minuteMs } from './time.ts'

export type Category = 'vital-signs' | 'laboratory' | 'survey' | 'social-history'

const displays: Readonly<Record<Category, string>> = {
  'vital-signs': 'Vital Signs',
  laboratory: 'Laboratory',
  survey: 'Survey',
  'social-history': 'Social History',
}

export type Finding = {
  /** Ends the id of the Observation. */
  readonly name: string
  readonly category: Category
  readonly code: Code
  /** The value in its own shape, or why there is none, and whatever else there is to say. */
  readonly value: FhirObject
}

export const observationOf = (
  person: Person,
  visit: Visit,
  { name, category, code, value }: Finding,
): Resource => ({
  resourceType: 'Observation',
  id: `${visit.id}-${name}`,
  meta:
    category === 'vital-signs'
      ? { profile: ['http://hl7.org/fhir/StructureDefinition/vitalsigns'] }
      : undefined,
  status: 'final',
  category: [hl7('observation-category', category, displays[category])],
  code: concept(code),
  subject: reference('Patient', person.id),
  encounter: reference('Encounter', visit.id),
  effectiveDateTime: dateTimeOf(visit.startMs + 5 * minuteMs),
  issued: instantOf(visit.endMs),
  performer: [reference('Practitioner', practitionerId(person.clinic, visit.practitioner))],
  ...value,
})

/** Why there is no value. */
export const absent = (code: 'not-performed' | 'asked-declined', display: string): FhirObject => ({
  dataAbsentReason: hl7('data-absent-reason', code, display),
})
