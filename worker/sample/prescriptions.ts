import { practitionerId } from './clinic.ts'
import { concept, quantity, reference } from './codes.ts'
import { acuteId, chronicId } from './conditions.ts'
import { decimal, type FhirObject, type Resource } from './fhir-value.ts'
import { type MedicineName, medicationId, medicines } from './medicines.ts'
import type { Person, Visit } from './person.ts'
import { dateTimeOf } from './time.ts'

/** At a check-up the medicines against what one has, anew; at other visits against what one came for. */
export const prescriptionResources = (person: Person, visit: Visit): readonly Resource[] => {
  if (visit.disease) {
    const { disease } = visit
    return [
      prescription(person, visit, person.draw.oneOf(disease.medicines), acuteId(visit, disease), 'completed'),
    ]
  }
  return person.illnesses
    .filter(({ onsetMs }) => onsetMs <= visit.startMs)
    .flatMap(({ disease }) =>
      disease.medicines.map((name) =>
        prescription(
          person,
          visit,
          name,
          chronicId(person, disease),
          isRenewedLater(person, visit) ? 'completed' : 'active',
        ),
      ),
    )
}

/** Check-ups are the visits of odd numbers. */
const isRenewedLater = ({ visits }: Person, { number }: Visit): boolean => number + 2 <= visits.length

const prescription = (
  person: Person,
  visit: Visit,
  name: MedicineName,
  conditionId: string,
  status: 'active' | 'completed',
): Resource => {
  const { dosage, timesADay } = medicines[name]
  return {
    resourceType: 'MedicationRequest',
    id: `${visit.id}-${name}`,
    ...medication(person, name),
    status,
    intent: 'order',
    subject: reference('Patient', person.id),
    encounter: reference('Encounter', visit.id),
    authoredOn: dateTimeOf(visit.endMs),
    requester: reference('Practitioner', practitionerId(person.clinic, visit.practitioner)),
    reasonReference: [reference('Condition', conditionId)],
    dosageInstruction: [
      {
        sequence: 1,
        text: dosage,
        timing: { repeat: { frequency: timesADay, period: decimal(1, 1), periodUnit: 'd' } },
        asNeededBoolean: name === 'acetaminophen' || name === 'albuterol',
        doseAndRate: [{ doseQuantity: { value: decimal(1, 0) } }],
      },
    ],
    dispenseRequest: {
      numberOfRepeatsAllowed: status === 'active' ? 3 : 0,
      quantity: quantity(decimal(30 * timesADay, 0), '{each}'),
      expectedSupplyDuration: quantity(decimal(30, 0), 'days', 'd'),
    },
  }
}

/** Which medicine, in each of the ways there are: a resource that others share, one contained, or a code. */
const medication = ({ draw }: Person, name: MedicineName): FhirObject => {
  const { code } = medicines[name]
  if (draw.chance(0.5)) return { medicationReference: reference('Medication', medicationId(name)) }
  if (draw.chance(0.8)) return { medicationCodeableConcept: concept(code) }
  return {
    contained: [{ resourceType: 'Medication', id: 'med', code: concept(code) }],
    medicationReference: { reference: '#med' },
  }
}
