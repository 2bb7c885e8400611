import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createTestHarness } from 'wrangler'
import { type S3Options, s3Storage } from '../../worker/storage/s3.ts'
import type { Storage } from '../../worker/storage/storage.ts'

/**
 * Wrangler's R2 on loopback, with the S3 endpoint: it checks signatures, hashes, the 5 MiB minimum and equal parts. It cannot list
 * parts or unfinished uploads, takes no session token, and gives a part that is uploaded again another ETag.
 */
export type R2Server = {
  /** Everything but the prefix; several storages of different prefixes do not see each other. */
  readonly options: Omit<S3Options, 'prefix'>
  /** For `STORAGE_URL`. */
  readonly storageUrl: (prefix?: string) => string
  /** What a service is told of such a storage, and by what it may use it. */
  environment(prefix: string): {
    STORAGE_URL: string
    AWS_ACCESS_KEY_ID: string
    AWS_SECRET_ACCESS_KEY: string
  }
  readonly storage: (prefix: string) => Storage
  close(): Promise<void>
}

/** The least R2 takes for a part that is not the last. */
export const r2PartBytes = 5 * 1024 * 1024

export const startR2Server = async (): Promise<R2Server> => {
  process.env.CLOUDFLARE_CF_FETCH_ENABLED = 'false'
  process.env.WRANGLER_SEND_METRICS = 'false'
  const root = await mkdtemp(join(tmpdir(), 'sluice-r2-'))
  const main = join(root, 'worker.js')
  await writeFile(main, 'export default { fetch: () => new Response(null, { status: 404 }) }')
  const credentials = { accessKeyId: 'r2-key', secretAccessKey: 'r2-secret' }
  const bucket = 'sluice-exports'
  const r2 = {
    binding: 'BUCKET',
    bucket_name: bucket,
    local_dev: { experimental_s3_credentials: credentials },
  }
  const harness = createTestHarness({
    root,
    workers: [{ config: { name: 'r2', main, compatibility_date: '2026-01-01', r2_buckets: [r2] } }],
  })
  const { url } = await harness.listen()
  const endpoint = new URL('/cdn-cgi/local/r2/s3', url).href
  const options = { bucket, endpoint, region: 'auto', pathStyle: true, listsUploads: false, credentials }
  const storageUrl = (prefix = ''): string =>
    `s3://${bucket}/${prefix}?endpoint=${encodeURIComponent(endpoint)}&region=auto&pathStyle=true&listUploads=false`
  return {
    options,
    storageUrl,
    environment: (prefix) => ({
      STORAGE_URL: storageUrl(prefix),
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    }),
    storage: (prefix) => s3Storage({ ...options, prefix }),
    close: async () => {
      await harness.close()
      await rm(root, { recursive: true, force: true })
    },
  }
}
