import { SluiceError } from '../../errors.ts'
import { echoText } from '../echo-text.ts'
import { readElementsParameter } from '../elements-parameter.ts'
import type { ElementChoice } from '../export-shape.ts'
import { refuseUnsupported } from '../ignored-parameter.ts'
import { isResourceId } from '../reference.ts'
import { isResourceType, type ResourceType } from '../resource-type.ts'
import type { QueryPair } from './filter.ts'
import { searchParametersOf } from './parameters.ts'

/** A search of a type as REST asks for it (FHIR R4 search.html): what matches, and how the result is to look. */
export type SearchRequest = {
  /** What decides which resources match, for `compileFilter`. */
  readonly query: readonly QueryPair[]
  readonly count: number
  readonly order: SearchOrder
  /** Whether the number of all matches is wanted. */
  readonly wantsTotal: boolean
  /** Nothing but that number. */
  readonly onlyCount: boolean
  /** `undefined` leaves every resource whole. */
  readonly elements: ElementChoice | undefined
  readonly includes: readonly Include[]
  /** Of a page that is not the first: the snapshot, and where to go on. */
  readonly asOf: number | undefined
  readonly after: string | undefined
}

/** By when they were last updated, which is the order of writing, or by id. */
export type SearchOrder = 'lastUpdated' | '-lastUpdated' | 'id' | '-id'

/** Resources that matches refer to by a parameter, of one type or of any. */
export type Include = { readonly parameter: string; readonly target: ResourceType | undefined }

export const defaultSearchCount = 50
/** More than this on a page is not refused but not given either, as FHIR lets a server do (R4 search.html#count). */
const maxSearchCount = 1000

/** "Empty parameters are not an error - they are just ignored by the server" (R4 search, "Handling Errors"). */
export const withoutEmpty = (pairs: readonly QueryPair[]): readonly QueryPair[] =>
  pairs.filter(([, value]) => value !== '')

/** Splits what is about the result from what is about the match, and reads it. What is not supported is refused by name. */
export const readSearchRequest = (type: ResourceType, pairs: readonly QueryPair[]): SearchRequest => {
  const query = pairs.filter(([name]) => !isAboutResult(name))
  const result = new Map(
    [...Map.groupBy(pairs, ([name]) => name)].map(([name, given]) => [name, given.map(([, value]) => value)]),
  )
  const summary = single(result, '_summary')
  if (summary !== undefined && summary !== 'count' && summary !== 'false')
    throw unsupported('_summary', summary, 'only count is')
  const total = single(result, '_total') ?? 'none'
  if (total !== 'none' && total !== 'accurate')
    throw unsupported('_total', total, 'only none and accurate are')
  const count = readNumber(result, '_count') ?? defaultSearchCount
  const onlyCount = summary === 'count' || count === 0 // R4 search.html#count: 0 means the same
  const order = readOrder(single(result, '_sort'))
  return {
    query,
    count: Math.min(count, maxSearchCount),
    order,
    wantsTotal: total === 'accurate' || onlyCount,
    onlyCount,
    elements: readElements(result.get('_elements')),
    includes: readIncludes(type, result.get('_include') ?? []),
    asOf: readNumber(result, '_asOf'),
    after: readAfter(single(result, '_after'), order),
  }
}

const readElements = (values: readonly string[] | undefined): ElementChoice | undefined => {
  const { choice, unknown } = readElementsParameter(values)
  refuseUnsupported(unknown)
  return choice
}

/** An id where they go by id, else a position: what else it may be, no page ended with. */
const readAfter = (text: string | undefined, order: SearchOrder): string | undefined => {
  if (text === undefined) return undefined
  const isPlace = order === 'id' || order === '-id' ? isResourceId(text) : /^\d{1,16}$/.test(text)
  if (!isPlace || (Number(text) > Number.MAX_SAFE_INTEGER && order.endsWith('lastUpdated')))
    throw malformed('_after', text, 'it must be that of a `next` link')
  return text
}

const isAboutResult = (name: string): boolean => resultNames.has(name)

/** `_asOf` and `_after` are ours, and stand in `next` links. */
const resultNames: ReadonlySet<string> = new Set([
  '_count',
  '_sort',
  '_total',
  '_summary',
  '_elements',
  '_include',
  '_format',
  '_pretty',
  '_asOf',
  '_after',
])

const readOrder = (sort: string | undefined): SearchOrder => {
  switch (sort) {
    case undefined:
    case '_lastUpdated':
      return 'lastUpdated'
    case '-_lastUpdated':
      return '-lastUpdated'
    case '_id':
      return 'id'
    case '-_id':
      return '-id'
    default:
      throw unsupported('_sort', sort, 'only _lastUpdated and _id are, each also with a "-" in front')
  }
}

/** Each is looked for in every match, so it counts once, and there are not many. */
const readIncludes = (type: ResourceType, given: readonly string[]): readonly Include[] => {
  const values = [...new Set(given)]
  if (values.length > maxIncludes)
    throw new SluiceError('invalid', `Cannot read _include: there are more than ${maxIncludes} of it`)
  return values.map((value) => readInclude(type, value))
}
const maxIncludes = 50

/** `Type:parameter` or `Type:parameter:Target` (R4 search.html#include). */
const readInclude = (type: ResourceType, value: string): Include => {
  const [source, parameter = '', target, ...others] = value.split(':')
  if (source !== type || others.length > 0)
    throw malformed('_include', value, `it must be ${type}:parameter or ${type}:parameter:Type`)
  if (searchParametersOf(type).get(parameter)?.kind !== 'reference')
    throw unsupported('_include', value, `"${echoText(parameter)}" is no reference parameter of ${type}`)
  if (target !== undefined && !isResourceType(target))
    throw malformed('_include', value, `"${echoText(target)}" is no resource type of FHIR R4`)
  return { parameter, target }
}

type Result = ReadonlyMap<string, readonly string[]>

const readNumber = (result: Result, name: string): number | undefined => {
  const text = single(result, name)
  if (text === undefined) return undefined
  if (!/^\d{1,15}$/.test(text)) throw malformed(name, text, 'it must be a whole number')
  return Number(text)
}

const single = (result: Result, name: string): string | undefined => {
  const [first, ...others] = result.get(name) ?? []
  if (others.length > 0)
    throw new SluiceError('invalid', `Cannot read parameter "${name}": it is given more than once`)
  return first
}

const malformed = (name: string, value: string, reason: string): SluiceError =>
  new SluiceError('invalid', `Cannot read ${name} "${echoText(value)}": ${reason}`)

const unsupported = (name: string, value: string, reason: string): SluiceError =>
  new SluiceError(
    'not-supported',
    `Cannot process ${name} "${echoText(value)}": it is not supported, ${reason}`,
  )
