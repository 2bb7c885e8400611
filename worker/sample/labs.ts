import { type Code, concept, hl7, quantity } from './codes.ts'
import { decimal, type FhirObject } from './fhir-value.ts'
import type { Finding } from './observation.ts'
import { ageAt, hasIllness, type Person, type Visit } from './person.ts'

export type LabPanel = {
  readonly name: string
  readonly code: Code
  readonly findings: readonly Finding[]
}

type Test = {
  readonly name: string
  readonly code: Code
  readonly unit: string
  readonly mean: number
  readonly spread: number
  readonly places: number
  readonly low: number
  readonly high: number
}

const test = (
  name: string,
  loinc: string,
  display: string,
  unit: string,
  [mean, spread, places]: readonly [number, number, number],
  [low, high]: readonly [number, number],
): Test => ({ name, code: ['loinc', loinc, display], unit, mean, spread, places, low, high })

const glucose = test('glucose', '2339-0', 'Glucose [Mass/volume] in Blood', 'mg/dL', [88, 7, 1], [70, 99])
const metabolic: readonly Test[] = [
  glucose,
  test('urea', '6299-2', 'Urea nitrogen [Mass/volume] in Blood', 'mg/dL', [13, 3, 1], [7, 20]),
  test('creatinine', '38483-4', 'Creatinine [Mass/volume] in Blood', 'mg/dL', [0.9, 0.15, 2], [0.6, 1.3]),
  test('calcium', '49765-1', 'Calcium [Mass/volume] in Blood', 'mg/dL', [9.4, 0.3, 2], [8.6, 10.3]),
  test('sodium', '2947-0', 'Sodium [Moles/volume] in Blood', 'mmol/L', [140, 2, 1], [135, 145]),
  test('potassium', '6298-4', 'Potassium [Moles/volume] in Blood', 'mmol/L', [4.2, 0.3, 2], [3.5, 5.1]),
]
const lipids: readonly Test[] = [
  test(
    'cholesterol',
    '2093-3',
    'Cholesterol [Mass/volume] in Serum or Plasma',
    'mg/dL',
    [178, 20, 1],
    [100, 199],
  ),
  test(
    'triglycerides',
    '2571-8',
    'Triglyceride [Mass/volume] in Serum or Plasma',
    'mg/dL',
    [118, 20, 1],
    [40, 149],
  ),
  test(
    'ldl',
    '18262-6',
    'Cholesterol in LDL [Mass/volume] in Serum or Plasma by Direct assay',
    'mg/dL',
    [96, 14, 1],
    [50, 129],
  ),
  test('hdl', '2085-9', 'Cholesterol in HDL [Mass/volume] in Serum or Plasma', 'mg/dL', [54, 8, 1], [40, 80]),
]
const bloodCount: readonly Test[] = [
  test(
    'leukocytes',
    '6690-2',
    'Leukocytes [#/volume] in Blood by Automated count',
    '10*3/uL',
    [7, 1.2, 2],
    [4.5, 11],
  ),
  test(
    'erythrocytes',
    '789-8',
    'Erythrocytes [#/volume] in Blood by Automated count',
    '10*6/uL',
    [4.7, 0.3, 2],
    [4, 5.9],
  ),
  test('hemoglobin', '718-7', 'Hemoglobin [Mass/volume] in Blood', 'g/dL', [14, 0.9, 1], [12, 17.5]),
  test(
    'platelets',
    '777-3',
    'Platelets [#/volume] in Blood by Automated count',
    '10*3/uL',
    [250, 40, 0],
    [150, 400],
  ),
]
const hemoglobinA1c = test(
  'hba1c',
  '4548-4',
  'Hemoglobin A1c/Hemoglobin.total in Blood',
  '%',
  [5.3, 0.2, 1],
  [4, 5.6],
)

/** What the laboratory is asked for at a visit. */
export const labPanels = (person: Person, visit: Visit): readonly LabPanel[] => {
  const isDiabetic = hasIllness(person, 'diabetes', visit.startMs)
  const hasHighLipids = hasIllness(person, 'hyperlipidemia', visit.startMs)
  const { kind, number, startMs } = visit
  const panels: LabPanel[] = []
  const results = (tests: readonly Test[], shift = 0) => tests.map((each) => resultOf(person, each, shift))
  if (kind === 'checkup' && ageAt(person, startMs) >= 18) {
    const sugar = resultOf(person, glucose, isDiabetic ? 0.55 : 0)
    panels.push({
      name: 'metabolic-panel',
      code: ['loinc', '51990-0', 'Basic metabolic panel - Blood'],
      findings: [sugar, ...results(metabolic.slice(1))],
    })
    if (number % 4 === 1)
      panels.push({
        name: 'lipid-panel',
        code: ['loinc', '57698-3', 'Lipid panel with direct LDL - Serum or Plasma'],
        findings: results(lipids, hasHighLipids ? 0.25 : 0),
      })
  }
  if (isDiabetic && kind === 'checkup')
    panels.push({
      name: 'hba1c-report',
      code: hemoglobinA1c.code,
      findings: [resultOf(person, hemoglobinA1c, 0.38)],
    })
  if (kind === 'emergency')
    panels.push({
      name: 'blood-count',
      code: ['loinc', '58410-2', 'CBC panel - Blood by Automated count'],
      findings: results(bloodCount),
    })
  if (visit.disease?.name === 'urinary-infection') panels.push(urinalysis(person))
  return panels
}

/** `shift` is what an illness adds, as a part of the mean. */
const resultOf = (
  { draw }: Person,
  { name, code, unit, mean, spread, places, low, high }: Test,
  shift: number,
): Finding => {
  const value = Math.max(0, draw.bell(mean * (1 + shift), spread * (1 + shift)))
  const limit = (bound: number): FhirObject => quantity(decimal(bound, places), unit)
  return {
    name,
    category: 'laboratory',
    code,
    value: {
      valueQuantity: quantity(decimal(value, places), unit),
      interpretation: [interpretation(value, low, high)],
      referenceRange: [{ low: limit(low), high: limit(high) }],
    },
  }
}

const interpretation = (value: number, low: number, high: number): FhirObject => {
  if (value < low) return hl7('v3-ObservationInterpretation', 'L', 'Low')
  return value > high
    ? hl7('v3-ObservationInterpretation', 'H', 'High')
    : hl7('v3-ObservationInterpretation', 'N', 'Normal')
}

/** Results that are codes, texts and ranges instead of plain numbers. */
const urinalysis = ({ draw }: Person): LabPanel => {
  const lab = (name: string, code: Code, value: FhirObject): Finding => ({
    name,
    category: 'laboratory',
    code,
    value,
  })
  const isSweet = draw.chance(0.1)
  return {
    name: 'urinalysis',
    code: ['loinc', '24356-8', 'Urinalysis complete panel - Urine'],
    findings: [
      lab('urine-glucose', ['loinc', '25428-4', 'Glucose [Presence] in Urine by Test strip'], {
        valueCodeableConcept: concept(
          isSweet ? ['snomed', '10828004', 'Positive'] : ['snomed', '260385009', 'Negative'],
        ),
      }),
      lab('urine-color', ['loinc', '5778-6', 'Color of Urine'], {
        valueString: draw.oneOf(['yellow', 'amber', 'hazy, straw-colored']),
      }),
      lab('urine-bacteria', ['loinc', '630-4', 'Bacteria identified in Urine by Culture'], {
        valueCodeableConcept: concept(['snomed', '112283007', 'Escherichia coli']),
        note: [{ text: 'Growth above 10⁵ CFU/mL; sensitive to amoxicillin' }],
      }),
      lab(
        'urine-leukocytes',
        ['loinc', '5821-4', 'Leukocytes [#/area] in Urine sediment by Microscopy high power field'],
        {
          valueRange: {
            low: quantity(decimal(draw.whole(5, 20), 0), '/[HPF]'),
            high: quantity(decimal(draw.whole(25, 50), 0), '/[HPF]'),
          },
        },
      ),
    ],
  }
}
