import type { Context } from 'hono'
import { type Deps, fhirBase } from '../deps.ts'
import { outcomeOf } from '../fhir/operation-outcome.ts'
import type { QueryPair } from '../fhir/search/filter.ts'
import { readSearchRequest, withoutEmpty } from '../fhir/search/search-request.ts'
import { type SearchEntry, searchsetBundle } from '../fhir/search/searchset-bundle.ts'
import type { FoundResource } from '../ingest/found-lines.ts'
import { searchResources } from '../ingest/search-resources.ts'
import { assertJsonAccepted, assertJsonFormats } from './accept.ts'
import { grantsAtRest } from './asker.ts'
import type { Interaction } from './capabilities.ts'
import { fhirJson } from './error-response.ts'
import { optional, type Parameter, requestHeaders } from './openapi-parameters.ts'
import { outcomes } from './openapi-responses.ts'
import { assertMediaType, decodeUtf8, readBytes } from './request-body.ts'
import { typeOf } from './resource-name.ts'
import { tags, typeParameter } from './resource-parts.ts'

const form = 'application/x-www-form-urlencoded'

/** Besides the search parameters of the type, which are too many to list here. */
const searchParameters: Parameter[] = [
  optional('query', '_id', 'Ids of resources, comma-separated', 'example'),
  optional('query', '_lastUpdated', 'When it was last changed, with a prefix such as `ge`', 'ge2026-01-01'),
  optional('query', '_count', 'Resources on a page, at most 1,000', '50'),
  optional(
    'query',
    '_sort',
    '`_lastUpdated` or `_id`, with `-` in front for the other way round',
    '-_lastUpdated',
  ),
  optional('query', '_total', '`accurate` for the number of all matches, else `none`', 'accurate'),
  optional('query', '_summary', '`count` for nothing but the number of matches', 'count'),
  optional('query', '_elements', 'Root elements to keep; mandatory and modifier elements stay', 'id,name'),
  optional(
    'query',
    '_include',
    'Resources that matches refer to: `Type:parameter` or `Type:parameter:Target`',
    'Observation:subject',
  ),
  requestHeaders.format,
]

const shared = {
  description:
    'Every search parameter that FHIR R4 defines for the type is supported; the CapabilityStatement lists them. A page is of one point in time, that of the first, and may be short or empty and still have a `next` link: it does bounded work.',
  tags,
  responses: {
    200: {
      description: 'A Bundle of type `searchset`',
      content: {
        'application/fhir+json': {
          schema: { type: 'object' as const },
          example: { resourceType: 'Bundle', type: 'searchset', link: [] },
        },
      },
    },
    ...outcomes(400, 403, 404, 406, 503),
  },
}

/** `GET [base]/{type}` (FHIR R4 search.html). */
export const searchByGet = (deps: Deps): Interaction => ({
  code: 'search-type',
  path: '/{type}',
  method: 'get',
  operation: {
    ...shared,
    operationId: 'searchResources',
    summary: 'Search the resources of a type, page by page',
    parameters: [typeParameter, ...searchParameters],
    access: 'client',
    handler: (c) => answerSearch(c, deps, []),
  },
})

/** `POST [base]/{type}/_search` (FHIR R4 http.html#search): the same, with parameters in a form, which no log of URLs keeps. */
export const searchByPost = (deps: Deps): Interaction => ({
  code: 'search-type',
  path: '/{type}/_search',
  method: 'post',
  operation: {
    ...shared,
    operationId: 'searchResourcesByPost',
    summary: 'Search the resources of a type, with the parameters in a form',
    parameters: [typeParameter, ...searchParameters],
    requestBody: {
      required: false,
      description: 'Search parameters; those of the URL count too',
      content: { [form]: { schema: { type: 'object' }, example: { _count: '10' } } },
    },
    responses: { ...shared.responses, ...outcomes(413, 415) },
    access: 'client',
    handler: async (c) => answerSearch(c, deps, await readForm(c, deps)),
  },
})

const answerSearch = async (c: Context, deps: Deps, ofBody: readonly QueryPair[]): Promise<Response> => {
  const type = typeOf(c)
  assertJsonAccepted(c.req.raw)
  const pairs = withoutEmpty([...new URL(c.req.url).searchParams, ...ofBody])
  assertJsonFormats(pairs.filter(([name]) => name === '_format').map(([, value]) => value))
  const request = readSearchRequest(type, pairs)
  const base = fhirBase(deps.config)
  const grants = grantsAtRest(c)
  const { asOf, matches, included, next, total } = await searchResources(deps, grants, type, request)
  const own = pairs.filter(([name]) => name !== '_asOf' && name !== '_after')
  const linkTo = (more: readonly QueryPair[]) => {
    const query = new URLSearchParams([...own, ...more].map(([name, value]) => [name, value]))
    return `${base}/${type}${query.size === 0 ? '' : `?${query}`}`
  }
  const text = searchsetBundle({
    self: linkTo(pairs.filter(([name]) => name === '_asOf' || name === '_after')),
    next:
      next === undefined
        ? undefined
        : linkTo([
            ['_asOf', String(asOf)],
            ['_after', next],
          ]),
    total,
    entries: [
      ...entriesOf(base, matches, 'match'),
      ...entriesOf(base, included.resources, 'include'),
      ...(included.isWhole ? [] : [tooMuch]),
    ],
  })
  return c.body(text, 200, { 'Content-Type': fhirJson, 'Cache-Control': 'private, no-cache' })
}

const tooMuch: SearchEntry = {
  mode: 'outcome',
  text: JSON.stringify(
    outcomeOf([
      {
        severity: 'warning',
        code: 'too-costly',
        diagnostics: 'Cannot include all: it is more than a page holds. A smaller _count leaves room for it',
      },
    ]),
  ),
}

const entriesOf = (base: string, resources: readonly FoundResource[], mode: 'match' | 'include') =>
  resources.map(({ type, id, line }) => ({ fullUrl: `${base}/${type}/${id}`, text: line, mode }))

const readForm = async (c: Context, { config }: Deps): Promise<readonly QueryPair[]> => {
  const bytes = await readBytes(c.req.raw, config.limits.maxRequestBytes)
  if (bytes.length === 0) return []
  assertMediaType(c.req.raw, [form])
  return [...new URLSearchParams(decodeUtf8(bytes))]
}
