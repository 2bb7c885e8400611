import { locationId, practitionerId } from './clinic.ts'
import { type Code, concept, reference } from './codes.ts'
import { acuteId, chronicId } from './conditions.ts'
import type { Resource } from './fhir-value.ts'
import { ageAt, type Person, type Visit } from './person.ts'
import { dateTimeOf } from './time.ts'

type Done = { readonly name: string; readonly code: Code; readonly conditionId?: string | undefined }

export const procedureResources = (person: Person, visit: Visit): readonly Resource[] =>
  doneAt(person, visit).map((done) => procedure(person, visit, done))

const doneAt = (person: Person, visit: Visit): readonly Done[] => {
  if (visit.disease?.name === 'ankle-sprain')
    return [
      {
        name: 'splint',
        code: ['snomed', '79321009', 'Application of splint'],
        conditionId: acuteId(visit, visit.disease),
      },
    ]
  if (visit.kind !== 'checkup') return []
  const age = ageAt(person, visit.startMs)
  const known = person.illnesses.find(({ onsetMs }) => onsetMs <= visit.startMs)
  const reviewed: readonly Done[] = known
    ? [
        {
          name: 'reconciliation',
          code: ['snomed', '430193006', 'Medication reconciliation'],
          conditionId: chronicId(person, known.disease),
        },
      ]
    : []
  return [...reviewed, ...screenings(person, visit, age)]
}

const screenings = ({ sex, draw }: Person, { number }: Visit, age: number): readonly Done[] => [
  ...(age > 50 && number === 1 && draw.chance(0.6)
    ? [{ name: 'colonoscopy', code: ['snomed', '73761001', 'Colonoscopy'] } as const]
    : []),
  ...(sex === 'female' && age > 45 && draw.chance(0.5)
    ? [{ name: 'mammography', code: ['snomed', '24623002', 'Screening mammography'] } as const]
    : []),
]

const procedure = (person: Person, visit: Visit, { name, code, conditionId }: Done): Resource => ({
  resourceType: 'Procedure',
  id: `${visit.id}-${name}`,
  status: 'completed',
  code: concept(code),
  subject: reference('Patient', person.id),
  encounter: reference('Encounter', visit.id),
  performedPeriod: { start: dateTimeOf(visit.startMs), end: dateTimeOf(visit.endMs) },
  performer: [{ actor: reference('Practitioner', practitionerId(person.clinic, visit.practitioner)) }],
  location: reference('Location', locationId(person.clinic)),
  reasonReference: conditionId === undefined ? undefined : [reference('Condition', conditionId)],
})
