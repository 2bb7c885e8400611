import { type Client, createClient } from '@libsql/client/http'
import { SluiceError } from '../errors.ts'
import { systemClock } from '../platform/clock.ts'
import { type Caller, createDb, type Db } from './db.ts'
import { prepareDatabase } from './prepare-database.ts'
import { remoteFetch } from './remote-fetch.ts'
import { retryWhenBusy } from './retry-when-busy.ts'
import { writeInTurns } from './write-in-turns.ts'

export type RemoteDatabase = {
  /** `http:`, `https:`, or `libsql:`, which is `https:`. */
  readonly url: string
  /** Secret. */
  readonly authToken: string | undefined
}

/**
 * Opens a database on a libSQL server, brings its schema up to date and names the resource types. By web standards only: one HTTP
 * request for every statement or batch, and nothing is held open between them.
 */
export const openRemoteDatabase = async (remote: RemoteDatabase, now: number): Promise<Db> => {
  const db = createRemoteDb(retryWhenBusy(writeInTurns(connectRemote(remote)), systemClock))
  await prepareDatabase(db, now)
  return db
}

/**
 * Pages are text: the client decodes the base64 of blobs in JavaScript, which takes three times as long as the page itself (measured).
 */
export const createRemoteDb = (client: Caller): Db => createDb(client, 'text')

/**
 * A client of its own for every call, which costs next to nothing. One that is shared lets calls wait for each other, and on Workers
 * a request must not wait for what another began: it may have ended in the middle of it.
 */
export const connectPerCall = (remote: RemoteDatabase): Caller => ({
  execute: (...call: Parameters<Client['execute']>) => connectRemote(remote).execute(...call),
  batch: (...call) => connectRemote(remote).batch(...call),
  close: () => {},
})

export const connectRemote = (
  { url, authToken }: RemoteDatabase,
  timeoutMs = requestTimeoutMs,
  send?: typeof fetch,
): Client => {
  try {
    return createClient({
      url: url.endsWith('/') ? url : `${url}/`, // else the last segment of its path would be replaced
      intMode: 'number',
      fetch: remoteFetch(timeoutMs, send),
      ...(authToken === undefined ? {} : { authToken }),
    })
  } catch (error) {
    throw new SluiceError('invalid', 'Cannot use DATABASE_URL: it is no address of a libSQL server', {
      cause: error,
    })
  }
}

/** Less than two thirds of a lease of 45 s: who waits so long for a page has not lost it yet, unless other writes made it wait as well. */
const requestTimeoutMs = 30_000
