import {
  type CloudflareAccess,
  type OidcProvider,
  toCloudflareAccess,
  toOidcProvider,
} from './config/identity-providers.ts'
import type { Issuer } from './config/issuers.ts'
import { type Limits, toLimits } from './config/limits.ts'
import { refusalOf } from './config/refused-setting.ts'
import { environmentOf } from './config/rules.ts'
import { defaultsOf, type Runtime } from './config/runtime.ts'
import { isS3Url } from './config/s3-url.ts'
import { type GivenSettings, settings } from './config/settings.ts'
import { SluiceError } from './errors.ts'
import type { ResourceType } from './fhir/resource-type.ts'
import type { S3Credentials } from './storage/s3-client.ts'

export type { CloudflareAccess, Limits, OidcProvider }

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
  readonly compat: GivenSettings['COMPAT']
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

/**
 * How clients get files: through our own route, with a token where one is asked for; through it, by URLs that are the right itself; by URLs
 * that the storage signs; or with credentials of their own for the storage. The last two only where the storage can do it.
 */
export type FileAccess = 'proxy' | 'capability' | 'signed' | 'storage'

export type Environment = Readonly<Record<string, string | undefined>>

/** Throws `invalid` with one sentence, on a line of its own, for every setting that is wrong. */
export const loadConfig = (env: Environment, runtime: Runtime): Config => {
  const given = { ...defaultsOf(runtime), ...givenSettings(env) }
  const { data, error } = environmentOf(runtime).safeParse(given)
  if (error) throw new SluiceError('invalid', error.issues.map((issue) => refusalOf(issue, given)).join('\n'))
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

const toConfig = (given: GivenSettings): Omit<Config, 'limits'> => ({
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
  oidc: toOidcProvider(given),
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

/** Both keys are there: a rule between settings says so. */
const toCredentials = ({
  AWS_ACCESS_KEY_ID: accessKeyId = '',
  AWS_SECRET_ACCESS_KEY: secretAccessKey = '',
  AWS_SESSION_TOKEN: sessionToken,
}: GivenSettings): S3Credentials => ({
  accessKeyId,
  secretAccessKey,
  ...(sessionToken !== undefined && { sessionToken }),
})

const localUrl = (host: string, port: number): string =>
  new URL(`http://${host.includes(':') ? `[${host}]` : host}:${port}`).origin
