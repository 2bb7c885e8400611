import type { Context } from 'hono'
import { type Deps, fhirBase } from '../deps.ts'
import { SluiceError } from '../errors.ts'
import { echoText } from '../fhir/echo-text.ts'
import { type ListedJob, readJobList } from '../store/read-job-list.ts'
import { assertJsonAccepted } from './accept.ts'
import { askerOf } from './asker.ts'
import { type ExportListShown, exampleExportList } from './export-list-schema.ts'
import { parsePlace, showPlace } from './job-place.ts'
import { noStore } from './no-store.ts'
import { optional, requestHeaders } from './openapi-parameters.ts'
import { outcomes } from './openapi-responses.ts'
import { schemaRef } from './openapi-schemas.ts'
import { type App, fhirRoot, route } from './route.ts'
import { showJob } from './show-job.ts'
import { singleParameter, unreadable } from './single-parameter.ts'

/** `GET [base]/$export-status`: the exports of a client, for one that has lost a polling location. All are everybody's with `AUTH=open`, and administrators'. */
export const registerExportList = (app: App, deps: Deps): void => {
  route(app, fhirRoot(deps.config), '/$export-status', {
    get: {
      operationId: 'listExports',
      summary: 'The exports of this client, the newest first',
      description: 'Exports that were deleted or have expired are not among them.',
      tags: ['Bulk Data Export'],
      parameters: [
        optional(
          'query',
          '_count',
          `At most so many; ${defaultCount} unless told, ${maxCount} at most`,
          '20',
        ),
        optional('query', '_after', 'Goes on behind a page: stands in `next` links', showPlace(examplePlace)),
        requestHeaders.format,
      ],
      responses: {
        200: {
          description: 'A page of exports',
          content: { 'application/json': { schema: schemaRef('ExportList'), example: exampleExportList } },
        },
        ...outcomes(400, 403, 406, 503),
      },
      access: 'client',
      handler: (c) => answerList(c, deps),
    },
  })
}

const defaultCount = 50
/** More than this is not refused but not given either, as FHIR lets a server do (R4 search.html#count). */
const maxCount = 100
const examplePlace = { createdAt: 1_795_170_406_123, jobId: '5f0f2c0e-6a5d-4c1e-9d0b-2f1d5a6b7c8d' }

/** One export more than asked for is read: it tells whether the list goes on. */
const answerList = async (c: Context, { db, clock, config }: Deps): Promise<Response> => {
  assertJsonAccepted(c.req.raw)
  const query = new URL(c.req.url).searchParams
  refuseOthers(query)
  const limit = readCount(query)
  const { clientId } = askerOf(c)
  const jobs = await readJobList(db, {
    after: readPlace(query),
    filter: { clientId },
    limit: limit + 1,
    now: clock.now(),
  })
  const page = jobs.slice(0, limit)
  const last = page.at(-1)
  const hasMore = jobs.length > limit && last !== undefined
  const next = `${fhirBase(config)}/$export-status?_count=${limit}&_after=${last && showPlace(last)}`
  const list: ExportListShown = {
    exports: page.map(showExport),
    link: hasMore ? [{ relation: 'next', url: next }] : [],
  }
  return c.json(list, 200, noStore)
}

/** What an administrator is shown, but for what a client knows, or another may not. */
const showExport = (job: ListedJob): ExportListShown['exports'][number] => {
  const { id, statusUrl, level, state, progress, transactionTime, request, createdAt, ...rest } = showJob(job)
  const { endedAt, expiresAt } = rest
  return {
    id,
    statusUrl,
    level,
    state,
    percent: progress.percent,
    transactionTime,
    request,
    createdAt,
    ...(endedAt === undefined ? {} : { endedAt }),
    ...(expiresAt === undefined ? {} : { expiresAt }),
  }
}

const refuseOthers = (query: URLSearchParams): void => {
  for (const name of query.keys()) {
    if (!known.has(name))
      throw new SluiceError(
        'not-supported',
        `Cannot process parameter "${echoText(name)}": a list of exports takes _count`,
      )
  }
}

const known: ReadonlySet<string> = new Set(['_count', '_after', '_format', '_pretty'])

const readCount = (query: URLSearchParams): number => {
  const text = singleParameter(query, '_count')
  if (text === undefined) return defaultCount
  if (!/^0*[1-9]\d{0,8}$/.test(text)) throw unreadable('_count', 'it must be a whole number from 1')
  return Math.min(Number(text), maxCount)
}

const readPlace = (query: URLSearchParams) => {
  const text = singleParameter(query, '_after')
  const place = text === undefined ? undefined : parsePlace(text)
  if (text !== undefined && place === undefined)
    throw unreadable('_after', 'it must be that of a `next` link')
  return place
}
