import type { Deps } from '../deps.ts'
import { assignPage, type PageRead, readPage } from '../store/manifest-pages.ts'
import type { ManifestFile } from '../store/read-export.ts'

/** A page of the manifest of a job that allows partial manifests (Bulk Data IG STU3, `allowPartialManifests`). */
export type ManifestPage = {
  readonly files: readonly ManifestFile[]
  /** No page follows. */
  readonly isLast: boolean
}

/**
 * The page of that number, made now if it is the next one and there is something for it. From then on it is what it is: a client may have
 * read it (IG: a manifest is not altered). `not-yet`: it would be the next one, and nothing is there to be listed on it.
 */
export const publishPage = async (
  { db, config }: Pick<Deps, 'db' | 'config'>,
  jobId: string,
  number: number,
): Promise<ManifestPage | 'not-yet' | 'unknown'> => {
  const before = await readPage(db, jobId, number)
  if (before === undefined || number > before.shown + 1) return 'unknown'
  if (number <= before.shown) return toPage(before, number)
  if (before.last !== undefined) return 'unknown'
  // Who polls for a page writes only when there is one to be written.
  if (before.state !== 'completed' && !before.hasMore) return 'not-yet'
  await assignPage(db, jobId, number, config.limits.manifestPageFiles)
  const after = await readPage(db, jobId, number)
  return after === undefined || number > after.shown ? 'not-yet' : toPage(after, number)
}

const toPage = ({ files, last }: PageRead, number: number): ManifestPage => ({
  files,
  isLast: number === last,
})
