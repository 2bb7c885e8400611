import type { Context } from 'hono'
import type { Deps } from '../deps.ts'
import { formatInstant } from '../fhir/instant.ts'
import type { ListedJob } from '../store/read-job-list.ts'
import {
  type FilePlace,
  readFiles,
  readProblemPage,
  readSlices,
  readUnits,
  type SlicePart,
  type UnitPart,
} from '../store/read-job-parts.ts'
import type { JobSlicesShown, JobUnitsShown, jobPartSchemas } from './job-part-schemas.ts'
import { badParameter, readCount, readQuery } from './known-query.ts'
import { jobIdParameter, listedJob } from './listed-job.ts'
import { noStore } from './no-store.ts'
import { optional } from './openapi-parameters.ts'
import { outcomes } from './openapi-responses.ts'
import { schemaRef } from './openapi-schemas.ts'
import { type App, route, serviceRoot } from './route.ts'
import { showFile, typeName } from './show-job.ts'

/** `GET /admin/api/jobs/{id}/units`, `slices`, `files` and `problems`: what a job consists of, page by page. */
export const registerJobParts = (app: App, deps: Deps): void => {
  for (const { path, operationId, summary, schema, read } of parts) {
    route(app, serviceRoot(deps.config), `/admin/api/jobs/{id}/${path}`, {
      get: {
        operationId,
        summary,
        tags: ['Administration'],
        parameters: [
          jobIdParameter,
          optional('query', 'after', 'Goes on behind a page: its `next`', '12'),
          optional('query', 'count', 'At most so many; 100 unless told, 1000 at most', '20'),
        ],
        responses: {
          200: {
            description: 'A page of them',
            content: { 'application/json': { schema: schemaRef(schema), example: { [path]: [] } } },
          },
          ...outcomes(400, 403, 404, 503),
        },
        access: 'viewer',
        handler: (c) => answerPart(c, deps, path, read),
      },
    })
  }
}

/** A page: what it shows, each with the key behind which the next one would begin. */
type Keyed = readonly { readonly key: string; readonly shown: object }[]
type ReadPart = (deps: Deps, job: ListedJob, after: string | undefined, limit: number) => Promise<Keyed>
type PartRoute = {
  readonly path: 'units' | 'slices' | 'files' | 'problems'
  readonly operationId: string
  readonly summary: string
  readonly schema: keyof typeof jobPartSchemas
  readonly read: ReadPart
}

/** One more than asked for is read: it tells whether there is a next page. */
const answerPart = async (
  c: Context,
  deps: Deps,
  path: PartRoute['path'],
  read: ReadPart,
): Promise<Response> => {
  const { after, count } = readQuery(c, ['after', 'count'])
  const limit = readCount(count, 100, 1000)
  const job = await listedJob(c, deps)
  const found = await read(deps, job, after, limit + 1)
  const page = found.slice(0, limit)
  const next = found.length > limit ? page.at(-1)?.key : undefined
  const body = { [path]: page.map(({ shown }) => shown), ...(next === undefined ? {} : { next }) }
  return c.json(body, 200, noStore)
}

const unitsOf: ReadPart = async ({ db, clock }, { jobId }, after, limit) => {
  const units = await readUnits(db, jobId, readKey(after, -1), limit)
  return units.map((unit) => ({ key: String(unit.ordinal), shown: showUnit(unit, clock.now()) }))
}

const slicesOf: ReadPart = async ({ db }, { jobId }, after, limit) => {
  const slices = await readSlices(db, jobId, readKey(after, Number.MAX_SAFE_INTEGER), limit)
  return slices.map((slice) => ({ key: String(slice.number), shown: showSlice(slice) }))
}

const filesOf: ReadPart = async ({ db, config }, job, after, limit) => {
  const files = await readFiles(db, job.jobId, readFilePlace(after), limit)
  return files.map((file) => ({
    key: `${file.ordinal}_${file.fileNumber}`,
    shown: showFile(config.fileAccess, job, file),
  }))
}

const problemsOf: ReadPart = async ({ db }, { jobId }, after, limit) => {
  const problems = await readProblemPage(db, jobId, readKey(after, -1), limit)
  return problems.map((shown) => ({ key: String(shown.position), shown }))
}

const parts: readonly PartRoute[] = [
  {
    path: 'units',
    operationId: 'listJobUnits',
    summary: 'The work units of a job',
    schema: 'JobUnits',
    read: unitsOf,
  },
  {
    path: 'slices',
    operationId: 'listJobSlices',
    summary: 'What was done on a job, slice by slice, the last one first',
    schema: 'JobSlices',
    read: slicesOf,
  },
  {
    path: 'files',
    operationId: 'listJobFiles',
    summary: 'The finished files of a job',
    schema: 'JobFiles',
    read: filesOf,
  },
  {
    path: 'problems',
    operationId: 'listJobProblems',
    summary: 'The resources that could not be exported',
    schema: 'JobProblems',
    read: problemsOf,
  },
]

const showUnit = (unit: UnitPart, now: number): JobUnitsShown['units'][number] => ({
  ordinal: unit.ordinal,
  kind: unit.kind,
  ...typeName(unit.typeId ?? undefined),
  source: unit.source,
  range: { after: unit.rangeAfter, end: unit.rangeEnd, at: unit.cursorAfter },
  state: unit.state,
  progress: { done: unit.done, total: unit.total },
  attempts: unit.attempts,
  ...(unit.lastError === null ? {} : { lastError: unit.lastError }),
  ...(unit.state === 'done' || unit.notBefore <= now ? {} : { restsUntil: formatInstant(unit.notBefore) }),
  ...(unit.state === 'done' || unit.leaseUntil <= now
    ? {}
    : { lease: { fence: unit.fence, until: formatInstant(unit.leaseUntil) } }),
})

const showSlice = (slice: SlicePart): JobSlicesShown['slices'][number] => {
  const { outcome } = slice
  return {
    number: slice.number,
    unit: slice.ordinal,
    kind: slice.kind,
    ...typeName(slice.typeId ?? undefined),
    fence: slice.fence,
    beganAt: formatInstant(slice.beganAt),
    endedAt: formatInstant(slice.endedAt),
    rows: slice.rows,
    bytes: slice.bytes,
    ...(outcome === 'done' || outcome === 'continues' ? { outcome } : { outcome: 'failed', reason: outcome }),
  }
}

const readKey = (text: string | undefined, fallback: number): number => {
  if (text === undefined) return fallback
  const key = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN
  if (!Number.isSafeInteger(key)) throw notNext(text)
  return key
}

const readFilePlace = (text: string | undefined): FilePlace => {
  if (text === undefined) return { ordinal: -1, fileNumber: 0 }
  const [, ordinal, fileNumber] = /^(\d{1,10})_(\d{1,10})$/.exec(text) ?? []
  if (ordinal === undefined) throw notNext(text)
  return { ordinal: Number(ordinal), fileNumber: Number(fileNumber) }
}

const notNext = (text: string) => badParameter('after', text, 'it must be the `next` of a page')
