import type { z } from 'zod'
import { isRemoteUrl } from './database-url.ts'
import { isLoopbackName } from './loopback.ts'
import { addedBytes, maxParts, minS3PartBytes } from './part-limits.ts'
import { isHosted, type Runtime } from './runtime.ts'
import { isS3Url } from './s3-url.ts'
import { settings } from './settings.ts'

type Name = keyof typeof settings.shape
type Given = z.output<typeof settings>

/** What must hold between settings: of those it is about, each that is wrong, and why. */
type Rule = {
  readonly about: readonly Name[]
  readonly problems: (given: Given, runtime: Runtime) => Readonly<Partial<Record<Name, string>>>
}

/** The schema of the whole environment: every setting, and the rules that hold between them. */
export const environmentOf = (runtime: Runtime): typeof settings =>
  rules.reduce(
    (schema, { about, problems }) =>
      schema.superRefine(
        (given, ctx) => {
          for (const [name, message] of Object.entries(problems(given, runtime)))
            ctx.addIssue({ code: 'custom', path: [name], message })
        },
        { when: areValid(about) },
      ),
    settings,
  )

const addressRules: readonly Rule[] = [
  {
    about: ['HOST', 'BASE_URL'],
    problems: ({ HOST, BASE_URL }, runtime) =>
      BASE_URL !== undefined || isLocal(runtime, HOST)
        ? {}
        : { BASE_URL: `links need an absolute http or https URL where ${notLocal(runtime, HOST)}` },
  },
  {
    about: ['HOST', 'AUTH'],
    problems: ({ HOST, AUTH }, runtime) =>
      AUTH !== undefined || isLocal(runtime, HOST)
        ? {}
        : { AUTH: `access must be chosen where ${notLocal(runtime, HOST)}` },
  },
  {
    about: ['AUTH', 'BASE_URL'],
    problems: ({ AUTH, BASE_URL }, runtime) =>
      AUTH !== 'open' || !isHosted(runtime) || isLoopbackUrl(BASE_URL)
        ? {}
        : {
            AUTH: `${notLocal(runtime, '')} and is reached from outside, so it must not be open; only one that is being developed, whose BASE_URL is a loopback address, may be`,
          },
  },
]

const accessRules: readonly Rule[] = [
  {
    about: ['AUTH', 'SECRET_KEY'],
    problems: ({ AUTH, SECRET_KEY }) =>
      AUTH !== 'smart' || SECRET_KEY !== undefined
        ? {}
        : {
            SECRET_KEY:
              'AUTH=smart signs tokens and stores secrets under it; make one with: openssl rand -base64 32',
          },
  },
  {
    about: ['SECRET_KEY', 'FILE_ACCESS'],
    problems: ({ SECRET_KEY, FILE_ACCESS }) =>
      FILE_ACCESS !== 'capability' || SECRET_KEY !== undefined
        ? {}
        : {
            SECRET_KEY: 'FILE_ACCESS=capability signs URLs under it; make one with: openssl rand -base64 32',
          },
  },
  {
    about: ['AUTH', 'CORS_ORIGINS', 'HOST'],
    problems: ({ AUTH, CORS_ORIGINS }) =>
      AUTH === 'smart' || CORS_ORIGINS.length === 0
        ? {}
        : { CORS_ORIGINS: 'AUTH=open answers no pages of others; choose AUTH=smart' },
  },
  {
    about: ['OIDC_ISSUER', 'OIDC_CLIENT_ID'],
    problems: ({ OIDC_ISSUER, OIDC_CLIENT_ID }) =>
      (OIDC_ISSUER === undefined) === (OIDC_CLIENT_ID === undefined)
        ? {}
        : {
            [OIDC_ISSUER === undefined ? 'OIDC_ISSUER' : 'OIDC_CLIENT_ID']:
              'OIDC_ISSUER and OIDC_CLIENT_ID go together',
          },
  },
  {
    about: ['CF_ACCESS_TEAM', 'CF_ACCESS_AUD'],
    problems: ({ CF_ACCESS_TEAM, CF_ACCESS_AUD }) =>
      (CF_ACCESS_TEAM === undefined) === (CF_ACCESS_AUD === undefined)
        ? {}
        : {
            [CF_ACCESS_TEAM === undefined ? 'CF_ACCESS_TEAM' : 'CF_ACCESS_AUD']:
              'CF_ACCESS_TEAM and CF_ACCESS_AUD go together',
          },
  },
]

const runtimeRules: readonly Rule[] = [
  {
    about: ['DATABASE_URL', 'STORAGE_URL'],
    problems: ({ DATABASE_URL, STORAGE_URL }, runtime) => {
      if (!isHosted(runtime)) return {}
      const problem = `there is no disk where ${notLocal(runtime, '')}`
      return {
        ...(isRemoteUrl(DATABASE_URL) ? {} : { DATABASE_URL: problem }),
        ...(isS3Url(STORAGE_URL) ? {} : { STORAGE_URL: problem }),
      }
    },
  },
  {
    about: ['FHIR_PATH'],
    problems: ({ FHIR_PATH }, runtime) =>
      runtime !== 'workers' || FHIR_PATH !== ''
        ? {}
        : { FHIR_PATH: 'it must not be the root on Workers, where the dashboard has its pages' },
  },
  {
    about: ['SLICE_MS'],
    problems: ({ SLICE_MS }, runtime) =>
      runtime !== 'workers' || SLICE_MS <= maxWorkersSliceMs
        ? {}
        : {
            SLICE_MS: `it must be at most ${maxWorkersSliceMs} on Workers, which end work after a response in 30 s`,
          },
  },
  {
    about: ['PARTS_IN_FLIGHT'],
    problems: ({ PARTS_IN_FLIGHT }, runtime) =>
      runtime !== 'workers' || PARTS_IN_FLIGHT <= maxWorkersParts
        ? {}
        : {
            PARTS_IN_FLIGHT: `it must be at most ${maxWorkersParts} on Workers, where connections and memory are few`,
          },
  },
]

const amountRules: readonly Rule[] = [
  {
    about: ['RETRY_BASE_MS', 'RETRY_MAX_MS'],
    problems: ({ RETRY_BASE_MS, RETRY_MAX_MS }) =>
      RETRY_BASE_MS <= RETRY_MAX_MS
        ? {}
        : { RETRY_BASE_MS: `it must be at most RETRY_MAX_MS (${RETRY_MAX_MS})` },
  },
  {
    about: ['FILE_BYTES', 'PART_BYTES'],
    problems: ({ FILE_BYTES, PART_BYTES }) =>
      FILE_BYTES <= maxParts * PART_BYTES
        ? {}
        : {
            FILE_BYTES: `it must be at most ${maxParts} times PART_BYTES (${PART_BYTES}), for an upload has at most ${maxParts} parts`,
          },
  },
  {
    about: ['MAX_RESOURCE_BYTES', 'PART_BYTES'],
    problems: ({ MAX_RESOURCE_BYTES, PART_BYTES }) => {
      const most = maxParts * PART_BYTES - addedBytes
      if (MAX_RESOURCE_BYTES <= most) return {}
      return {
        MAX_RESOURCE_BYTES: `it must be at most ${most}, for a line is not split between files, and an upload has at most ${maxParts} parts of PART_BYTES (${PART_BYTES})`,
      }
    },
  },
]

const requestRules: readonly Rule[] = [
  {
    about: ['COMPAT'],
    problems: ({ COMPAT }) =>
      COMPAT.includes('firely-progress') && COMPAT.includes('helix-progress')
        ? { COMPAT: 'X-Progress is either that of Firely Server or that of Helix' }
        : {},
  },
]

const storageRules: readonly Rule[] = [
  {
    about: ['STORAGE_URL', 'PART_BYTES'],
    problems: ({ STORAGE_URL, PART_BYTES }) =>
      !isS3Url(STORAGE_URL) || PART_BYTES >= minS3PartBytes
        ? {}
        : { PART_BYTES: 'it must be at least 5MiB where STORAGE_URL is s3:, which refuses smaller parts' },
  },
  ...(['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'] as const).map(
    (name): Rule => ({
      about: ['STORAGE_URL', name],
      problems: ({ STORAGE_URL, ...given }) =>
        !isS3Url(STORAGE_URL) || given[name] !== undefined
          ? {}
          : { [name]: 'requests to the bucket of STORAGE_URL have to be signed' },
    }),
  ),
  {
    about: ['STORAGE_URL', 'FILE_ACCESS'],
    problems: ({ STORAGE_URL, FILE_ACCESS }) =>
      FILE_ACCESS === 'proxy' || FILE_ACCESS === 'capability' || isS3Url(STORAGE_URL)
        ? {}
        : {
            FILE_ACCESS:
              'clients cannot reach a folder, so STORAGE_URL must be s3: or files must go through proxy or capability',
          },
  },
]

const rules: readonly Rule[] = [
  ...addressRules,
  ...accessRules,
  ...runtimeRules,
  ...amountRules,
  ...requestRules,
  ...storageRules,
]

/** DESIGN I6: at most three requests at once, one of them the database's. */
const maxWorkersSliceMs = 20_000
const maxWorkersParts = 2

const isLocal = (runtime: Runtime, host: string): boolean => !isHosted(runtime) && isLoopbackName(host)

const isLoopbackUrl = (url: string | undefined): boolean =>
  url !== undefined && isLoopbackName(new URL(url).hostname)

const notLocal = (runtime: Runtime, host: string): string => {
  switch (runtime) {
    case 'workers':
      return 'the service runs on Workers'
    case 'deno-deploy':
      return 'the service runs on Deno Deploy'
    default:
      return `HOST "${host}" is not a loopback address`
  }
}

/** A rule runs as soon as its own settings are valid, whatever else is wrong: all problems are told at once. */
const areValid =
  (names: readonly Name[]) =>
  ({ issues }: z.core.ParsePayload): boolean =>
    !issues.some(({ path }) => names.some((name) => path?.[0] === name))
