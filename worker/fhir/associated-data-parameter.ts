import { SluiceError } from '../errors.ts'
import { echoText } from './echo-text.ts'
import { maxValues } from './export-parameters.ts'
import type { AssociatedData } from './export-shape.ts'
import { type IgnoredParameter, ignoredParameter } from './ignored-parameter.ts'

export type AssociatedDataParameter = {
  readonly associated: AssociatedData
  readonly unsupported: readonly IgnoredParameter[]
}

/**
 * Reads `includeAssociatedData` (IG "Query Parameters"): a list by commas, by repetition, or both. Of values that contradict each other
 * the one counts that asks for more.
 */
export const readAssociatedDataParameter = (
  values: readonly string[] | undefined,
): AssociatedDataParameter => {
  const elements = (values ?? []).flatMap((value) => value.split(',')).map((element) => element.trim())
  if (elements.includes('')) throw refusal('its list has an empty element')
  if (elements.length > maxValues) throw refusal(`its list has more than ${maxValues} values`)
  const given = new Set(elements)
  return {
    associated: {
      provenance: provenanceOf(given),
      history: given.has('_history'),
      deleted: given.has('_deleted'),
    },
    unsupported: [...given].filter((value) => !supported.includes(value)).map(unsupportedValue),
  }
}

const latest = 'LatestProvenanceResources'
const relevant = 'RelevantProvenanceResources'

/** Those that begin with an underscore are our own, named as other servers name them. */
const supported: readonly string[] = [latest, relevant, '_history', '_deleted']

const provenanceOf = (given: ReadonlySet<string>): AssociatedData['provenance'] => {
  if (given.has(relevant)) return 'relevant'
  return given.has(latest) ? 'latest' : 'default'
}

const unsupportedValue = (text: string): IgnoredParameter => {
  const meant = supported.find((value) => value.toLowerCase() === text.toLowerCase())
  const hint = meant === undefined ? `, only ${supported.join(', ')} are` : `, did you mean "${meant}"?`
  return ignoredParameter('includeAssociatedData', `"${echoText(text)}" is not supported${hint}`)
}

const refusal = (reason: string): SluiceError =>
  new SluiceError('invalid', `Cannot read parameter "includeAssociatedData": ${reason}`)
