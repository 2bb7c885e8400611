/** A resource being made: JSON, but that a decimal is kept as it is to be written, and that a member which is `undefined` is left out. */
export type FhirValue = string | number | boolean | Decimal | readonly FhirValue[] | FhirObject
export type FhirObject = { readonly [name: string]: FhirValue | undefined }
export type Resource = FhirObject & { readonly resourceType: string; readonly id: string }

const digits: unique symbol = Symbol('digits')
export type Decimal = { readonly [digits]: string }

/** FHIR decimals carry their precision: 1.50 is not 1.5. A JavaScript number would lose it. */
export const decimal = (value: number, places: number): Decimal => ({ [digits]: value.toFixed(places) })

/** The JSON text of a value, on one line. */
export const printJson = (value: FhirValue): string => {
  if (typeof value !== 'object') return JSON.stringify(value)
  if (isDecimal(value)) return value[digits]
  if (isList(value)) return `[${value.map(printJson).join(',')}]`
  return `{${Object.entries(value).flatMap(printMember).join(',')}}`
}

const printMember = ([name, value]: readonly [string, FhirValue | undefined]): readonly string[] =>
  value === undefined ? [] : [`${JSON.stringify(name)}:${printJson(value)}`]

const isDecimal = (value: object): value is Decimal => digits in value

const isList = (value: FhirValue): value is readonly FhirValue[] => Array.isArray(value)
