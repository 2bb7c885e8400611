import { organizationId, practitionerId } from './clinic.ts'
import { concept, hl7, quantity, reference } from './codes.ts'
import { chronicId } from './conditions.ts'
import { decimal, type FhirObject, type Resource } from './fhir-value.ts'
import type { Illness, Person } from './person.ts'
import { dateOf } from './time.ts'

/** For those with an illness that lasts: a goal for each, who cares for them, and the plan that names both. */
export const careResources = (person: Person): readonly Resource[] => {
  const lastMs = person.visits.at(-1)?.startMs ?? 0
  const known = person.illnesses.filter(({ onsetMs }) => onsetMs <= lastMs)
  if (known.length === 0) return []
  const goals = known.map((illness) => goal(person, illness))
  const team = careTeam(person, known)
  return [...goals, team, carePlan(person, known, goals, team)]
}

const goal = (person: Person, { disease, onsetMs }: Illness): Resource => ({
  resourceType: 'Goal',
  id: `${person.id}-${disease.name}-goal`,
  lifecycleStatus: 'active',
  achievementStatus: hl7('goal-achievement', person.draw.oneOf(['in-progress', 'improving', 'achieved'])),
  description: { text: disease.goal },
  subject: reference('Patient', person.id),
  startDate: dateOf(onsetMs),
  target:
    disease.name === 'diabetes'
      ? [
          {
            measure: concept(['loinc', '4548-4', 'Hemoglobin A1c/Hemoglobin.total in Blood']),
            detailRange: { high: quantity(decimal(7, 1), '%') },
          },
        ]
      : undefined,
  addresses: [reference('Condition', chronicId(person, disease))],
})

/** The patient is of the team. */
const careTeam = (person: Person, known: readonly Illness[]): Resource => ({
  resourceType: 'CareTeam',
  id: `${person.id}-team`,
  status: 'active',
  name: 'Who cares for me',
  subject: reference('Patient', person.id),
  participant: [
    { member: reference('Patient', person.id) },
    ...[1, 2].map((number) => ({
      role: [concept(['snomed', '59058001', 'General physician'])],
      member: reference('Practitioner', practitionerId(person.clinic, number)),
    })),
  ],
  reasonReference: addressed(person, known),
  managingOrganization: [reference('Organization', organizationId(person.clinic))],
})

const carePlan = (
  person: Person,
  known: readonly Illness[],
  goals: readonly Resource[],
  team: Resource,
): Resource => ({
  resourceType: 'CarePlan',
  id: `${person.id}-plan`,
  status: person.deathMs === undefined ? 'active' : 'completed',
  intent: 'plan',
  title: 'Living with it',
  subject: reference('Patient', person.id),
  careTeam: [reference('CareTeam', team.id)],
  addresses: addressed(person, known),
  goal: goals.map(({ id }) => reference('Goal', id)),
  activity: [
    {
      detail: {
        status: 'in-progress',
        code: concept(['snomed', '229065009', 'Exercise therapy']),
        scheduledString: 'daily',
        performer: [reference('Patient', person.id)],
      },
    },
  ],
})

const addressed = (person: Person, known: readonly Illness[]): readonly FhirObject[] =>
  known.map(({ disease }) => reference('Condition', chronicId(person, disease)))
