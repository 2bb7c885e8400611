import { formatInstant } from '../fhir/instant.ts'
import { typeOfId } from '../fhir/resource-type.ts'
import type { Job } from '../store/jobs.ts'
import type { ManifestFile } from '../store/read-export.ts'

/** The manifest of STU2 and STU3 (Bulk Data IG, "Response - Output Manifest"). */
export type Manifest = {
  readonly transactionTime: string
  readonly request: string
  readonly requiresAccessToken: boolean
  readonly output: readonly ManifestItem[]
  readonly deleted?: readonly ManifestItem[]
  readonly error: readonly ManifestItem[]
}
export type ManifestItem = { readonly type: string; readonly url: string; readonly count: number }

export const manifestOf = (job: Job, files: readonly ManifestFile[]): Manifest => {
  const itemsOf = (kind: ManifestFile['kind']): readonly ManifestItem[] =>
    files
      .filter((file) => file.kind === kind)
      .map((file) => ({
        type: itemType(file),
        url: `${job.baseUrl}/$export-file/${job.folder}/${file.name}`,
        count: file.lines,
      }))
  return {
    transactionTime: formatInstant(job.transactionTime),
    request: job.requestUrl,
    requiresAccessToken: false,
    output: itemsOf('output'),
    ...(job.hasSince ? { deleted: itemsOf('deleted') } : {}),
    error: itemsOf('error'),
  }
}

const itemType = ({ kind, typeId }: ManifestFile): string => {
  switch (kind) {
    case 'output':
      return typeId === undefined ? '' : typeOfId(typeId)
    case 'deleted':
      return 'Bundle'
    case 'error':
      return 'OperationOutcome'
    default:
      return kind satisfies never
  }
}
