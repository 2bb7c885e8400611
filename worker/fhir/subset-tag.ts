import { isJsonObject } from './json.ts'

/**
 * The tag of a resource that is not whole (FHIR R4, CodeSystem ObservationValue). Without a `display`: test kits of the Bulk Data IG compare it
 * as it is.
 */
export const subsetTag = {
  system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue',
  code: 'SUBSETTED',
} as const

export const isSubsetTag = (tag: unknown): boolean =>
  isJsonObject(tag) && tag.code === subsetTag.code && tag.system === subsetTag.system
