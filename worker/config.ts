import type { z } from 'zod'
import type { Issuer } from './config/issuers.ts'
import { environmentOf } from './config/rules.ts'
import { defaultsOf, type Runtime } from './config/runtime.ts'
import { isS3Url } from './config/s3-url.ts'
import { settingNotes } from './config/setting.ts'
import { settings } from './config/settings.ts'
import { SluiceError } from './errors.ts'
import type { ResourceType } from './fhir/resource-type.ts'
import type { S3Credentials } from './storage/s3-client.ts'

/** The environment as the service uses it: read once at start, checked, frozen. */
export type Config = {
  readonly host: string
  readonly port: number
  /** Absolute origin (and optional path) that clients see, without a trailing slash. */
  readonly baseUrl: string
  /** Prefix of every FHIR route: `''` for the root, else `/fhir`, `/4_0_0`, … without a trailing slash. */
  readonly fhirPath: string
  readonly databaseUrl: string
  /** Secret. Meant for a `databaseUrl` that is a server's. */
  readonly databaseAuthToken: string | undefined
  readonly storageUrl: string
  /** Secret. Given where `storageUrl` is `s3:`, and only there. */
  readonly storageCredentials: S3Credentials | undefined
  readonly auth: 'open' | 'smart'
  readonly fileAccess: FileAccess
  /** Secret. Given with `AUTH=smart` and `FILE_ACCESS=capability`; other keys are derived from it (`platform/secret-box.ts`). */
  readonly secretKey: string | undefined
  readonly issuers: readonly Issuer[]
  /** Hosts that may be asked although they are private or speak plain http: in lower case, with a port or without. */
  readonly privateHosts: readonly string[]
  /** Secret. */
  readonly setupToken: string | undefined
  readonly oidc: OidcProvider | undefined
  readonly cloudflareAccess: CloudflareAccess | undefined
  readonly whenBusy: 'queue' | 'reject'
  readonly corsOrigins: readonly string[]
  /** In lower case. */
  readonly clientAddressHeader: string | undefined
  /** Levels at which exports may be started. Empty: at none. */
  readonly exportLevels: readonly ('system' | 'patient' | 'group')[]
  readonly compat: Given['COMPAT']
  readonly headers: 'lenient' | 'strict'
  readonly groupBackfill: boolean
  readonly ehiDocumentationUrl: string | undefined
  readonly additional: AdditionalResources
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error'
  readonly limits: Limits
}

/** What comes at Patient and Group level though it is in no compartment, when something exported refers to it. */
export type AdditionalResources = {
  readonly types: readonly ResourceType[]
  readonly maxDepth: number
  /** `_since` and `_until` filter them too. */
  readonly onlySince: boolean
}

/** Where administrators sign in by OpenID Connect, and which values of a claim make them what. */
export type OidcProvider = {
  readonly issuer: string
  readonly clientId: string
  /** Secret. */
  readonly clientSecret: string | undefined
  readonly roleClaim: string
  readonly admins: readonly string[]
  readonly viewers: readonly string[]
}

/** Cloudflare Access in front of the service, and who of those it lets in is what, by e-mail address in lower case. */
export type CloudflareAccess = {
  readonly team: string
  readonly audience: string
  readonly admins: readonly string[]
  readonly viewers: readonly string[]
}

/**
 * How clients get files: through our own route, with a token where one is asked for; through it, by URLs that are the right itself; by URLs
 * that the storage signs; or with credentials of their own for the storage. The last two only where the storage can do it.
 */
export type FileAccess = 'proxy' | 'capability' | 'signed' | 'storage'

/** Bounds and reasons: `config/settings.ts`. */
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

export type Environment = Readonly<Record<string, string | undefined>>

/** Throws `invalid` with one sentence, on a line of its own, for every setting that is wrong. */
export const loadConfig = (env: Environment, runtime: Runtime): Config => {
  const given = { ...defaultsOf(runtime), ...givenSettings(env) }
  const { data, error } = environmentOf(runtime).safeParse(given)
  if (error)
    throw new SluiceError('invalid', error.issues.map((issue) => toSentence(issue, given)).join('\n'))
  return Object.freeze({ ...toConfig(data), limits: Object.freeze(toLimits(data)) })
}

/** The same configuration once the server listens: `PORT=0` has become a real port, and the default base URL follows it. */
export const withPort = (config: Config, port: number): Config => {
  const isDefault = config.baseUrl === localUrl(config.host, config.port)
  return Object.freeze({ ...config, port, baseUrl: isDefault ? localUrl(config.host, port) : config.baseUrl })
}

/** Our own variables only; one that is empty is as good as unset. */
const givenSettings = (env: Environment): Readonly<Record<string, string>> => {
  const pairs = Object.keys(settings.shape).map((name) => [name, env[name]?.trim() ?? ''] as const)
  return Object.fromEntries(pairs.filter(([, value]) => value !== ''))
}

const toSentence = (issue: z.core.$ZodIssue, given: Readonly<Record<string, string>>): string => {
  const name = String(issue.path[0])
  const value = given[name]
  const refusal =
    value === undefined
      ? `Cannot leave ${name} unset`
      : `Cannot use ${name} "${secretNames.has(name) ? '…' : showValue(value)}"`
  return `${refusal}: ${issue.message}.`
}

const secretNames: ReadonlySet<string> = new Set(
  Object.entries(settings.shape).flatMap(([name, schema]) =>
    settingNotes.get(schema)?.isSecret ? [name] : [],
  ),
)

/** A URL may carry a password or a token, which must not reach a log. */
const showValue = (value: string): string => {
  const safe = value.replace(/\/\/.*@/s, '//…@').replace(/[?#].*$/s, '?…')
  return safe.length > 100 ? `${safe.slice(0, 100)}…` : safe
}

type Given = z.output<typeof settings>

const toConfig = (given: Given): Omit<Config, 'limits'> => ({
  host: given.HOST,
  port: given.PORT,
  baseUrl: given.BASE_URL ?? localUrl(given.HOST, given.PORT),
  fhirPath: given.FHIR_PATH,
  databaseUrl: given.DATABASE_URL,
  databaseAuthToken: given.DATABASE_AUTH_TOKEN,
  storageUrl: given.STORAGE_URL,
  storageCredentials: isS3Url(given.STORAGE_URL) ? toCredentials(given) : undefined,
  auth: given.AUTH ?? 'open',
  fileAccess: given.FILE_ACCESS,
  secretKey: given.SECRET_KEY,
  issuers: given.ISSUERS,
  privateHosts: given.PRIVATE_HOSTS.map((host) => host.toLowerCase()),
  setupToken: given.SETUP_TOKEN,
  oidc: toOidc(given),
  cloudflareAccess: toCloudflareAccess(given),
  whenBusy: given.WHEN_BUSY,
  corsOrigins: given.CORS_ORIGINS,
  clientAddressHeader: given.CLIENT_ADDRESS_HEADER?.toLowerCase(),
  exportLevels: given.EXPORT_ENABLED === 'on' ? given.EXPORT_LEVELS : [],
  compat: given.COMPAT,
  headers: given.HEADERS,
  groupBackfill: given.GROUP_BACKFILL === 'on',
  ehiDocumentationUrl: given.EHI_DOCUMENTATION_URL,
  additional: Object.freeze({
    types: given.MAX_REFERENCE_DEPTH === 0 ? [] : given.ADDITIONAL_RESOURCES,
    maxDepth: given.MAX_REFERENCE_DEPTH,
    onlySince: given.REFERENCED_SINCE === 'on',
  }),
  logLevel: given.LOG_LEVEL,
})

const toOidc = (given: Given): OidcProvider | undefined =>
  given.OIDC_ISSUER === undefined || given.OIDC_CLIENT_ID === undefined
    ? undefined
    : {
        issuer: given.OIDC_ISSUER,
        clientId: given.OIDC_CLIENT_ID,
        clientSecret: given.OIDC_CLIENT_SECRET,
        roleClaim: given.OIDC_ROLE_CLAIM ?? '',
        admins: given.OIDC_ADMINS,
        viewers: given.OIDC_VIEWERS,
      }

const toCloudflareAccess = (given: Given): CloudflareAccess | undefined =>
  given.CF_ACCESS_TEAM === undefined || given.CF_ACCESS_AUD === undefined
    ? undefined
    : {
        team: given.CF_ACCESS_TEAM,
        audience: given.CF_ACCESS_AUD,
        admins: given.CF_ACCESS_ADMINS.map((address) => address.toLowerCase()),
        viewers: given.CF_ACCESS_VIEWERS.map((address) => address.toLowerCase()),
      }

/** Both keys are there: a rule between settings says so. */
const toCredentials = ({
  AWS_ACCESS_KEY_ID: accessKeyId = '',
  AWS_SECRET_ACCESS_KEY: secretAccessKey = '',
  AWS_SESSION_TOKEN: sessionToken,
}: Given): S3Credentials => ({
  accessKeyId,
  secretAccessKey,
  ...(sessionToken !== undefined && { sessionToken }),
})

const toLimits = (given: Given): Limits => ({
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
  signingKeyMs: given.SIGNING_KEY_DAYS * 86_400_000,
  sessionSeconds: given.SESSION_SECONDS,
  maxRunningJobs: given.MAX_RUNNING_JOBS,
  maxClientJobs: given.MAX_CLIENT_JOBS,
  requestsPerMinute: given.REQUESTS_PER_MINUTE,
  clientRequestsPerMinute: given.CLIENT_REQUESTS_PER_MINUTE,
})

const localUrl = (host: string, port: number): string =>
  new URL(`http://${host.includes(':') ? `[${host}]` : host}:${port}`).origin
