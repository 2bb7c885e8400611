import { type Code, concept, quantity, reference } from './codes.ts'
import { decimal, type FhirObject, type Resource } from './fhir-value.ts'
import { bodyAt } from './growth.ts'
import { absent, type Finding, observationOf } from './observation.ts'
import { ageAt, type Person, type Visit } from './person.ts'

/** The vital signs of a visit, and the panel that names them as its members; none by video. */
export const vitalSignResources = (person: Person, visit: Visit): readonly Resource[] => {
  if (visit.kind === 'video') return []
  const signs = (
    visit.kind === 'checkup'
      ? [...shortSigns(person, visit), ...measures(person, visit)]
      : shortSigns(person, visit)
  ).map((finding) => observationOf(person, visit, finding))
  const panel = vital(
    'vital-signs',
    ['loinc', '85353-1', 'Vital signs, weight, height, head circumference, oxygen saturation and BMI panel'],
    {
      hasMember: signs.map(({ id }) => reference('Observation', id)),
    },
  )
  return [...signs, observationOf(person, visit, panel)]
}

const vital = (name: string, code: Code, value: FhirObject): Finding => ({
  name,
  category: 'vital-signs',
  code,
  value,
})

const measured = (value: number, places: number, unit: string, code?: string): FhirObject => ({
  valueQuantity: quantity(decimal(value, places), unit, code),
})

const shortSigns = (person: Person, visit: Visit): readonly Finding[] => {
  const { draw } = person
  const { pulse, breaths, systolic } = bodyAt(person, visit.startMs)
  const feverish = visit.kind === 'checkup' ? 0 : draw.whole(0, 15) / 10
  return [
    vital('blood-pressure', ['loinc', '85354-9', 'Blood pressure panel with all children optional'], {
      component: bloodPressure(draw.bell(systolic, 8), draw.bell(0.63, 0.03)),
    }),
    vital(
      'heart-rate',
      ['loinc', '8867-4', 'Heart rate'],
      measured(draw.bell(pulse, 8) + 8 * feverish, 0, 'beats/minute', '/min'),
    ),
    vital(
      'respiratory-rate',
      ['loinc', '9279-1', 'Respiratory rate'],
      measured(draw.bell(breaths, 1.5), 0, 'breaths/minute', '/min'),
    ),
    vital(
      'temperature',
      ['loinc', '8310-5', 'Body temperature'],
      measured(draw.bell(36.7, 0.2) + feverish, 1, '°C', 'Cel'),
    ),
    vital(
      'oxygen',
      ['loinc', '2708-6', 'Oxygen saturation in Arterial blood'],
      measured(Math.min(100, draw.bell(97.6, 0.8)), 1, '%'),
    ),
  ]
}

/** Both pressures in one Observation. */
const bloodPressure = (systolic: number, share: number): readonly FhirObject[] => [
  {
    code: concept(['loinc', '8480-6', 'Systolic blood pressure']),
    ...measured(systolic, 0, 'mmHg', 'mm[Hg]'),
  },
  {
    code: concept(['loinc', '8462-4', 'Diastolic blood pressure']),
    ...measured(systolic * share, 0, 'mmHg', 'mm[Hg]'),
  },
]

const measures = (person: Person, visit: Visit): readonly Finding[] => {
  const { draw } = person
  const { heightCm, weightKg, headCm } = bodyAt(person, visit.startMs)
  const kg = weightKg * draw.bell(1, 0.015)
  const isWeighed = !draw.chance(0.06)
  const isInfant = ageAt(person, visit.startMs) < 3
  return [
    vital('height', ['loinc', '8302-2', 'Body height'], measured(heightCm, 1, 'cm')),
    vital(
      'weight',
      ['loinc', '29463-7', 'Body weight'],
      isWeighed ? measured(kg, 2, 'kg') : absent('not-performed', 'Not Performed'),
    ),
    ...(isWeighed
      ? [
          vital(
            'bmi',
            ['loinc', '39156-5', 'Body mass index (BMI) [Ratio]'],
            measured((kg * 10_000) / (heightCm * heightCm), 2, 'kg/m2'),
          ),
        ]
      : []),
    ...(isInfant
      ? [
          vital(
            'head',
            ['loinc', '9843-4', 'Head Occipital-frontal circumference'],
            measured(draw.bell(headCm, 0.5), 1, 'cm'),
          ),
        ]
      : []),
  ]
}
