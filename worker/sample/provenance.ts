import { organizationId, practitionerId } from './clinic.ts'
import { hl7, reference } from './codes.ts'
import type { FhirObject, Resource } from './fhir-value.ts'
import type { Person, Visit } from './person.ts'
import { instantOf, minuteMs, referenceMs } from './time.ts'

/** Who entered the Patient: a Provenance that belongs to the patient by its target. */
export const patientProvenance = (person: Person): Resource =>
  provenance(person, `${person.id}-provenance`, [reference('Patient', person.id)], {
    atMs: person.visits[0]?.startMs ?? referenceMs,
    practitioner: 1,
  })

/** Who entered what came of a visit: its targets are no Patient, but resources of one. */
export const visitProvenance = (
  person: Person,
  visit: Visit,
  documents: readonly Resource[],
): readonly Resource[] => {
  if (visit.kind !== 'checkup') return []
  const targets = [
    reference('Encounter', visit.id),
    ...documents.map(({ resourceType, id }) => reference(resourceType, id)),
  ]
  const entered = { atMs: visit.endMs + minuteMs, practitioner: visit.practitioner }
  return [provenance(person, `${visit.id}-provenance`, targets, entered)]
}

const provenance = (
  { clinic }: Person,
  id: string,
  target: readonly FhirObject[],
  { atMs, practitioner }: { readonly atMs: number; readonly practitioner: number },
): Resource => ({
  resourceType: 'Provenance',
  id,
  target,
  recorded: instantOf(atMs),
  activity: hl7('v3-DataOperation', 'CREATE', 'create'),
  agent: [
    {
      type: hl7('provenance-participant-type', 'author', 'Author'),
      who: reference('Practitioner', practitionerId(clinic, practitioner)),
      onBehalfOf: reference('Organization', organizationId(clinic)),
    },
  ],
})
