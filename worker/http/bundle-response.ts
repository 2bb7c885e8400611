import type { SluiceError } from '../errors.ts'
import { errorTable } from '../errors.ts'
import type { OperationOutcome } from '../fhir/operation-outcome.ts'
import type { EntryResult } from '../ingest/entry-result.ts'
import type { BundleResult } from '../ingest/process-bundle.ts'
import type { StoredVersion } from '../store/read-resource.ts'

/** How an entry is answered: with `isRepresented`, what was stored comes too. */
export type BundleAnswer = {
  readonly serverBase: string
  readonly isRepresented: boolean
  readonly toOutcome: (error: SluiceError) => OperationOutcome
}

/** The text of a response Bundle. Resources stand in it as they are stored (I2). */
export const bundleText = ({ type, results }: BundleResult, answer: BundleAnswer): string => {
  const entries = results.map((result) => entryText(result, answer))
  const entry = entries.length === 0 ? '' : `,"entry":[${entries.join(',')}]` // FHIR has no empty arrays
  return `{"resourceType":"Bundle","type":"${type}"${entry}}`
}

const entryText = (result: EntryResult, { serverBase, isRepresented, toOutcome }: BundleAnswer): string => {
  switch (result.outcome) {
    case 'stored': {
      const { name, version, isCreated } = result
      const url = `${serverBase}/${name}`
      const response = {
        status: isCreated ? '201 Created' : '200 OK',
        location: `${url}/_history/${version.versionId}`,
        ...validators(version),
      }
      return withResource(url, isRepresented ? version.line : '', response)
    }
    case 'read':
      return withResource(`${serverBase}/${result.name}`, result.version.line, {
        status: '200 OK',
        ...validators(result.version),
      })
    case 'unchanged':
      return withResource('', '', { status: '304 Not Modified', ...validators(result.version) })
    case 'deleted':
      return withResource('', '', { status: '204 No Content' })
    case 'failed': {
      const { error } = result
      return withResource('', '', {
        status: String(errorTable[error.code].status),
        outcome: toOutcome(error),
      })
    }
    default:
      return result satisfies never
  }
}

const withResource = (fullUrl: string, line: string, response: object): string => {
  const resource = line === '' ? '' : `"fullUrl":${JSON.stringify(fullUrl)},"resource":${line},`
  return `{${resource}"response":${JSON.stringify(response)}}`
}

const validators = ({ versionId, lastUpdated }: StoredVersion) => ({
  etag: `W/"${versionId}"`,
  lastModified: new Date(lastUpdated).toISOString(),
})
