import { expect } from 'vitest'
import { isJsonObject, type Json, type JsonObject } from '../../worker/fhir/json.ts'
import { finished, saidBy } from '../export/history.ts'
import { objectsOf, textOf } from '../fhir/r4-package.ts'
import { type ExportedFiles, type Harness, nameOf, pathOf } from '../support/harness.ts'

export const base = 'http://127.0.0.1:8080/fhir'

/** Kick-offs of the three levels, for populations whose Group is `g`. */
export const levels = ['$export', 'Patient/$export', 'Group/g/$export'] as const
export const patientLevels = ['Patient/$export', 'Group/g/$export'] as const

export const lenient = { prefer: 'respond-async, handling=lenient' }

/** What a client has in its hands when an export is done. */
export type Exported = ExportedFiles & {
  /** The lines of the output files, parsed, in their order. */
  readonly resources: readonly JsonObject[]
  /** `Type/id` of each of them. */
  readonly names: readonly string[]
  /** `Type/id` of what is said to be deleted. */
  readonly deleted: readonly string[]
  /** The lines of the error files. */
  readonly outcomes: readonly JsonObject[]
}

/** A POST with a Parameters resource. */
export const withParameters = (
  parameter: readonly object[],
  headers: Record<string, string> = {},
): RequestInit => ({
  method: 'POST',
  body: JSON.stringify({ resourceType: 'Parameters', parameter }),
  headers: { 'content-type': 'application/fhir+json', ...headers },
})

/** The path of the status request of an export that must have been accepted. */
export const kickOff = async (h: Harness, path: string, init?: RequestInit): Promise<string> => {
  const response = await h.request(`/fhir/${path}`, init)
  expect(`${response.status} ${await response.clone().text()}`).toMatch(/^202/)
  return pathOf(response.headers.get('content-location') ?? '')
}

export const runExport = async (h: Harness, path: string, init?: RequestInit): Promise<Exported> =>
  readExport(h, await kickOff(h, path, init))

/** Brings an export to its end and reads all it lists. */
export const readExport = async (h: Harness, statusPath: string): Promise<Exported> => {
  const files = await finished(h, statusPath)
  const linesBehind = (items: readonly { readonly url: string }[]) =>
    items.flatMap(({ url }) => resourcesIn(files.text.get(nameOf(url)) ?? ''))
  const resources = linesBehind(files.manifest.output)
  return {
    ...files,
    resources,
    names: resources.map(({ resourceType, id }) => `${textOf(resourceType)}/${textOf(id)}`),
    deleted: saidBy(files).deleted,
    outcomes: linesBehind(files.manifest.error),
  }
}

/** The resources of a file's text, each on a line that ends. */
export const resourcesIn = (text: string): readonly JsonObject[] =>
  text.split('\n').slice(0, -1).map(parseObject)

export const parseObject = (text: string): JsonObject => {
  const json: Json = JSON.parse(text)
  if (!isJsonObject(json)) throw new Error(`no object: ${text}`)
  return json
}

/** What an OperationOutcome says. */
export const diagnosticsOf = (outcome: JsonObject): string =>
  objectsOf(outcome.issue)
    .map(({ diagnostics }) => textOf(diagnostics))
    .join()
