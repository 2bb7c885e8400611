import type { Context } from 'hono'
import { type Deps, fhirBase } from '../deps.ts'
import { historyBundle } from '../fhir/history-bundle.ts'
import { formatInstant } from '../fhir/instant.ts'
import { getHistory, type HistoryPage } from '../ingest/get-history.ts'
import { assertJsonAccepted } from './accept.ts'
import { grantsAtRest } from './asker.ts'
import type { Interaction } from './capabilities.ts'
import { fhirJson } from './error-response.ts'
import {
  type HistoryParameters,
  historyParameters,
  historyQuery,
  readHistoryParameters,
} from './history-parameters.ts'
import { outcomes } from './openapi-responses.ts'
import { nameOf, type ResourceName } from './resource-name.ts'
import { idParameter, tags, typeParameter } from './resource-parts.ts'

/** Of lines on a page: what a remote database answers at once, and what one request may hold in memory. */
const pageBytes = 2 * 1024 * 1024

/** `GET [base]/{type}/{id}/_history` (FHIR R4 http.html#history). */
export const historyInstance = (deps: Deps): Interaction => ({
  code: 'history-instance',
  path: '/{type}/{id}/_history',
  method: 'get',
  operation: {
    operationId: 'readResourceHistory',
    summary: 'The versions of a resource, the newest first, page by page',
    description:
      'A page ends after `_count` versions or 2 MiB, whichever is sooner, and links to the next. How a version was written is not stored: each entry says `PUT` or `DELETE`.',
    tags,
    parameters: [typeParameter, idParameter, ...historyParameters],
    responses: {
      200: {
        description: 'A Bundle of type `history`',
        content: {
          'application/fhir+json': {
            schema: { type: 'object' },
            example: { resourceType: 'Bundle', type: 'history', total: 0 },
          },
        },
      },
      ...outcomes(400, 403, 404, 406, 503),
    },
    access: 'client',
    handler: (c) => answerHistory(c, deps),
  },
})

const answerHistory = async (c: Context, deps: Deps): Promise<Response> => {
  const name = nameOf(c)
  assertJsonAccepted(c.req.raw)
  const parameters = readHistoryParameters(new URL(c.req.url).searchParams)
  const { count, before, sinceMs } = parameters
  const query = { before, since: sinceMs, maxRows: count, maxBytes: pageBytes }
  const history = await getHistory(deps, grantsAtRest(c), name.type, name.id, query)
  const text = bundleOf(name, fhirBase(deps.config), parameters, history)
  return c.body(text, 200, { 'Content-Type': fhirJson, 'Cache-Control': 'private, no-cache' })
}

/** Pages go on before the last version shown, so that versions written meanwhile move nothing. */
const bundleOf = (
  { type, id }: ResourceName,
  base: string,
  parameters: HistoryParameters,
  { total, versions, hasMore }: HistoryPage,
): string => {
  const name = `${type}/${id}`
  const fullUrl = `${base}/${name}`
  const last = versions.at(-1)
  const link = (before: number) => `${fullUrl}/_history${historyQuery({ ...parameters, before })}`
  return historyBundle({
    name,
    fullUrl,
    self: link(parameters.before),
    next: hasMore && last !== undefined ? link(last.versionId) : undefined,
    total,
    entries: versions.map((version) => ({ ...version, lastUpdated: formatInstant(version.lastUpdated) })),
  })
}
