import type { Config, FileAccess } from '../config.ts'
import type { Deps } from '../deps.ts'
import { SluiceError } from '../errors.ts'
import type { Storage } from '../storage/storage.ts'
import type { Job } from '../store/jobs.ts'
import { fileUrlOf } from './export-urls.ts'
import { fileCapability } from './file-capability.ts'

/** Where a client finds a file. */
export type FileLink = {
  readonly url: string
  /** Our member of an item's `extension`: the object as the storage's own tools name it. */
  readonly storageUri?: string
}
/** The links of a job's files, as of one instant. */
export type FileLinks = {
  linkOf(name: string): Promise<FileLink>
  /** When they open nothing any more, in milliseconds since the epoch; `undefined` while the job does not expire. */
  readonly endAt: number | undefined
  /** They open nothing without a token of a client: not so where there are no tokens, where the URL is the right, or where the storage asks. */
  readonly requiresAccessToken: boolean
}

/** Links to the files of a job that is neither removed nor expired, in the way of `FILE_ACCESS`. Made anew each time, never stored. */
export const linkFiles = ({ config, storage, clock }: Deps, job: Job): FileLinks => {
  switch (config.fileAccess) {
    case 'proxy':
      return {
        linkOf: async (name) => ({ url: fileUrlOf(config.compat, job, name) }),
        endAt: job.expiresAt,
        requiresAccessToken: config.auth === 'smart',
      }
    case 'capability':
      return capabilityLinks(config, job, clock.now())
    case 'signed':
      return signedLinks(storage, job, config.limits.fileUrlTtlSeconds, clock.now())
    case 'storage':
      return storageLinks(storage, job)
    default:
      return config.fileAccess satisfies never
  }
}

/** They end with the job at the latest; the end is a whole second, which is all that the URL says. */
const capabilityLinks = (config: Config, job: Job, now: number): FileLinks => {
  const ttlMs = config.limits.fileUrlTtlSeconds * 1000
  const endAt = Math.floor(Math.min(job.expiresAt ?? Infinity, now + ttlMs) / 1000) * 1000
  const linkOf = async (name: string) => ({
    url:
      fileUrlOf(config.compat, job, name) +
      (await fileCapability(config, { folder: job.folder, name }, endAt)),
  })
  return { linkOf, endAt, requiresAccessToken: false }
}

/** They end with the job at the latest; both ends are whole seconds, which is all that a signature can say. */
const signedLinks = ({ sign }: Storage, job: Job, ttlSeconds: number, now: number): FileLinks => {
  if (sign === undefined) throw cannotLink('signed')
  const leftSeconds = Math.floor(((job.expiresAt ?? Infinity) - now) / 1000)
  const expiresInSeconds = Math.max(1, Math.min(ttlSeconds, leftSeconds))
  const linkOf = async (name: string) => ({
    url: await sign(`${job.folder}/${name}`, { expiresInSeconds, now }),
  })
  const endAt = Math.min(job.expiresAt ?? Infinity, now + expiresInSeconds * 1000)
  return { linkOf, endAt, requiresAccessToken: false }
}

const storageLinks = ({ locate }: Storage, job: Job): FileLinks => {
  if (locate === undefined) throw cannotLink('storage')
  const linkOf = async (name: string) => {
    const { url, uri } = locate(`${job.folder}/${name}`)
    return { url, storageUri: uri }
  }
  return { linkOf, endAt: job.expiresAt, requiresAccessToken: false }
}

/** A rule between settings keeps it from happening. */
const cannotLink = (access: FileAccess): SluiceError =>
  new SluiceError(
    'internal',
    `Cannot link files by FILE_ACCESS "${access}": this storage has no way to do it`,
  )
