import { organizationId } from './clinic.ts'
import { concept, hl7, money, reference } from './codes.ts'
import { acuteId } from './conditions.ts'
import { coverageId, insurerOf } from './coverage.ts'
import type { FhirObject, Resource } from './fhir-value.ts'
import type { Person, Visit } from './person.ts'
import { dateOf, dateTimeOf, dayMs } from './time.ts'

/** The bill of a visit and what the insurer made of it. */
export const claimResources = (person: Person, visit: Visit): readonly Resource[] => {
  const cents = person.draw.whole(8000, visit.kind === 'emergency' ? 250_000 : 30_000)
  const claim: Resource = {
    resourceType: 'Claim',
    id: `${visit.id}-claim`,
    ...common(person, visit),
    priority: hl7('processpriority', 'normal', 'Normal'),
    diagnosis: diagnosis(visit),
    item: [
      {
        ...item,
        diagnosisSequence: visit.disease && [1],
        encounter: [reference('Encounter', visit.id)],
        net: money(cents),
      },
    ],
    total: money(cents),
  }
  return [claim, explanation(person, visit, claim.id, cents)]
}

const item = {
  sequence: 1,
  productOrService: concept(['snomed', '162673000', 'General examination of patient']),
}

const common = (person: Person, visit: Visit): FhirObject => ({
  status: 'active',
  type: hl7('claim-type', 'professional', 'Professional'),
  use: 'claim',
  patient: reference('Patient', person.id),
  billablePeriod: { start: dateTimeOf(visit.startMs), end: dateTimeOf(visit.endMs) },
  created: dateOf(visit.endMs + dayMs),
  insurer: reference('Organization', insurerOf(person)),
  provider: reference('Organization', organizationId(person.clinic)),
  insurance: [{ sequence: 1, focal: true, coverage: reference('Coverage', coverageId(person)) }],
})

const diagnosis = (visit: Visit): readonly FhirObject[] | undefined =>
  visit.disease && [
    { sequence: 1, diagnosisReference: reference('Condition', acuteId(visit, visit.disease)) },
  ]

/** The insurer pays four fifths, to the cent. */
const explanation = (person: Person, visit: Visit, claimId: string, cents: number): Resource => {
  const paidCents = Math.floor((cents * 4) / 5)
  return {
    resourceType: 'ExplanationOfBenefit',
    id: `${visit.id}-benefit`,
    ...common(person, visit),
    insurance: [{ focal: true, coverage: reference('Coverage', coverageId(person)) }],
    claim: reference('Claim', claimId),
    outcome: 'complete',
    item: [
      {
        ...item,
        net: money(cents),
        adjudication: [
          adjudicated('submitted', 'Submitted Amount', cents),
          adjudicated('benefit', 'Benefit Amount', paidCents),
        ],
      },
    ],
    total: [
      adjudicated('submitted', 'Submitted Amount', cents),
      adjudicated('benefit', 'Benefit Amount', paidCents),
    ],
    payment: { date: dateOf(visit.endMs + 20 * dayMs), amount: money(paidCents) },
  }
}

const adjudicated = (code: string, display: string, cents: number): FhirObject => ({
  category: hl7('adjudication', code, display),
  amount: money(cents),
})
