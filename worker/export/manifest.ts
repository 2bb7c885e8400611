import { formatInstant } from '../fhir/instant.ts'
import { typeOfId } from '../fhir/resource-type.ts'
import type { Job } from '../store/jobs.ts'
import type { ManifestFile } from '../store/read-export.ts'
import type { FileLinks } from './file-links.ts'

/** The manifest of STU2 and STU3 (Bulk Data IG, "Response - Output Manifest"). */
export type Manifest = {
  /** Not of the IG (`COMPAT`, `manifest-status`). */
  readonly status?: 'completed'
  readonly transactionTime: string
  readonly request: string
  readonly requiresAccessToken: boolean
  readonly output: readonly ManifestItem[]
  readonly deleted?: readonly ManifestItem[]
  readonly error: readonly ManifestItem[]
  /** The page that follows this one, of a manifest in pages. */
  readonly link?: readonly [{ readonly relation: 'next'; readonly url: string }]
}
export type ManifestItem = {
  readonly type: string
  readonly url: string
  readonly count: number
  /** Free for servers to fill, as an object: the IG defines no member of it. */
  readonly extension?: { readonly storageUri: string } | undefined
}

/**
 * `requiresAccessToken` is false whatever `FILE_ACCESS` is: `AUTH=open` has no tokens, a signed URL wants none, and credentials for
 * the storage are none.
 */
export const manifestOf = async (
  job: Job,
  files: readonly ManifestFile[],
  { linkOf }: Pick<FileLinks, 'linkOf'>,
): Promise<Manifest> => {
  const itemsOf = (kind: ManifestFile['kind']): Promise<readonly ManifestItem[]> =>
    Promise.all(files.filter((file) => file.kind === kind).map((file) => toItem(file, linkOf)))
  return {
    transactionTime: formatInstant(job.transactionTime),
    request: job.requestUrl,
    requiresAccessToken: false,
    output: await itemsOf('output'),
    ...(job.hasSince ? { deleted: await itemsOf('deleted') } : {}),
    error: await itemsOf('error'),
  }
}

const toItem = async (file: ManifestFile, linkOf: FileLinks['linkOf']): Promise<ManifestItem> => {
  const { url, storageUri } = await linkOf(file.name)
  const item = { type: itemType(file), url, count: file.lines }
  return storageUri === undefined ? item : { ...item, extension: { storageUri } }
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
