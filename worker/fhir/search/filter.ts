import { SluiceError } from '../../errors.ts'
import { echoText } from '../echo-text.ts'
import { isJsonObject, type JsonObject } from '../json.ts'
import { isResourceType, type ResourceType, suggestType } from '../resource-type.ts'
import { type Candidates, candidatesOf } from './candidates.ts'
import { compilers } from './compilers.ts'
import { type Look, mayAnswer, mayHold } from './may-hold.ts'
import { assertModifier } from './modifiers.ts'
import { type SearchParameter, searchParametersOf } from './parameters.ts'
import { type Clause, malformed, type SearchContext, unsupportedModifier } from './term.ts'
import { isWellEscaped, splitEscaped } from './values.ts'

/** A search query on one type, compiled: what it says is said of one resource at a time. */
export type Filter = {
  readonly type: ResourceType
  readonly matches: (resource: JsonObject) => boolean
  /**
   * A cheap look at the text of a resource: false when it cannot match, whatever a parser would make of it. Of each clause some text must
   * stand in it, unless it hides (`mayHide`), which a caller who asks about many lines may find out for all of them at once.
   */
  readonly mayMatch: (line: string, hides?: boolean) => boolean
  /** Without any clause: everything of the type matches. */
  readonly isEmpty: boolean
  /** Of all clauses: each may be looked for in every resource. */
  readonly values: number
  /** All that matches is among these, which the store finds by key; `undefined` when no clause says so. */
  readonly among: Candidates | undefined
}

/** Name and value of each parameter, decoded, in order. All of them have to hold (R4 search, "AND"). */
export type QueryPair = readonly [name: string, value: string]

/** Compiles a query; refuses by name what FHIR does not define (`invalid`), or defines and this server cannot do (`not-supported`). */
export const compileFilter = (
  type: ResourceType,
  given: readonly QueryPair[],
  context: SearchContext,
): Filter => {
  const query = [...new Map(given.map((pair) => [JSON.stringify(pair), pair])).values()] // what is said twice is looked for once
  if (query.length > maxClauses)
    throw new SluiceError(
      'invalid',
      `Cannot search ${type}: the query has more than ${maxClauses} parameters`,
    )
  const values = query.reduce((sum, [, value]) => sum + splitEscaped(value, ',').length, 0)
  if (values > maxValues)
    throw new SluiceError('invalid', `Cannot search ${type}: the query has more than ${maxValues} values`)
  const clauses = query.map(([name, value]) => compileClause(type, name, value, context))
  return {
    type,
    matches: (resource) => clauses.every((clause) => clause.matches(resource)),
    mayMatch: (line, hides = mayHide(line)) => hides || clauses.every((clause) => clause.mayMatch(line)),
    isEmpty: clauses.length === 0,
    values,
    among: clauses.map(({ among }) => among).find((among) => among !== undefined),
  }
}

/** Each goes through all of a resource, however large it is. */
const maxClauses = 50

/** A list of ids that a client holds has place; without a limit, one request would keep the service busy for minutes. */
export const maxValues = 1000

/** `Type?query` (Bulk Data IG, `_typeFilter`). */
export const parseTypeFilter = (text: string, context: SearchContext): Filter => {
  const mark = text.indexOf('?')
  const type = mark === -1 ? text : text.slice(0, mark)
  if (mark === -1) throw invalidFilter(text, 'it is not of the form Type?parameter=value')
  if (!isResourceType(type)) {
    const hint = suggestType(type)
    throw invalidFilter(
      text,
      `it names no resource type of FHIR R4${hint === undefined ? '' : `, did you mean "${hint}"?`}`,
    )
  }
  const query = [...new URLSearchParams(text.slice(mark + 1))]
  if (query.length === 0) throw invalidFilter(text, 'its query is empty')
  return compileFilter(type, query, context)
}

/** A text may say by escapes what no look at it sees; and a quantity may be less or more than its value. */
export const mayHide = (text: string): boolean => text.includes('\\u') || text.includes('"comparator":')

type CompiledClause = Pick<Filter, 'matches'> & {
  readonly mayMatch: Look
  readonly among?: Candidates | undefined
}

const compileClause = (
  type: ResourceType,
  name: string,
  value: string,
  context: SearchContext,
): CompiledClause => {
  const [code = '', modifier = '', ...others] = name.split(':')
  if (refusedNames.has(code))
    throw refusedParameter(name, 'it is about the result of a search, not about what matches')
  const parameter = searchParametersOf(type).get(code)
  const clause: Clause = { parameter: code, modifier, value }
  if (parameter === undefined) throw unknownParameter(type, name)
  if (others.length > 0 || (name.includes(':') && modifier === ''))
    throw unsupportedModifier(
      { ...clause, modifier: name.slice(code.length + 1) },
      'a parameter has one modifier',
    )
  assertModifier(parameter, clause)
  if (modifier === 'missing') return compileMissing(parameter, clause)
  if (!isWellEscaped(value)) throw malformed(clause, 'a "\\" stands only in front of one of , | $ \\')
  const values = splitEscaped(value, ',')
  if (values.includes('')) throw malformed(clause, 'it has an empty value')
  const { kind } = parameter
  if (kind === 'composite') return compileComposite(parameter, clause, values, context)
  const compile = compilers[kind]
  const terms = values.map((one) => compile({ ...clause, value: one }, context))
  const anyMatches = (resource: JsonObject): boolean =>
    parameter.select(resource).some((selected) => terms.some((term) => term.matches(selected, resource)))
  if (modifier === 'not') return { matches: (resource) => !anyMatches(resource), mayMatch: () => true }
  return {
    matches: anyMatches,
    mayMatch: mayAnswer(parameter, terms),
    among: candidatesOf(parameter, clause, values, context),
  }
}

const compileMissing = (parameter: SearchParameter, clause: Clause): CompiledClause => {
  if (clause.value !== 'true' && clause.value !== 'false') throw malformed(clause, 'it must be true or false')
  const isWanted = clause.value === 'false'
  return {
    matches: (resource) => parameter.select(resource).length > 0 === isWanted,
    mayMatch: isWanted ? mayHold(parameter.roots, [{ needle: '' }]) : () => true,
  }
}

/** All components in one and the same element (R4 search, "composite"). */
const compileComposite = (
  parameter: SearchParameter,
  clause: Clause,
  values: readonly string[],
  context: SearchContext,
): CompiledClause => {
  const { components } = parameter
  const alternatives = values.map((value) => {
    const parts = splitEscaped(value, '$')
    if (parts.length !== components.length)
      throw malformed(clause, `it must have ${components.length} parts joined by "$"`)
    return components.map(({ kind }, i) => {
      if (kind === 'composite') throw malformed(clause, 'a component cannot be composite')
      return compilers[kind]({ parameter: clause.parameter, modifier: '', value: parts[i] ?? '' }, context)
    })
  })
  const holds = (element: JsonObject, resource: JsonObject): boolean => {
    const found = components.map(({ select }) => select(element, resource))
    return alternatives.some((terms) =>
      terms.every((term, i) => found[i]?.some((selected) => term.matches(selected, resource))),
    )
  }
  const needles = alternatives.map((terms) => terms.find(({ needle }) => needle !== '') ?? { needle: '' })
  return {
    matches: (resource) =>
      parameter.select(resource).some(({ value }) => isJsonObject(value) && holds(value, resource)),
    mayMatch: mayHold([], needles),
  }
}

const resultNames = [
  '_sort',
  '_count',
  '_include',
  '_revinclude',
  '_summary',
  '_total',
  '_elements',
  '_contained',
  '_containedType',
  '_format',
  '_pretty',
  '_score',
  '_maxresults',
  '_graph',
]
const refusedNames: ReadonlySet<string> = new Set(resultNames)

const refusedParameter = (name: string, reason: string): SluiceError =>
  new SluiceError('invalid', `Cannot filter by "${echoText(name)}": ${reason}`)

const unknownParameter = (type: ResourceType, name: string): SluiceError => {
  const isChained = name.includes('.') || name.startsWith('_has:')
  const reason = isChained
    ? 'chained searches are not supported'
    : `it is no search parameter of ${type} that this server has`
  return new SluiceError('not-supported', `Cannot search ${type} by "${echoText(name)}": ${reason}`)
}

const invalidFilter = (text: string, reason: string): SluiceError =>
  new SluiceError('invalid', `Cannot read search "${echoText(text)}": ${reason}`)
