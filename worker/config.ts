/** PLACEHOLDER shape, the loader is written next. */
export type Config = {
  readonly host: string
  readonly port: number
  /** Absolute origin (and optional path) that clients see, without a trailing slash. */
  readonly baseUrl: string
  /** Prefix of every FHIR route: `''` for the root, else `/fhir`, `/4_0_0`, … without a trailing slash. */
  readonly fhirPath: string
  readonly databaseUrl: string
  readonly storageUrl: string
  readonly auth: 'open'
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error'
  readonly limits: Limits
}

export type Limits = {
  readonly partBytes: number
  /** 0: one file a type (or range of a type). */
  readonly fileBytes: number
  readonly rangeBytes: number
  readonly maxResourceBytes: number
  readonly maxRequestBytes: number
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
  readonly sweepMs: number
  readonly retryAfterMaxSeconds: number
  readonly ingestChunkRows: number
  readonly ingestChunkBytes: number
  readonly maxClockSkewMs: number
}
