import type { Context } from 'hono'
import type { Deps } from '../deps.ts'
import { SluiceError } from '../errors.ts'
import { isResourceId } from '../fhir/reference.ts'
import { isResourceType, type ResourceType, suggestType } from '../fhir/resource-type.ts'
import { servedOperations } from './capabilities.ts'
import type { App } from './route.ts'

export type ResourceName = { readonly type: ResourceType; readonly id: string }

export const typeOf = (c: Context): ResourceType => {
  const type = c.req.param('type') ?? ''
  if (isResourceType(type)) return type
  const hint = suggestType(type)
  throw notFound(`URL: its type is none of FHIR R4${hint === undefined ? '' : `, did you mean "${hint}"?`}`)
}

export const nameOf = (c: Context): ResourceName => {
  const type = typeOf(c)
  const id = c.req.param('id') ?? ''
  if (!isResourceId(id)) throw malformedId('id')
  return { type, id }
}

/** The version that the URL names. Ours are numbers: any other id is one that there is not, as 0 is. */
export const versionIdOf = (c: Context): number => {
  const versionId = c.req.param('versionId') ?? ''
  if (!isResourceId(versionId)) throw malformedId('version id')
  return /^[1-9]\d{0,14}$/.test(versionId) ? Number(versionId) : 0
}

/**
 * Refuses, by name, what FHIR has below its base and this version lacks, whatever the method: operations, searches, and histories
 * of more than one resource. Then types that there are not, so that no URL below one allows a method. Registered before the
 * routes of resources and behind every other FHIR route.
 */
export const refuseOtherNames = (app: App, { config }: Deps): void => {
  const base = config.fhirPath
  const operations = servedOperations(config)
    .map(({ path }) => `[base]${path}`)
    .join(', ')
  const refuse = (reason: string) => (): never => {
    throw notFound(reason)
  }
  const noOperation = refuse(`operation: served here are ${operations}`)
  for (const below of ['', '/:type', '/:type/:id']) app.all(`${base}${below}/:operation{\\$.+}`, noOperation)
  const noHistory = refuse('URL: a history is served of a single resource, [base]/{type}/{id}/_history')
  const noSearch = refuse('URL: a search is served of a single type, [base]/{type}')
  for (const below of ['', '/:type']) app.all(`${base}${below}/_history`, noHistory)
  app.all(`${base}/_search`, noSearch)
  app.use(`${base}/:type/*`, async (c, next) => {
    typeOf(c)
    await next()
  })
}

const notFound = (what: string): SluiceError => new SluiceError('not-found', `Cannot find this ${what}`)

const malformedId = (what: string): SluiceError =>
  new SluiceError('invalid', `Cannot read ${what}: a FHIR id has 1 to 64 of A-Z a-z 0-9 - .`)
