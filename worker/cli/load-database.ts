import type { Readable } from 'node:stream'
import { isRemoteUrl } from '../config/database-url.ts'
import { loadConfig } from '../config.ts'
import { hasCode, SluiceError } from '../errors.ts'
import { loadResources } from '../ingest/load-resources.ts'
import { systemActor } from '../platform/actor.ts'
import { type FileLock, lockDatabase } from '../process/file-lock.ts'
import { openDeps } from '../process/open-deps.ts'
import type { CommandIo } from './command-io.ts'
import type { LoadTarget } from './load-target.ts'

/** Loads into a database from within this process: a file that nobody else may use meanwhile, or one on a server. */
export const openDatabaseTarget = async (url: string, { env, now }: CommandIo): Promise<LoadTarget> => {
  const config = loadConfig({ ...env, DATABASE_URL: url }, 'node')
  const lock = await lockForLoading(config.databaseUrl, now())
  try {
    const deps = await openDeps(config)
    return {
      ingest: (input) => loadResources(deps, webStreamOf(input), systemActor),
      close: () => deps.close().finally(lock.release),
    }
  } catch (error) {
    await lock.release()
    throw error
  }
}

const lockForLoading = async (url: string, now: number): Promise<FileLock> => {
  if (isRemoteUrl(url)) return { release: async () => {} }
  try {
    return await lockDatabase(url, 'sluice load', now)
  } catch (error) {
    if (!hasCode(error, 'conflict')) throw error
    const hint = 'a running server takes files with --server and its address'
    throw new SluiceError('conflict', `${error.message}; ${hint}`, { cause: error })
  }
}

/** `Readable.toWeb` would read ahead without regard to the size of chunks; this reads what is asked for. */
const webStreamOf = (input: Readable): ReadableStream<Uint8Array> => {
  const chunks: AsyncIterator<Uint8Array> = input[Symbol.asyncIterator]()
  return new ReadableStream(
    {
      pull: async (controller) => {
        const { done, value } = await chunks.next()
        if (done) controller.close()
        else controller.enqueue(value)
      },
      cancel: () => {
        input.destroy()
      },
    },
    { highWaterMark: 0 },
  )
}
