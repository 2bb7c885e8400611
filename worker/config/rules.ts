import type { z } from 'zod'
import { isLoopbackName } from './loopback.ts'
import { isS3Url } from './s3-url.ts'
import { MiB } from './setting.ts'
import { settings } from './settings.ts'

export type Runtime = 'node' | 'deno' | 'workers'

/** The schema of the whole environment: every setting, and the rules that hold between them. */
export const environmentOf = (runtime: Runtime) =>
  settings
    .superRefine(
      ({ HOST, BASE_URL }, ctx) => {
        if (BASE_URL !== undefined || isLocal(runtime, HOST)) return
        ctx.addIssue({
          code: 'custom',
          path: ['BASE_URL'],
          message: `links need an absolute http or https URL where ${notLocal(runtime, HOST)}`,
        })
      },
      { when: areValid('HOST', 'BASE_URL') },
    )
    .superRefine(
      ({ HOST, AUTH }, ctx) => {
        if (AUTH === undefined && !isLocal(runtime, HOST)) {
          const message = `access must be chosen where ${notLocal(runtime, HOST)}, and open is the only kind of this version`
          ctx.addIssue({ code: 'custom', path: ['AUTH'], message })
        }
        if (AUTH === 'open' && runtime === 'workers') {
          const message = 'a Worker is reached from outside, so it must not be open'
          ctx.addIssue({ code: 'custom', path: ['AUTH'], message })
        }
      },
      { when: areValid('HOST', 'AUTH') },
    )
    .superRefine(
      ({ RETRY_BASE_MS, RETRY_MAX_MS }, ctx) => {
        if (RETRY_BASE_MS <= RETRY_MAX_MS) return
        const message = `it must be at most RETRY_MAX_MS (${RETRY_MAX_MS})`
        ctx.addIssue({ code: 'custom', path: ['RETRY_BASE_MS'], message })
      },
      { when: areValid('RETRY_BASE_MS', 'RETRY_MAX_MS') },
    )
    .superRefine(
      ({ FILE_BYTES, PART_BYTES }, ctx) => {
        if (FILE_BYTES <= maxParts * PART_BYTES) return
        const message = `it must be at most ${maxParts} times PART_BYTES (${PART_BYTES}), for an upload has at most ${maxParts} parts`
        ctx.addIssue({ code: 'custom', path: ['FILE_BYTES'], message })
      },
      { when: areValid('FILE_BYTES', 'PART_BYTES') },
    )
    .superRefine(
      ({ STORAGE_URL, PART_BYTES }, ctx) => {
        if (!isS3Url(STORAGE_URL) || PART_BYTES >= minS3PartBytes) return
        const message = 'it must be at least 5MiB where STORAGE_URL is s3:, which refuses smaller parts'
        ctx.addIssue({ code: 'custom', path: ['PART_BYTES'], message })
      },
      { when: areValid('STORAGE_URL', 'PART_BYTES') },
    )
    .superRefine(
      ({ STORAGE_URL, ...given }, ctx) => {
        for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'] as const) {
          if (!isS3Url(STORAGE_URL) || given[name] !== undefined) continue
          const message = 'requests to the bucket of STORAGE_URL have to be signed'
          ctx.addIssue({ code: 'custom', path: [name], message })
        }
      },
      { when: areValid('STORAGE_URL', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY') },
    )

/** S3's limit, and that of every storage like it. */
const maxParts = 10_000

/** S3's limit for every part but the last. */
const minS3PartBytes = 5 * MiB

const isLocal = (runtime: Runtime, host: string): boolean => runtime !== 'workers' && isLoopbackName(host)

const notLocal = (runtime: Runtime, host: string): string =>
  runtime === 'workers' ? 'the service runs on Workers' : `HOST "${host}" is not a loopback address`

/** A rule runs as soon as its own settings are valid, whatever else is wrong: all problems are told at once. */
const areValid =
  (...names: readonly (keyof typeof settings.shape)[]) =>
  ({ issues }: z.core.ParsePayload): boolean =>
    !issues.some(({ path }) => names.some((name) => path?.[0] === name))
