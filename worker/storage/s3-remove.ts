import { maxRequestsInFlight } from './requests-in-flight.ts'
import type { S3Client } from './s3-client.ts'
import { refused } from './s3-error.ts'

/**
 * Removes objects, one request each; after a failure none is begun any more, and it is thrown when all have ended. To remove many
 * with one request needs an MD5 on some storages, which WebCrypto has not, and is unknown to others.
 */
export const removeObjects = async (
  client: S3Client,
  keys: readonly string[],
  folder: string,
): Promise<void> => {
  const waiting = new Set(keys)
  const failures: unknown[] = []
  const work = async (): Promise<void> => {
    for (const key of waiting) {
      if (failures.length > 0) return
      waiting.delete(key)
      await removeObject(client, key, folder + key).catch((error: unknown) => failures.push(error))
    }
  }
  await Promise.all(Array.from({ length: maxRequestsInFlight }, work))
  if (failures.length > 0) throw failures[0]
}

const removeObject = async (client: S3Client, key: string, objectKey: string): Promise<void> => {
  const attempt = `remove object "${key}"`
  const { failure } = await client.call({ attempt, method: 'DELETE', objectKey })
  const isGone = failure?.status === 404 && (failure.code === '' || failure.code === 'NoSuchKey')
  if (failure !== undefined && !isGone) throw refused(attempt, failure)
}
