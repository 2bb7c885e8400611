import type { Deps } from '../deps.ts'
import { statusUrlOf } from '../export/export-urls.ts'
import { linkFiles } from '../export/file-links.ts'
import { type Manifest, manifestOf } from '../export/manifest.ts'
import { recordManifest } from '../export/record-manifest.ts'
import type { Actor } from '../platform/actor.ts'
import type { Job } from '../store/jobs.ts'
import type { ManifestFile } from '../store/read-export.ts'

export type ManifestAnswer = {
  readonly files: readonly ManifestFile[]
  /** The number of the page that follows; without, this is the last or only one. */
  readonly nextPage?: number | undefined
  readonly status: 200 | 202
  readonly headers?: Readonly<Record<string, string>>
  /** Who gets it. */
  readonly actor: Actor
}

/**
 * A manifest, or a page of one. `Expires` says when "the files listed will no longer be available": a signed URL that ends before the job
 * does is what was listed, so its end counts. Asking again brings new URLs, and a new `Expires`, until the job expires.
 */
export const manifestResponse = async (
  deps: Deps,
  job: Job,
  { files, nextPage, status, headers = {}, actor }: ManifestAnswer,
): Promise<Response> => {
  const { compat } = deps.config
  const links = linkFiles(deps, job)
  const manifest: Manifest = {
    // On pages it would be another one from time to time, and a page never changes.
    ...(compat.includes('manifest-status') && !job.shape.allowsPartialManifests
      ? { status: 'completed' }
      : {}),
    ...(await manifestOf(deps.config, job, files, links)),
    ...(nextPage === undefined
      ? {}
      : { link: [{ relation: 'next', url: statusUrlOf(compat, job, nextPage) }] }),
  }
  await recordManifest(deps, job, { files: files.length, endAt: links.endAt, actor })
  return new Response(JSON.stringify(manifest), {
    status,
    headers: {
      'Content-Type': 'application/json; charset=utf-8',
      'Cache-Control': 'no-store',
      ...(links.endAt === undefined ? {} : { Expires: new Date(links.endAt).toUTCString() }),
      ...headers,
    },
  })
}
