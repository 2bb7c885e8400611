import { locationId, practitionerId } from './clinic.ts'
import { concept, reference } from './codes.ts'
import type { FhirObject, Resource } from './fhir-value.ts'
import type { Person } from './person.ts'
import { dayMs, instantOf, minuteMs, referenceMs } from './time.ts'

/** Every so many patients one comes together with the one before: an Appointment of two patients, and so in two compartments. */
const togetherEvery = 10

export const appointmentResources = (person: Person, previous: Person | undefined): readonly Resource[] => {
  if (person.deathMs !== undefined) return []
  const next = appointment(person, 'next', 'Check-up', [])
  const isAlone =
    person.number % togetherEvery !== 0 || previous === undefined || previous.deathMs !== undefined
  if (isAlone) return [next]
  return [
    next,
    appointment(person, 'together', 'Talk of two patients', [participant('Patient', previous.id)]),
  ]
}

const appointment = (
  person: Person,
  name: string,
  description: string,
  others: readonly FhirObject[],
): Resource => {
  const { id, clinic, draw } = person
  const startMs = referenceMs + draw.whole(5, 300) * dayMs + draw.whole(32, 64) * 15 * minuteMs
  return {
    resourceType: 'Appointment',
    id: `${id}-${name}`,
    status: 'booked',
    serviceType: [concept(['snomed', '162673000', 'General examination of patient'])],
    description,
    start: instantOf(startMs),
    end: instantOf(startMs + 30 * minuteMs),
    minutesDuration: 30,
    participant: [
      participant('Patient', id),
      ...others,
      participant('Practitioner', practitionerId(clinic, draw.whole(1, 4))),
      participant('Location', locationId(clinic)),
    ],
  }
}

const participant = (type: string, id: string): FhirObject => ({
  actor: reference(type, id),
  required: 'required',
  status: 'accepted',
})
