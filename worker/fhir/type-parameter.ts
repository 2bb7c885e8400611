import { SluiceError } from '../errors.ts'
import { echoText } from './echo-text.ts'
import { maxValues } from './export-parameters.ts'
import { type IgnoredParameter, ignoredParameter } from './ignored-parameter.ts'
import { isResourceType, type ResourceType, suggestType } from './resource-type.ts'

export type TypeParameter = {
  /** Sorted, each once; `undefined` when the parameter is not given, which means all types. */
  readonly types: readonly ResourceType[] | undefined
  readonly unknown: readonly IgnoredParameter[]
}

/** Reads `_type` (IG "Query Parameters"): a list by commas, by repetition, or both, which all mean the same. */
export const readTypeParameter = (values: readonly string[] | undefined): TypeParameter => {
  if (values === undefined) return { types: undefined, unknown: [] }
  const elements = values.flatMap((value) => value.split(',')).map((element) => element.trim())
  if (elements.includes('')) throw refusal('its list of types has an empty element')
  if (elements.length > maxValues) throw refusal(`its list has more than ${maxValues} types`)
  const distinct = [...new Set(elements)]
  return {
    types: distinct.filter(isResourceType).sort(),
    unknown: distinct.filter((element) => !isResourceType(element)).map(unknownType),
  }
}

const unknownType = (text: string): IgnoredParameter => {
  const hint = suggestType(text)
  const question = hint === undefined ? '' : `, did you mean "${hint}"?`
  return ignoredParameter('_type', `"${echoText(text)}" is not a resource type of FHIR R4${question}`)
}

const refusal = (reason: string): SluiceError =>
  new SluiceError('invalid', `Cannot read parameter "_type": ${reason}`)
