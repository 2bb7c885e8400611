import { z } from 'zod'
import { baseUrl, fhirPath, host } from './addresses.ts'
import { databaseUrl } from './database-url.ts'
import { bytes, choice, GiB, KiB, MiB, settingNotes, TiB, whole } from './setting.ts'
import { secret, storageUrl } from './storage-settings.ts'

const day = 86_400

/**
 * Every setting of the service: name, unit, default, bounds and reason, in this one place. `loadConfig` reads the environment with
 * it, and the README's table is written from it (`table.ts`). Rules between two settings are in `rules.ts`.
 */
export const settings = z.object({
  HOST: host(
    '127.0.0.1',
    'Address the server listens on; by default nobody outside this machine can reach it.',
  ),
  PORT: whole({
    unit: 'port',
    default: 8080,
    min: 0,
    max: 65_535,
    reason: 'Port the server listens on; 0 takes any free one, which is said at start.',
  }),
  BASE_URL: baseUrl(
    '`http://<HOST>:<PORT>` where HOST is a loopback address, else required',
    'Address under which clients reach the service; it begins every link and is frozen in each job.',
  ),
  FHIR_PATH: fhirPath(
    '/fhir',
    'Path below `BASE_URL` where the FHIR routes begin; `/` puts them at the root, `/4_0_0` is as good.',
  ),
  DATABASE_URL: databaseUrl(
    'file:./data/sluice.db',
    'libSQL database that holds resources and jobs: a file, whose folder is made when missing, or a server.',
  ),
  DATABASE_AUTH_TOKEN: secret({
    default: 'none',
    maxLength: 8192,
    reason: 'Token that a libSQL server asks for; it must allow reading and writing.',
  }),
  STORAGE_URL: storageUrl(
    'file:./data/exports',
    'Folder or bucket that receives the output files. `endpoint` is for storages other than AWS and needs no `region`; `pathStyle` is `true` with an `endpoint`, else `false`; `listUploads=false` for storages that cannot list unfinished uploads by prefix, such as MinIO.',
  ),
  AWS_ACCESS_KEY_ID: secret({
    default: 'required where `STORAGE_URL` is `s3:`',
    maxLength: 256,
    reason: 'Access key of the bucket.',
  }),
  AWS_SECRET_ACCESS_KEY: secret({
    default: 'required where `STORAGE_URL` is `s3:`',
    maxLength: 256,
    reason: 'Signs the requests to the bucket, and is never sent.',
  }),
  AWS_SESSION_TOKEN: secret({
    default: 'none, unless `AWS_ACCESS_KEY_ID` is temporary',
    maxLength: 8192,
    reason: 'Comes with temporary credentials, and ends with them.',
  }),
  AUTH: z
    .enum(['open', 'smart'], { error: 'it must be open, the only kind of access this version has' })
    .optional()
    .transform((kind, ctx) => {
      if (kind !== 'smart') return kind
      ctx.addIssue('SMART Backend Services comes in a later version, and only open exists in this one')
      return z.NEVER
    })
    .register(settingNotes, {
      unit: 'word',
      default: '`open` on Node and Deno where HOST is a loopback address, else required',
      allowed: 'open',
      reason:
        '`open` asks for no token and therefore answers only requests to a loopback name that no proxy has forwarded; `smart` comes later.',
    }),
  LOG_LEVEL: choice({
    words: ['debug', 'info', 'warn', 'error'],
    default: 'info',
    reason: 'Least important log lines that are written.',
  }),

  PART_BYTES: bytes({
    default: 8 * MiB,
    min: 1,
    max: 5 * GiB,
    reason:
      'Size of every part of a multipart upload but the last, at least 5 MiB where `STORAGE_URL` is `s3:`; this much memory is held per part.',
  }),
  FILE_BYTES: bytes({
    default: 64 * MiB,
    min: 0,
    max: TiB,
    reason:
      'An output file ends before the line that would make it larger; 0 writes one file a type, whatever its size.',
  }),
  RANGE_BYTES: bytes({
    default: 256 * MiB,
    min: 1,
    max: TiB,
    reason:
      'A type with more than this is exported in ranges of about this size, so that several ticks can work on it at once.',
  }),
  MAX_RESOURCE_BYTES: bytes({
    default: 4_000_000,
    min: 100,
    max: 4_900_000,
    reason: 'Largest resource stored; a remote libSQL server refuses values over 5,000,000 bytes.',
  }),
  MAX_REQUEST_BYTES: bytes({
    default: MiB,
    min: 256,
    max: 64 * MiB,
    reason:
      'Largest body of a kick-off request, which is held in memory; the default has room for some 10,000 listed patients.',
  }),
  PAGE_ROWS: whole({
    unit: 'rows',
    default: 500,
    min: 1,
    max: 10_000,
    reason: 'Rows scanned by one query of an export; beyond 500 the database gains little speed.',
  }),
  PAGE_BYTES: bytes({
    default: 2 * MiB,
    min: 1,
    max: 64 * MiB,
    reason:
      'Bytes after which a page ends whatever its rows, so that large resources do not add up in memory.',
  }),
  PARTS_IN_FLIGHT: whole({
    unit: 'parts',
    default: 2,
    min: 1,
    max: 16,
    reason:
      'Parts of one work unit uploading at once; one more is being filled, so memory is bounded by this plus one.',
  }),
  LANES: whole({
    unit: 'work units',
    default: 2,
    min: 1,
    max: 64,
    reason: 'Work units advanced at once by one process; reading one overlaps with writing the other.',
  }),
  SLICE_MS: whole({
    unit: 'milliseconds',
    default: 5_000,
    min: 1,
    max: 3_600_000,
    reason:
      'How long a tick works before it gives its unit back, so that jobs take turns: a small export waits no longer than this behind large ones.',
  }),
  TICK_MS: whole({
    unit: 'milliseconds',
    default: 1000,
    min: 1,
    max: 3_600_000,
    reason: 'How often an idle process looks for work; kick-offs and status requests wake it at once.',
  }),
  TICK_ROWS: whole({
    unit: 'rows',
    default: 1_000_000,
    min: 1,
    max: 1_000_000_000,
    reason:
      'Rows one tick may scan; the clock of Workers stands still between I/O, so a tick is bounded by counts as well.',
  }),
  TICK_BYTES: bytes({
    default: GiB,
    min: 1,
    max: TiB,
    reason: 'Bytes one tick may write, for the same reason.',
  }),
  TICK_STATEMENTS: whole({
    unit: 'statements',
    default: 10_000,
    min: 1,
    max: 1_000_000,
    reason: 'Database statements one tick may make, for the same reason.',
  }),
  TICK_SUBREQUESTS: whole({
    unit: 'requests',
    default: 10_000,
    min: 1,
    max: 1_000_000,
    reason: 'Storage requests one tick may make; a Workers invocation has 50 or 10,000, by plan.',
  }),
  LEASE_MS: whole({
    unit: 'milliseconds',
    default: 45_000,
    min: 100,
    max: 3_600_000,
    reason:
      'How long a work unit waits for a worker that has fallen silent; a slice renews it while it works.',
  }),
  RETRY_BASE_MS: whole({
    unit: 'milliseconds',
    default: 1000,
    min: 1,
    max: 3_600_000,
    reason: 'Wait after the first failure of a work unit; it doubles with each further one.',
  }),
  RETRY_MAX_MS: whole({
    unit: 'milliseconds',
    default: 300_000,
    min: 1,
    max: day * 1000,
    reason: 'Longest wait between two attempts; work goes on within five minutes after an outage.',
  }),
  RETRY_LIMIT: whole({
    unit: 'attempts',
    default: 12,
    min: 1,
    max: 1000,
    reason: 'Failed attempts in a row after which a job fails, so that none is tried for ever.',
  }),
  RETENTION_SECONDS: whole({
    unit: 'seconds',
    default: 7 * day,
    min: 1,
    max: 3650 * day,
    reason: 'How long the output of a completed job is kept; a week lets a weekly client fetch late.',
  }),
  STORAGE_TIMEOUT_MS: whole({
    unit: 'milliseconds',
    default: 600_000,
    min: 1,
    max: day * 1000,
    reason:
      'How long one write to the storage may take before it counts as failed, so that a storage that never answers fails a job in the end.',
  }),
  SWEEP_MS: whole({
    unit: 'milliseconds',
    default: 60_000,
    min: 1,
    max: day * 1000,
    reason: 'How often expired output and orphaned uploads are looked for.',
  }),
  RETRY_AFTER_MAX_SECONDS: whole({
    unit: 'seconds',
    default: 60,
    min: 1,
    max: 3600,
    reason: 'Longest `Retry-After` of a status response, so that a client hears of the end within a minute.',
  }),
  INGEST_CHUNK_ROWS: whole({
    unit: 'rows',
    default: 500,
    min: 1,
    max: 10_000,
    reason:
      'Resources written in one transaction when loading; larger ones gain little and keep other writers waiting.',
  }),
  INGEST_CHUNK_BYTES: bytes({
    default: MiB,
    min: KiB,
    max: 64 * MiB,
    reason: 'Bytes after which a loading transaction ends whatever its rows.',
  }),
  MAX_CLOCK_SKEW_MS: whole({
    unit: 'milliseconds',
    default: 30_000,
    min: 1,
    max: 3_600_000,
    reason:
      "A process whose clock is further from the database's refuses to write, for it would bend `transactionTime`.",
  }),
})
