import { SluiceError } from '../errors.ts'
import {
  type ExportParameterName,
  isExportParameterName,
  isLikeTypeFilter,
  isPassedOver,
  nameMeant,
  suggestParameterName,
} from './export-parameter-names.ts'
import { readParametersBody } from './export-parameters-body.ts'
import { essentialParameter, type IgnoredParameter, ignoredParameter } from './ignored-parameter.ts'

/** Name and value, decoded, in the order of the request. */
export type ParameterPair = readonly [name: string, value: string]

export type ExportParameters = {
  /** One value for each time that the parameter was given. */
  readonly values: ReadonlyMap<ExportParameterName, readonly string[]>
  readonly unknown: readonly IgnoredParameter[]
}

/** More than any list of types needs, so that neither an answer nor the outcomes of an export grow without limit. */
export const maxValues = 1000
const maxValueLength = 10_000

/** Patients come one a parameter, or many in one; how many there may be is said where they are read. */
const mayBeMany = (name: string): boolean => name === 'patient'

/**
 * Brings the query and the body of a kick-off together. A parameter may stand in both only if it says the same in both:
 * otherwise one of them would be ignored in silence.
 */
export const gatherExportParameters = (
  given: readonly ParameterPair[],
  body: unknown,
  allowsTypeAlias: boolean,
): ExportParameters => {
  const query = given.map(([name, value]) => [nameMeant(name, allowsTypeAlias), value] as const)
  const fromBody = body === undefined ? [] : readParametersBody(body, allowsTypeAlias)
  const all = [...query, ...fromBody]
  if (all.filter(([name]) => !mayBeMany(name)).length > maxValues) {
    throw new SluiceError('invalid', `Cannot read the request: it has more than ${maxValues} parameters`)
  }
  return { values: mergeValues(valuesByName(query), valuesByName(fromBody)), unknown: unknownAmong(all) }
}

const valuesByName = (
  pairs: readonly ParameterPair[],
): ReadonlyMap<ExportParameterName, readonly string[]> => {
  const values = new Map<ExportParameterName, string[]>()
  for (const [name, value] of pairs) {
    if (!isExportParameterName(name)) continue
    if (value.length > maxValueLength && !mayBeMany(name)) {
      throw refusal(name, `its value is longer than ${maxValueLength} characters`)
    }
    const earlier = values.get(name)
    if (earlier === undefined) values.set(name, [value])
    else earlier.push(value)
  }
  return values
}

const mergeValues = (query: ExportParameters['values'], body: ExportParameters['values']) => {
  const merged = new Map([...query, ...body])
  for (const [name, inQuery] of query) {
    const inBody = body.get(name)
    if (inBody === undefined) continue
    if (asList(name, inQuery) !== asList(name, inBody))
      throw refusal(name, 'query and body give it different values')
    // The longer of the two, so that a repetition in either is still seen where only one is allowed.
    if (inQuery.length > inBody.length) merged.set(name, inQuery)
  }
  return merged
}

/** Values that mean the same give the same text: repeats as commas, any order, and a `+` that was decoded as a space. */
const asList = (name: ExportParameterName, values: readonly string[]): string => {
  if (name === '_typeFilter') return JSON.stringify([...new Set(values)].sort()) // commas stand inside of values too
  const elements = values
    .flatMap((value) => value.split(','))
    .map((element) => element.trim().replaceAll(' ', '+'))
  return [...new Set(elements)].sort().join(',')
}

const unknownAmong = (pairs: readonly ParameterPair[]): readonly IgnoredParameter[] => {
  const names = new Set(pairs.map(([name]) => name))
  return [...names]
    .filter((name) => !isExportParameterName(name) && !isPassedOver(name))
    .map(unknownParameter)
}

const unknownParameter = (name: string): IgnoredParameter => {
  const hint = suggestParameterName(name)
  const reason = `it is not supported${hint === undefined ? '' : `, did you mean "${hint}"?`}`
  return isLikeTypeFilter(name) ? essentialParameter(name, reason) : ignoredParameter(name, reason)
}

/** Of a parameter that may be given once. */
export const onlyValue = (
  name: ExportParameterName,
  values: ExportParameters['values'],
): string | undefined => {
  const [first, second] = values.get(name) ?? []
  if (second === undefined) return first
  throw refusal(name, 'it is given more than once')
}

const refusal = (name: ExportParameterName, reason: string): SluiceError =>
  new SluiceError('invalid', `Cannot read parameter "${name}": ${reason}`)
