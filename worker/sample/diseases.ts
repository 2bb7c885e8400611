import type { Code } from './codes.ts'
import type { MedicineName } from './medicines.ts'

export type Disease = {
  /** Ends the ids of what is about it. */
  readonly name: string
  readonly codes: readonly [Code, ...Code[]]
  readonly medicines: readonly [MedicineName, ...MedicineName[]]
}
export type ChronicDisease = Disease & {
  /** Youngest age of onset, and how likely one has it in the end. */
  readonly fromAge: number
  readonly lifetimeRisk: number
  readonly goal: string
}

const diseaseList = [
  {
    name: 'diabetes',
    codes: [
      ['snomed', '44054006', 'Diabetes mellitus type 2'],
      ['icd10', 'E11.9', 'Type 2 diabetes mellitus without complications'],
    ],
    medicines: ['metformin'],
    fromAge: 35,
    lifetimeRisk: 0.26,
    goal: 'Hemoglobin A1c below 7 %',
  },
  {
    name: 'hypertension',
    codes: [
      ['snomed', '59621000', 'Essential hypertension'],
      ['icd10', 'I10', 'Essential (primary) hypertension'],
    ],
    medicines: ['lisinopril', 'amlodipine'],
    fromAge: 30,
    lifetimeRisk: 0.5,
    goal: 'Blood pressure below 130/80 mmHg',
  },
  {
    name: 'hyperlipidemia',
    codes: [
      ['snomed', '55822004', 'Hyperlipidemia'],
      ['icd10', 'E78.5', 'Hyperlipidemia, unspecified'],
    ],
    medicines: ['simvastatin'],
    fromAge: 35,
    lifetimeRisk: 0.4,
    goal: 'LDL cholesterol below 100 mg/dL',
  },
  {
    name: 'asthma',
    codes: [
      ['snomed', '195967001', 'Asthma'],
      ['icd10', 'J45.909', 'Unspecified asthma, uncomplicated'],
    ],
    medicines: ['albuterol'],
    fromAge: 4,
    lifetimeRisk: 0.12,
    goal: 'Sleeps through the night without symptoms',
  },
  {
    name: 'osteoarthritis',
    codes: [
      ['snomed', '396275006', 'Osteoarthritis'],
      ['icd10', 'M19.90', 'Unspecified osteoarthritis, unspecified site'],
    ],
    medicines: ['acetaminophen', 'ibuprofen'],
    fromAge: 50,
    lifetimeRisk: 0.35,
    goal: 'Walks half an hour a day',
  },
] as const satisfies readonly ChronicDisease[]

export const chronicDiseases: readonly ChronicDisease[] = diseaseList

export const acuteDiseases: readonly Disease[] = [
  {
    name: 'pharyngitis',
    codes: [['snomed', '195662009', 'Acute viral pharyngitis']],
    medicines: ['acetaminophen'],
  },
  { name: 'bronchitis', codes: [['snomed', '10509002', 'Acute bronchitis']], medicines: ['albuterol'] },
  { name: 'otitis', codes: [['snomed', '65363002', 'Otitis media']], medicines: ['amoxicillin'] },
  { name: 'ankle-sprain', codes: [['snomed', '44465007', 'Sprain of ankle']], medicines: ['ibuprofen'] },
  {
    name: 'urinary-infection',
    codes: [['snomed', '68566005', 'Urinary tract infectious disease']],
    medicines: ['amoxicillin'],
  },
]
