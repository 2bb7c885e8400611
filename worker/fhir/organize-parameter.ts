import { SluiceError } from '../errors.ts'
import { echoText } from './echo-text.ts'
import type { ExportShape } from './export-shape.ts'
import { type IgnoredParameter, ignoredParameter } from './ignored-parameter.ts'
import { isResourceType, suggestType } from './resource-type.ts'

export type OrganizeParameter = {
  readonly organizedBy: ExportShape['organizedBy']
  readonly unsupported: readonly IgnoredParameter[]
}

/** Reads `organizeOutputBy` (IG STU3, "Query Parameters", 0..1): files hold blocks of patients. Output by other types is not supported. */
export const readOrganizeParameter = (values: readonly string[] = []): OrganizeParameter => {
  const [first, second] = values
  if (second !== undefined)
    throw new SluiceError('invalid', `Cannot read parameter "${parameter}": it is given more than once`)
  const text = first?.trim()
  if (text === undefined) return { organizedBy: undefined, unsupported: [] }
  if (text === 'Patient') return { organizedBy: text, unsupported: [] }
  return { organizedBy: undefined, unsupported: [ignoredParameter(parameter, reasonAgainst(text))] }
}

/** Of an export that would have had more: a block has only what belongs to its patient. */
export const leftOutNote = 'Resources that belong to no patient are left out of output organized by Patient'

const parameter = 'organizeOutputBy'

const reasonAgainst = (text: string): string => {
  if (isResourceType(text)) return `output by "${text}" is not supported, only by Patient`
  const hint = suggestType(text)
  return `"${echoText(text)}" is not a resource type of FHIR R4${hint === undefined ? '' : `, did you mean "${hint}"?`}`
}
