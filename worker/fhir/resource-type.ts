import { SluiceError } from '../errors.ts'
import { resourceTypes } from './r4/resource-types.generated.ts'

/** A concrete resource type of FHIR R4 (http://hl7.org/fhir/R4/resourcelist.html). */
export type ResourceType = (typeof resourceTypes)[number]

/** Type names are case-sensitive (http://hl7.org/fhir/R4/http.html#root). */
export const isResourceType = (text: string): text is ResourceType => idsOfTypes.has(text)

/** The id that stands for a type in the database: 1 for the first type of the frozen list. */
export const typeIdOf = (type: ResourceType): number => {
  const id = idsOfTypes.get(type)
  if (id === undefined) {
    throw new SluiceError('internal', `Cannot number resource type "${type}": it is unknown`)
  }
  return id
}

export const typeOfId = (id: number): ResourceType => {
  const type = resourceTypes[id - 1]
  if (type === undefined) {
    throw new SluiceError('internal', `Cannot name resource type number "${id}": it is out of range`)
  }
  return type
}

/** The type that `text` names when case is ignored, for a "did you mean". */
export const suggestType = (text: string): ResourceType | undefined =>
  typesInLowerCase.get(text.toLowerCase())

const idsOfTypes: ReadonlyMap<string, number> = new Map(resourceTypes.map((type, index) => [type, index + 1]))
const typesInLowerCase: ReadonlyMap<string, ResourceType> = new Map(
  resourceTypes.map((type) => [type.toLowerCase(), type]),
)

export const patientTypeId = typeIdOf('Patient')
