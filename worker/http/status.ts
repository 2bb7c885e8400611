import type { Context } from 'hono'
import type { Deps } from '../deps.ts'
import { unknownExport } from '../export/cannot-steer.ts'
import { removeExport } from '../export/remove.ts'
import { outcomeOf } from '../fhir/operation-outcome.ts'
import { type Asked, answerStatus } from './answer-status.ts'
import { askerOf } from './asker.ts'
import { fhirJson } from './error-response.ts'
import { exampleManifest } from './manifest-schema.ts'
import { headers } from './openapi-headers.ts'
import { optional, pathParameter } from './openapi-parameters.ts'
import { informationContent, outcomes } from './openapi-responses.ts'
import { schemaRef } from './openapi-schemas.ts'
import type { PollPace } from './poll-pace.ts'
import { type App, fhirRoot, route, type Wake } from './route.ts'
import { visibleJob } from './visible-job.ts'

/** `GET` and `DELETE [polling location]` (Bulk Data IG, "Bulk Data Status Request", "Bulk Data Delete Request"). */
export const registerStatus = (app: App, deps: Deps, wake: Wake, pace: PollPace): void => {
  for (const { path, parameters, alias } of places) {
    const flags = alias === undefined ? {} : { deprecated: true }
    route(app, fhirRoot(deps.config), path, {
      get: {
        operationId: `readExportStatus${alias?.name ?? ''}`,
        ...documentation.get,
        ...flags,
        description: alias?.description ?? documentation.get.description,
        parameters: [...parameters, page],
        access: 'client',
        handler: (c) => answerStatus(c, { deps, wake, pace }),
      },
      delete: {
        operationId: `deleteExport${alias?.name ?? ''}`,
        ...documentation.delete,
        ...flags,
        ...(alias === undefined ? {} : { description: alias.description }),
        parameters,
        access: 'client',
        handler: (c) => answerDelete(c, { deps, wake }),
      },
    })
  }
}

const exampleId = '5f0f2c0e-6a5d-4c1e-9d0b-2f1d5a6b7c8d'
const idParameter = pathParameter('id', 'The id of the job, from Content-Location', exampleId)

type Place = {
  readonly path: string
  readonly parameters: ReturnType<typeof optional>[]
  /** What sets its documentation apart, if another place is the one to use. */
  readonly alias: { readonly name: string; readonly description: string } | undefined
}

/** Where it is asked for: our own place, and those that clients of Firely Server know. */
const places: readonly Place[] = [
  { path: '/$export-status/{id}', parameters: [idParameter], alias: undefined },
  {
    path: '/$exportstatus/{id}',
    parameters: [idParameter],
    alias: { name: 'ByAlias', description: 'The same as `/$export-status/{id}`.' },
  },
  {
    path: '/$exportstatus',
    parameters: [{ ...optional('query', '_id', 'The id of the job', exampleId), required: true }],
    alias: {
      name: 'ByFirelyAlias',
      description: 'The same as `/$export-status/{id}`, for clients of Firely Server.',
    },
  },
]

const page = optional('query', 'page', 'A page of a manifest that comes in pages, as `link` names it', '2')

const manifestContent = { 'application/json': { schema: schemaRef('Manifest'), example: exampleManifest } }
const separated = { 'X-Export-Status': headers.xExportStatus }
const running = { 'X-Progress': headers.xProgress, 'Retry-After': headers.retryAfter }

const documentation = {
  get: {
    summary: 'Ask how an export is getting on, and for its manifest',
    description:
      'The manifest is made anew each time. Where URLs open files by themselves (`FILE_ACCESS=capability` or `signed`), asking again brings new ones. After a kick-off with `Prefer: separate-export-status` the answer is 200 also while the export runs and when it has failed, and `X-Export-Status` tells which; an export that has failed then answers an OperationOutcome (`application/fhir+json`).',
    tags: ['Bulk Data Export'],
    responses: {
      200: {
        description: 'Completed: the manifest, or the page of it that was asked for',
        headers: { Expires: headers.expires, ...separated, ...running },
        content: manifestContent,
      },
      202: {
        description:
          'In progress; with a body, the first page of the manifest, only where `allowPartialManifests` was given',
        headers: { ...running, Expires: headers.expires },
        content: manifestContent,
      },
      ...outcomes(403, 404, 410, 429, 500, 503),
    },
  },
  delete: {
    summary: 'Cancel an export, or be done with it: its files go away',
    tags: ['Bulk Data Export'],
    responses: {
      202: {
        description: 'Removed: from now on it is 404',
        content: informationContent('The export is removed, its files will be gone shortly'),
      },
      ...outcomes(403, 404, 410, 503),
    },
  },
}

const answerDelete = async (c: Context, { deps, wake }: Omit<Asked, 'pace'>): Promise<Response> => {
  const { jobId } = await visibleJob(c, deps)
  const isRemoved = await removeExport(deps, jobId, askerOf(c).actor)
  if (!isRemoved) throw unknownExport() // someone else was quicker
  wake(c)
  const removed = outcomeOf([
    {
      severity: 'information',
      code: 'informational',
      diagnostics: 'The export is removed, its files will be gone shortly',
    },
  ])
  return c.body(JSON.stringify(removed), 202, { 'Content-Type': fhirJson })
}
