import { daySeconds } from './number-setting.ts'
import type { GivenSettings } from './settings.ts'

/** Bounds and reasons: `settings.ts`. */
export type Limits = {
  readonly partBytes: number
  /** 0: one file a type (or range of a type). */
  readonly fileBytes: number
  readonly rangeBytes: number
  readonly maxResourceBytes: number
  readonly maxRequestBytes: number
  readonly maxBundleBytes: number
  readonly maxBundleEntries: number
  readonly pageRows: number
  readonly pageBytes: number
  readonly partsInFlight: number
  readonly lanes: number
  readonly sliceMs: number
  readonly tickMs: number
  readonly tickRows: number
  readonly tickBytes: number
  readonly tickStatements: number
  readonly tickSubrequests: number
  readonly leaseMs: number
  readonly retryBaseMs: number
  readonly retryMaxMs: number
  readonly retryLimit: number
  readonly retentionMs: number
  readonly fileUrlTtlSeconds: number
  readonly sweepMs: number
  readonly storageTimeoutMs: number
  readonly retryAfterMaxSeconds: number
  /** 0: none may fail. 100: never fails the job. */
  readonly failureLimitPercent: number
  readonly manifestPageFiles: number
  readonly pollBurst: number
  readonly ingestChunkRows: number
  readonly ingestChunkBytes: number
  readonly maxClockSkewMs: number
  readonly accessTokenSeconds: number
  readonly signingKeyMs: number
  readonly sessionSeconds: number
  /** 0: no bound. */
  readonly maxRunningJobs: number
  /** Of one client, unless its registration says otherwise. 0: no bound. */
  readonly maxClientJobs: number
  /** 0: no bound. */
  readonly requestsPerMinute: number
  readonly clientRequestsPerMinute: number
}

export const toLimits = (given: GivenSettings): Limits => ({
  partBytes: given.PART_BYTES,
  fileBytes: given.FILE_BYTES,
  rangeBytes: given.RANGE_BYTES,
  maxResourceBytes: given.MAX_RESOURCE_BYTES,
  maxRequestBytes: given.MAX_REQUEST_BYTES,
  maxBundleBytes: given.MAX_BUNDLE_BYTES,
  maxBundleEntries: given.MAX_BUNDLE_ENTRIES,
  pageRows: given.PAGE_ROWS,
  pageBytes: given.PAGE_BYTES,
  partsInFlight: given.PARTS_IN_FLIGHT,
  lanes: given.LANES,
  sliceMs: given.SLICE_MS,
  tickMs: given.TICK_MS,
  tickRows: given.TICK_ROWS,
  tickBytes: given.TICK_BYTES,
  tickStatements: given.TICK_STATEMENTS,
  tickSubrequests: given.TICK_SUBREQUESTS,
  leaseMs: given.LEASE_MS,
  retryBaseMs: given.RETRY_BASE_MS,
  retryMaxMs: given.RETRY_MAX_MS,
  retryLimit: given.RETRY_LIMIT,
  retentionMs: given.RETENTION_SECONDS * 1000,
  fileUrlTtlSeconds: given.FILE_URL_TTL ?? (given.FILE_ACCESS === 'capability' ? 300 : 3600),
  sweepMs: given.SWEEP_MS,
  storageTimeoutMs: given.STORAGE_TIMEOUT_MS,
  retryAfterMaxSeconds: given.RETRY_AFTER_MAX_SECONDS,
  failureLimitPercent: given.FAILURE_LIMIT,
  manifestPageFiles: given.MANIFEST_PAGE_FILES,
  pollBurst: given.POLL_BURST,
  ingestChunkRows: given.INGEST_CHUNK_ROWS,
  ingestChunkBytes: given.INGEST_CHUNK_BYTES,
  maxClockSkewMs: given.MAX_CLOCK_SKEW_MS,
  accessTokenSeconds: given.ACCESS_TOKEN_SECONDS,
  signingKeyMs: given.SIGNING_KEY_DAYS * daySeconds * 1000,
  sessionSeconds: given.SESSION_SECONDS,
  maxRunningJobs: given.MAX_RUNNING_JOBS,
  maxClientJobs: given.MAX_CLIENT_JOBS,
  requestsPerMinute: given.REQUESTS_PER_MINUTE,
  clientRequestsPerMinute: given.CLIENT_REQUESTS_PER_MINUTE,
})
