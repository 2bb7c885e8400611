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
  /** There where `organizeOutputBy` was: then items of `output` have no type. */
  readonly outputOrganizedBy?: 'Patient' | undefined
  readonly output: readonly ManifestItem[]
  readonly deleted?: readonly ManifestItem[]
  readonly error: readonly ManifestItem[]
  /** The page that follows this one, of a manifest in pages. */
  readonly link?: readonly [{ readonly relation: 'next'; readonly url: string }]
}
export type ManifestItem = {
  readonly type?: string | undefined
  readonly url: string
  /** Lines, headers of blocks among them. */
  readonly count: number
  /** The URL of the file in which the last block of this one goes on. */
  readonly continuesInFile?: string | undefined
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
  const { organizedBy } = job.shape
  return {
    transactionTime: formatInstant(job.transactionTime),
    request: job.requestUrl,
    requiresAccessToken: false,
    ...(organizedBy === undefined ? {} : { outputOrganizedBy: organizedBy }),
    output: await itemsOf('output'),
    ...(job.hasSince ? { deleted: await itemsOf('deleted') } : {}),
    error: await itemsOf('error'),
  }
}

const toItem = async (file: ManifestFile, linkOf: FileLinks['linkOf']): Promise<ManifestItem> => {
  const { url, storageUri } = await linkOf(file.name)
  const type = itemType(file)
  return {
    ...(type === undefined ? {} : { type }),
    url,
    count: file.lines,
    ...(file.continuedIn === undefined ? {} : { continuesInFile: (await linkOf(file.continuedIn)).url }),
    ...(storageUri === undefined ? {} : { extension: { storageUri } }),
  }
}

/** A file of blocks has none. */
const itemType = ({ kind, typeId }: ManifestFile): string | undefined => {
  switch (kind) {
    case 'output':
      return typeId === undefined ? undefined : typeOfId(typeId)
    case 'deleted':
      return 'Bundle'
    case 'error':
      return 'OperationOutcome'
    default:
      return kind satisfies never
  }
}
