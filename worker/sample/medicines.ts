import { type Code, concept, quantity, reference } from './codes.ts'
import { decimal, type Resource } from './fhir-value.ts'

export type Medicine = {
  readonly code: Code
  /** How it is taken. */
  readonly dosage: string
  readonly timesADay: number
}

export const medicines = {
  metformin: {
    code: ['rxnorm', '860975', '24 HR metformin hydrochloride 500 MG Extended Release Oral Tablet'],
    dosage: 'One tablet twice a day, with meals',
    timesADay: 2,
  },
  lisinopril: {
    code: ['rxnorm', '314076', 'lisinopril 10 MG Oral Tablet'],
    dosage: 'One tablet a day',
    timesADay: 1,
  },
  amlodipine: {
    code: ['rxnorm', '197361', 'amlodipine 5 MG Oral Tablet'],
    dosage: 'One tablet a day',
    timesADay: 1,
  },
  simvastatin: {
    code: ['rxnorm', '312961', 'simvastatin 20 MG Oral Tablet'],
    dosage: 'One tablet in the evening',
    timesADay: 1,
  },
  albuterol: {
    code: ['rxnorm', '745679', '200 ACTUAT albuterol 0.09 MG/ACTUAT Metered Dose Inhaler'],
    dosage: 'Two puffs when short of breath',
    timesADay: 4,
  },
  acetaminophen: {
    code: ['rxnorm', '313782', 'acetaminophen 325 MG Oral Tablet'],
    dosage: 'Two tablets every six hours when in pain',
    timesADay: 4,
  },
  ibuprofen: {
    code: ['rxnorm', '310965', 'ibuprofen 200 MG Oral Tablet'],
    dosage: 'One tablet three times a day, after meals',
    timesADay: 3,
  },
  amoxicillin: {
    code: ['rxnorm', '308182', 'amoxicillin 250 MG Oral Capsule'],
    dosage: 'One capsule three times a day, for ten days',
    timesADay: 3,
  },
} as const satisfies Record<string, Medicine>

export type MedicineName = keyof typeof medicines

export const medicationId = (name: string): string => `medication-${name}`

/** The medicines that prescriptions refer to: resources outside of any compartment. */
export const medicationResources = (): readonly Resource[] =>
  Object.entries(medicines).map(([name, { code }]) => ({
    resourceType: 'Medication',
    id: medicationId(name),
    code: concept(code),
    status: 'active',
    manufacturer: reference('Organization', manufacturerId),
    amount: {
      numerator: quantity(decimal(30, 0), '{each}'),
      denominator: quantity(decimal(1, 0), '{package}'),
    },
  }))

export const manufacturerId = 'manufacturer'
