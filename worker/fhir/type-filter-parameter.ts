import { type ErrorCode, SluiceError } from '../errors.ts'
import { echoText } from './echo-text.ts'
import { isResourceType, type ResourceType } from './resource-type.ts'
import { type Filter, parseTypeFilter } from './search/filter.ts'
import type { SearchContext } from './search/term.ts'

/**
 * Reads `_typeFilter` (IG "Query Parameters"): queries `Type?parameter=value`, one a parameter (STU3), or several joined by commas (STU2),
 * cut only in front of what begins another query. All of one type are alternatives. What cannot be searched is refused by name, however
 * the client prefers it handled: passed over, it would let out more than was asked for. Returns the queries as they were written.
 */
export const readTypeFilters = (
  values: readonly string[] | undefined,
  types: readonly ResourceType[] | undefined,
  context: SearchContext,
): readonly string[] => {
  const queries = (values ?? []).flatMap((value) => value.split(betweenQueries)).map((query) => query.trim())
  if (queries.length > maxQueries)
    throw new SluiceError('invalid', `Cannot read _typeFilter: it has more than ${maxQueries} queries`)
  for (const query of queries) {
    const { type } = parseNamed(query, context)
    if (types !== undefined && !types.includes(type))
      throw refusal('invalid', query, `_type does not list ${type}`)
  }
  return [...new Set(queries)]
}

/** The types that queries are about; of the others everything is exported. */
export const filteredTypes = (queries: readonly string[]): readonly ResourceType[] =>
  [...new Set(queries.map((query) => query.split('?', 1)[0] ?? ''))].filter(isResourceType).sort()

/** What is wrong is said of the search; it is this parameter that brought it. */
const parseNamed = (query: string, context: SearchContext): Filter => {
  try {
    return parseTypeFilter(query, context)
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error
    throw refusal(error.code, query, error.message.replace(/^C/, 'c'))
  }
}

const refusal = (code: ErrorCode, query: string, reason: string): SluiceError =>
  new SluiceError(code, `Cannot process _typeFilter "${echoText(query)}": ${reason}`)

/** Each is looked at for every resource of its type. */
const maxQueries = 100

const betweenQueries = /,(?=[A-Z][A-Za-z]+\?)/
