import { type ErrorCode, SluiceError } from '../errors.ts'
import { echoText } from './echo-text.ts'
import { isResourceType, type ResourceType } from './resource-type.ts'
import { type Filter, maxValues, parseTypeFilter } from './search/filter.ts'
import type { SearchContext } from './search/term.ts'

/**
 * Reads `_typeFilter` (IG "Query Parameters"): queries `Type?parameter=value`, one a parameter (STU3), or several joined by commas (STU2),
 * cut only in front of what begins another query. All of one type are alternatives. What cannot be searched is refused by name, however
 * the client prefers it handled: passed over, it would let out more than was asked for. Returns the queries as they were written, sorted, for
 * in any order they are the same.
 */
export const readTypeFilters = (
  values: readonly string[] | undefined,
  types: readonly ResourceType[] | undefined,
  context: SearchContext,
): readonly string[] => {
  const queries = (values ?? []).flatMap((value) => value.split(betweenQueries)).map((query) => query.trim())
  if (queries.length > maxQueries)
    throw new SluiceError('invalid', `Cannot read _typeFilter: it has more than ${maxQueries} queries`)
  let asked = 0
  for (const query of queries) {
    const { type, values: ofQuery } = parseNamed(query, context)
    asked += ofQuery
    if (asked > maxValues)
      throw new SluiceError('invalid', `Cannot read _typeFilter: it has more than ${maxValues} values`)
    if (types !== undefined && !types.includes(type))
      throw refusal('invalid', query, `_type does not list ${type}`)
  }
  return [...new Set(queries)].sort()
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

/** Each is looked at for every resource of its type, and each value looked for: a page of resources must not take seconds. */
const maxQueries = 100

/** With blanks between them too: taken for a value, the second would leave its type unfiltered. */
const betweenQueries = /,(?=\s*[A-Z][A-Za-z]+\?)/
