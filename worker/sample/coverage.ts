import { insurers } from './clinic.ts'
import { hl7, reference } from './codes.ts'
import type { Resource } from './fhir-value.ts'
import type { Person } from './person.ts'
import { dateOf, referenceMs, yearMs } from './time.ts'

export const coverageId = ({ id }: Person): string => `${id}-coverage`

/** The insurer of a person, the same in coverage and claims. */
export const insurerOf = ({ number }: Person): string => insurers[number % insurers.length] ?? insurers[0]

export const coverageResource = (person: Person): Resource => {
  const patient = reference('Patient', person.id)
  return {
    resourceType: 'Coverage',
    id: coverageId(person),
    status: 'active',
    type: hl7('v3-ActCode', 'EHCPOL', 'extended healthcare'),
    subscriber: patient,
    subscriberId: `S-${String(person.number).padStart(7, '0')}`,
    beneficiary: patient,
    relationship: hl7('subscriber-relationship', 'self', 'Self'),
    period: { start: dateOf(Math.max(person.birthMs, referenceMs - 8 * yearMs)) },
    payor: [reference('Organization', insurerOf(person))],
    class: [
      {
        type: hl7('coverage-class', 'plan', 'Plan'),
        value: person.draw.oneOf(['basic', 'plus']),
      },
    ],
  }
}
