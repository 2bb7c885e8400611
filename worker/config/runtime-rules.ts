import { isRemoteUrl } from './database-url.ts'
import { isLoopbackName } from './loopback.ts'
import type { Rule } from './rule.ts'
import { isHosted, type Runtime } from './runtime.ts'
import { isS3Url } from './s3-url.ts'

/** Of the address: whoever can be reached from outside needs a URL of his own, and must have chosen who gets in. */
export const addressRules: readonly Rule[] = [
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

/** Of what a runtime cannot do. */
export const runtimeRules: readonly Rule[] = [
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
