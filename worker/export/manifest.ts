import type { Config } from '../config.ts'
import { formatInstant } from '../fhir/instant.ts'
import { typeOfId } from '../fhir/resource-type.ts'
import type { Job } from '../store/jobs.ts'
import type { ManifestFile } from '../store/read-export.ts'
import type { FileLinks } from './file-links.ts'
import { tellsDeletions } from './tells-deletions.ts'

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
  /** Free for servers to fill, as an object, as in items: the IG defines no member of it. */
  readonly extension?: { readonly ehiDocumentationUrl: string }
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
  readonly extension: FileExtension
}
/** What tells whether a file is the one that was written; the digests are missing where an earlier version wrote it. */
export type FileExtension = {
  /** As in the manifests of Aidbox; a file that is listed is completed. */
  readonly status: 'completed'
  readonly bytes: number
  /** Of parts that `sha256` is composed of, when it is. */
  readonly partBytes: number
  readonly sha256?: string
  readonly partSha256?: readonly string[]
  readonly storageUri?: string
}

export const manifestOf = async (
  { ehiDocumentationUrl }: Pick<Config, 'ehiDocumentationUrl'>,
  job: Job,
  files: readonly ManifestFile[],
  { linkOf, requiresAccessToken }: Pick<FileLinks, 'linkOf' | 'requiresAccessToken'>,
): Promise<Manifest> => {
  const itemsOf = (kind: ManifestFile['kind']): Promise<readonly ManifestItem[]> =>
    Promise.all(files.filter((file) => file.kind === kind).map((file) => toItem(job, file, linkOf)))
  const { organizedBy } = job.shape
  return {
    transactionTime: formatInstant(job.transactionTime),
    request: job.requestUrl,
    requiresAccessToken,
    ...(organizedBy === undefined ? {} : { outputOrganizedBy: organizedBy }),
    output: await itemsOf('output'),
    ...(tellsDeletions(job) ? { deleted: await itemsOf('deleted') } : {}),
    error: await itemsOf('error'),
    ...(ehiDocumentationUrl === undefined ? {} : { extension: { ehiDocumentationUrl } }),
  }
}

const toItem = async (job: Job, file: ManifestFile, linkOf: FileLinks['linkOf']): Promise<ManifestItem> => {
  const { url, storageUri } = await linkOf(file.name)
  const type = itemType(file)
  return {
    ...(type === undefined ? {} : { type }),
    url,
    count: file.lines,
    ...(file.continuedIn === undefined ? {} : { continuesInFile: (await linkOf(file.continuedIn)).url }),
    extension: extensionOf(job, file, storageUri),
  }
}

const extensionOf = (
  { partBytes }: Job,
  { bytes, digests }: ManifestFile,
  storageUri: string | undefined,
): FileExtension => ({
  status: 'completed',
  bytes,
  partBytes,
  ...(digests && { sha256: digests.sha256 }),
  ...(digests?.partSha256 && { partSha256: digests.partSha256 }),
  ...(storageUri === undefined ? {} : { storageUri }),
})

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
