import { LibsqlError } from '@libsql/client/http'
import type { Clock } from '../platform/clock.ts'
import type { Caller } from './db.ts'

/**
 * A client that asks again, soon and a few times, when the server says that somebody else is writing. A call that was refused as busy
 * has written nothing: its transaction never began.
 */
export const retryWhenBusy = (
  client: Caller,
  clock: Pick<Clock, 'sleep'>,
  random: () => number = Math.random,
): Caller => {
  const patiently = async <T>(call: () => Promise<T>): Promise<T> => {
    for (let attempt = 1; ; attempt++) {
      try {
        return await call()
      } catch (error) {
        if (!isBusy(error) || attempt === attempts) throw error
        await clock.sleep(attempt * pauseMs * (0.5 + random()))
      }
    }
  }
  return {
    execute: (...call: Parameters<Caller['execute']>) => patiently(() => client.execute(...call)),
    batch: (...call) => patiently(() => client.batch(...call)),
    close: () => client.close(),
  }
}

/** About a second and a half in all: longer than a write takes, and short for whoever waits for an answer. */
const attempts = 6
const pauseMs = 100

const isBusy = (error: unknown): boolean => error instanceof LibsqlError && error.code === 'SQLITE_BUSY'
