import type { Context } from 'hono'
import { type Deps, fhirBase } from '../deps.ts'
import { outcomeOf } from '../fhir/operation-outcome.ts'
import { parsePrefer } from '../fhir/prefer.ts'
import type { ResourceType } from '../fhir/resource-type.ts'
import type { WrittenResource } from '../ingest/write-line.ts'
import type { StoredVersion } from '../store/read-resource.ts'
import { fhirJson } from './error-response.ts'
import { isNotModified } from './file-preconditions.ts'

/** The body of an answer, made only when there is to be one. */
export type Body = {
  readonly headers: Readonly<Record<string, string>>
  readonly content: string | Uint8Array<ArrayBuffer>
}

export const jsonBody = ({ line }: StoredVersion): Body => ({
  headers: { 'Content-Type': fhirJson },
  content: line,
})

/** The answer to a read: 304 for who has this version. */
export const readResponse = (
  c: Context,
  version: StoredVersion,
  body: (version: StoredVersion) => Body = jsonBody,
): Response => {
  const headers = versionHeaders(version)
  const validators = { etag: headers.ETag, lastModified: headers['Last-Modified'] }
  if (isNotModified(c.req.raw.headers, validators)) return c.body(null, 304, headers)
  const { content, headers: ofBody } = body(version)
  return c.body(content, 200, { ...headers, ...ofBody })
}

/** The answer to a write, with the body that `Prefer: return` asks for: the resource, unless told otherwise. */
export const writeResponse = (
  c: Context,
  { config }: Deps,
  type: ResourceType,
  { id, version, isCreated }: WrittenResource,
): Response => {
  const name = `${type}/${id}/_history/${version.versionId}`
  const status = isCreated ? 201 : 200
  const headers = {
    ...versionHeaders(version),
    ...(isCreated ? { Location: `${fhirBase(config)}/${name}` } : {}),
  }
  const { returns } = parsePrefer(c.req.header('prefer'))
  if (returns === 'minimal') return c.body(null, status, headers)
  const content = returns === 'OperationOutcome' ? outcomeText(`Stored ${name}`) : version.line
  return c.body(content, status, { ...headers, 'Content-Type': fhirJson })
}

const outcomeText = (diagnostics: string): string =>
  JSON.stringify(outcomeOf([{ severity: 'information', code: 'informational', diagnostics }]))

const versionHeaders = ({ versionId, lastUpdated }: StoredVersion) => ({
  ETag: `W/"${versionId}"`,
  'Last-Modified': new Date(lastUpdated).toUTCString(),
  'Cache-Control': 'private, no-cache',
})
