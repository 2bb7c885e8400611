import { type Decimal, decimal, type FhirObject } from './fhir-value.ts'

const terminology = 'http://terminology.hl7.org/CodeSystem'

const systems = {
  snomed: 'http://snomed.info/sct',
  loinc: 'http://loinc.org',
  rxnorm: 'http://www.nlm.nih.gov/research/umls/rxnorm',
  cvx: 'http://hl7.org/fhir/sid/cvx',
  icd10: 'http://hl7.org/fhir/sid/icd-10-cm',
  ucum: 'http://unitsofmeasure.org',
} as const

export type CodeSystem = keyof typeof systems
/** A code of one of the great code systems, with the display text it has there. */
export type Code = readonly [system: CodeSystem, code: string, display: string]

export const codingOf = ([system, code, display]: Code): FhirObject => ({
  system: systems[system],
  code,
  display,
})

/** Of several codes the first gives the text. */
export const concept = (first: Code, ...others: readonly Code[]): FhirObject => ({
  coding: [first, ...others].map(codingOf),
  text: first[2],
})

/** A code of one of HL7's own systems, by the last part of its URL. */
export const hl7 = (system: string, code: string, display?: string): FhirObject => ({
  coding: [{ system: `${terminology}/${system}`, code, display }],
})

export const hl7Coding = (system: string, code: string, display: string): FhirObject => ({
  system: `${terminology}/${system}`,
  code,
  display,
})

/** `code` is the unit in UCUM, where it is not written as `unit` is. */
export const quantity = (value: Decimal, unit: string, code = unit): FhirObject => ({
  value,
  unit,
  system: systems.ucum,
  code,
})

/** From whole cents, so that sums are exact. */
export const money = (cents: number): FhirObject => ({ value: decimal(cents / 100, 2), currency: 'USD' })

export const reference = (type: string, id: string): { readonly reference: string } => ({
  reference: `${type}/${id}`,
})
