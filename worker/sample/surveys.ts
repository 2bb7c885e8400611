import { type Code, concept } from './codes.ts'
import type { Resource } from './fhir-value.ts'
import { absent, type Finding, observationOf } from './observation.ts'
import { ageAt, type Person, type Visit } from './person.ts'
import { dateOf, dayMs } from './time.ts'

const smoking: Readonly<Record<Person['smoking'], Code>> = {
  never: ['snomed', '266919005', 'Never smoked tobacco'],
  former: ['snomed', '8517006', 'Ex-smoker'],
  daily: ['snomed', '449868002', 'Smokes tobacco daily'],
}

/** What is asked rather than measured: values that are codes, whole numbers, texts and dates. */
export const surveyResources = (person: Person, visit: Visit): readonly Resource[] =>
  findings(person, visit).map((finding) => observationOf(person, visit, finding))

const findings = (person: Person, visit: Visit): readonly Finding[] => {
  const age = ageAt(person, visit.startMs)
  if (visit.kind !== 'checkup') return age < 4 ? [] : [pain(person)]
  if (age < 18) return []
  const mayMenstruate = person.sex === 'female' && age < 48
  return [smokingStatus(person), depression(person), ...(mayMenstruate ? [lastPeriod(person, visit)] : [])]
}

const pain = ({ draw }: Person): Finding => ({
  name: 'pain',
  category: 'survey',
  code: ['loinc', '72514-3', 'Pain severity - 0-10 verbal numeric rating [Score] - Reported'],
  value: { valueInteger: draw.whole(0, 8) },
})

const smokingStatus = (person: Person): Finding => ({
  name: 'smoking',
  category: 'social-history',
  code: ['loinc', '72166-2', 'Tobacco smoking status'],
  value: { valueCodeableConcept: concept(smoking[person.smoking]) },
})

const depression = ({ draw }: Person): Finding => ({
  name: 'phq-2',
  category: 'survey',
  code: ['loinc', '55758-7', 'Patient Health Questionnaire 2 item (PHQ-2) total score [Reported]'],
  value: draw.chance(0.1)
    ? absent('asked-declined', 'Asked But Declined')
    : { valueInteger: draw.whole(0, 4) },
})

const lastPeriod = ({ draw }: Person, visit: Visit): Finding => ({
  name: 'last-period',
  category: 'social-history',
  code: ['loinc', '8665-2', 'Last menstrual period start date'],
  value: { valueDateTime: dateOf(visit.startMs - draw.whole(1, 30) * dayMs) },
})
