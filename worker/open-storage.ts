import { parseS3Url } from './config/s3-url.ts'
import type { Config } from './config.ts'
import { SluiceError } from './errors.ts'
import { s3Storage } from './storage/s3.ts'
import type { Storage } from './storage/storage.ts'

/**
 * The object storage that `STORAGE_URL` names, by web standards only, for the entries of every runtime. `undefined` when it names a
 * folder: only an entry with a disk can open that.
 */
export const openObjectStorage = ({
  storageUrl,
  storageCredentials,
}: Pick<Config, 'storageUrl' | 'storageCredentials'>): Storage | undefined => {
  if (storageCredentials === undefined) return undefined
  const read = parseS3Url(storageUrl)
  if ('problem' in read) throw new SluiceError('invalid', `Cannot use STORAGE_URL: ${read.problem}`)
  return s3Storage({ ...read.location, credentials: storageCredentials })
}
