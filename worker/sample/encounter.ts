import { locationId, organizationId, practitionerId } from './clinic.ts'
import { type Code, concept, hl7Coding, reference } from './codes.ts'
import type { FhirObject, Resource } from './fhir-value.ts'
import type { Person, Visit } from './person.ts'
import { dateTimeOf } from './time.ts'

const kinds: Readonly<Record<Visit['kind'], { readonly type: Code; readonly class: FhirObject }>> = {
  checkup: {
    type: ['snomed', '162673000', 'General examination of patient'],
    class: hl7Coding('v3-ActCode', 'AMB', 'ambulatory'),
  },
  illness: {
    type: ['snomed', '185345009', 'Encounter for symptom'],
    class: hl7Coding('v3-ActCode', 'AMB', 'ambulatory'),
  },
  emergency: {
    type: ['snomed', '50849002', 'Emergency room admission'],
    class: hl7Coding('v3-ActCode', 'EMER', 'emergency'),
  },
  video: {
    type: ['snomed', '448337001', 'Telemedicine consultation with patient'],
    class: hl7Coding('v3-ActCode', 'VR', 'virtual'),
  },
}

export const encounterResource = (person: Person, visit: Visit): Resource => {
  const { type, class: encounterClass } = kinds[visit.kind]
  const period = { start: dateTimeOf(visit.startMs), end: dateTimeOf(visit.endMs) }
  return {
    resourceType: 'Encounter',
    id: visit.id,
    status: 'finished',
    class: encounterClass,
    type: [concept(type)],
    subject: reference('Patient', person.id),
    participant: [
      {
        type: [{ coding: [hl7Coding('v3-ParticipationType', 'PPRF', 'primary performer')] }],
        period,
        individual: reference('Practitioner', practitionerId(person.clinic, visit.practitioner)),
      },
    ],
    period,
    reasonCode: visit.disease && [concept(...visit.disease.codes)],
    location:
      visit.kind === 'video' ? undefined : [{ location: reference('Location', locationId(person.clinic)) }],
    serviceProvider: reference('Organization', organizationId(person.clinic)),
  }
}
