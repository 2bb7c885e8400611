import { practitionerId } from './clinic.ts'
import { concept, hl7, reference } from './codes.ts'
import type { Disease } from './diseases.ts'
import type { Resource } from './fhir-value.ts'
import type { Illness, Person, Visit } from './person.ts'
import { dateOf, dayMs, yearOf } from './time.ts'

export const chronicId = ({ id }: Person, { name }: Disease): string => `${id}-${name}`
export const acuteId = ({ id }: Visit, { name }: Disease): string => `${id}-${name}`

/** What a visit finds: what has set in since the one before, and what one came for. */
export const conditionResources = (person: Person, visit: Visit): readonly Resource[] => [
  ...newIllnesses(person, visit).map((illness) => chronicCondition(person, visit, illness)),
  ...(visit.disease ? [acuteCondition(person, visit, visit.disease)] : []),
]

const newIllnesses = ({ illnesses, visits }: Person, { number, startMs }: Visit): readonly Illness[] => {
  const beforeMs = visits[number - 2]?.startMs ?? Number.NEGATIVE_INFINITY
  return illnesses.filter(({ onsetMs }) => onsetMs > beforeMs && onsetMs <= startMs)
}

/** Of what lies back longer, only the year is known. */
const chronicCondition = (person: Person, visit: Visit, { disease, onsetMs }: Illness): Resource => ({
  ...common(person, visit, chronicId(person, disease)),
  clinicalStatus: hl7('condition-clinical', 'active', 'Active'),
  category: [hl7('condition-category', 'problem-list-item', 'Problem List Item')],
  code: concept(...disease.codes),
  onsetDateTime: visit.number === 1 ? yearOf(onsetMs) : dateOf(onsetMs),
})

const acuteCondition = (person: Person, visit: Visit, disease: Disease): Resource => ({
  ...common(person, visit, acuteId(visit, disease)),
  clinicalStatus: hl7('condition-clinical', 'resolved', 'Resolved'),
  category: [hl7('condition-category', 'encounter-diagnosis', 'Encounter Diagnosis')],
  severity: concept(['snomed', '255604002', 'Mild']),
  code: concept(...disease.codes),
  onsetDateTime: dateOf(visit.startMs - person.draw.whole(1, 6) * dayMs),
  abatementDateTime: dateOf(visit.startMs + person.draw.whole(4, 14) * dayMs),
})

const common = (person: Person, visit: Visit, id: string): Resource => ({
  resourceType: 'Condition',
  id,
  verificationStatus: hl7('condition-ver-status', 'confirmed', 'Confirmed'),
  subject: reference('Patient', person.id),
  encounter: reference('Encounter', visit.id),
  recordedDate: dateOf(visit.startMs),
  recorder: reference('Practitioner', practitionerId(person.clinic, visit.practitioner)),
})
