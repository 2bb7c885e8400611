import { practitionerId } from './clinic.ts'
import { type Code, concept, hl7, reference } from './codes.ts'
import type { Resource } from './fhir-value.ts'
import type { Person } from './person.ts'
import { referenceMs, yearMs, yearOf } from './time.ts'

type Allergy = {
  readonly name: string
  readonly code: Code
  readonly category: 'food' | 'medication' | 'environment'
  readonly manifestation: Code
}

const hives: Code = ['snomed', '247472004', 'Wheal']
const sneezing: Code = ['snomed', '76067001', 'Sneezing']

const allergies: readonly Allergy[] = [
  {
    name: 'penicillin',
    code: ['snomed', '91936005', 'Allergy to penicillin'],
    category: 'medication',
    manifestation: hives,
  },
  {
    name: 'peanut',
    code: ['snomed', '91935009', 'Allergy to peanut'],
    category: 'food',
    manifestation: hives,
  },
  {
    name: 'pollen',
    code: ['snomed', '418689008', 'Allergy to grass pollen'],
    category: 'environment',
    manifestation: sneezing,
  },
  {
    name: 'latex',
    code: ['snomed', '1003755004', 'Allergy to Hevea brasiliensis latex protein'],
    category: 'environment',
    manifestation: hives,
  },
]

/** None for most, and of some of those that it was asked for. */
export const allergyResources = (person: Person): readonly Resource[] => {
  const { draw } = person
  const found = draw.chance(0.3) ? draw.some(allergies, draw.whole(1, 2)) : []
  if (found.length === 0 && draw.chance(0.4)) return [noneKnown(person)]
  return found.map((allergy) => allergyOf(person, allergy))
}

const allergyOf = (person: Person, { name, code, category, manifestation }: Allergy): Resource => ({
  ...common(person, `${person.id}-allergy-${name}`),
  type: 'allergy',
  category: [category],
  criticality: person.draw.oneOf(['low', 'high', 'unable-to-assess']),
  code: concept(code),
  onsetDateTime: yearOf(person.draw.instant(person.birthMs, referenceMs - yearMs / 12)),
  reaction: [{ manifestation: [concept(manifestation)], severity: person.draw.oneOf(['mild', 'moderate']) }],
})

const noneKnown = (person: Person): Resource => ({
  ...common(person, `${person.id}-no-allergy`),
  code: concept(['snomed', '716186003', 'No known allergy']),
})

const common = ({ id, clinic }: Person, allergyId: string): Resource => ({
  resourceType: 'AllergyIntolerance',
  id: allergyId,
  clinicalStatus: hl7('allergyintolerance-clinical', 'active', 'Active'),
  verificationStatus: hl7('allergyintolerance-verification', 'confirmed', 'Confirmed'),
  patient: reference('Patient', id),
  recorder: reference('Practitioner', practitionerId(clinic, 1)),
})
