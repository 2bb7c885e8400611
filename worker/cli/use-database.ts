import { stat } from 'node:fs/promises'
import { isRemoteUrl } from '../config/database-url.ts'
import { pathOfFileUrl } from '../config/file-url.ts'
import { type Config, loadConfig } from '../config.ts'
import { hasCode, SluiceError } from '../errors.ts'
import { type FileLock, lockDatabase } from '../process/file-lock.ts'
import type { CommandIo } from './command-io.ts'

/** A database that a command is about, named by `--database` or by DATABASE_URL. */
export type NamedDatabase = {
  readonly config: Config
  readonly url: string
  /** Of a file; `undefined` of a server. */
  readonly path: string | undefined
}

export const nameDatabase = (given: string | undefined, { env }: CommandIo): NamedDatabase => {
  const config = loadConfig(given === undefined ? env : { ...env, DATABASE_URL: given }, 'node')
  const { databaseUrl: url } = config
  return { config, url, path: isRemoteUrl(url) ? undefined : pathOfFileUrl(url) }
}

/** libSQL would make a file that is missing. */
export const requireFile = async (path: string, verb: string): Promise<void> => {
  if (!(await isFileAt(path)))
    throw new SluiceError('not-found', `Cannot ${verb} database "${path}": there is no such file`)
}

export const isFileAt = (path: string): Promise<boolean> =>
  stat(path).then(
    (stats) => stats.isFile(),
    () => false,
  )

/** Somebody who only reads: holds the lock where nobody else does, so that no server starts in the middle, and else reads beside its holder. */
export const lockToRead = async (
  url: string,
  holder: string,
  now: number,
): Promise<FileLock & { readonly isBesideAnother: boolean }> => {
  try {
    return { ...(await lockDatabase(url, holder, now)), isBesideAnother: false }
  } catch (error) {
    if (!hasCode(error, 'conflict')) throw error
    return { release: async () => {}, isBesideAnother: true }
  }
}
