import { sql } from 'kysely'
import { hasCode, SluiceError } from '../errors.ts'
import type { BatchResult, Db, Statement } from './db.ts'

export type WriteOptions = {
  readonly now: number
  /** A node whose clock is further than this off the database's must not write (DESIGN 4). Infinity: no check. */
  readonly maxClockSkewMs: number
}

/** A batch whose `now` goes into the store clock, and from there into every later write: refused when it is too far off. */
export const batchByClock = async (
  db: Db,
  { now, maxClockSkewMs }: WriteOptions,
  statements: readonly Statement[],
): Promise<readonly BatchResult[]> => {
  if (!Number.isFinite(maxClockSkewMs)) return db.batch(statements)
  const [, ...results] = await db
    .batch([refuseSkewedClock(now, maxClockSkewMs), ...statements])
    .catch(explainSkew)
  return results
}

/** `json()` of a non-JSON text is an error, which rolls the whole batch back: the one way to stop a batch from inside SQL. */
const refuseSkewedClock = (now: number, maxClockSkewMs: number): Statement =>
  sql`select case when abs(cast(unixepoch('subsec') * 1000 as integer) - ${now}) > ${maxClockSkewMs}
    then json('the clock of this node is too far off the clock of the database') end`

const explainSkew = (error: unknown): never => {
  if (!(hasCode(error, 'internal') && error.message.includes('malformed JSON'))) throw error
  const message = 'Cannot write: the clock of this node is too far off the clock of the database'
  throw new SluiceError('database-unavailable', message, { cause: error, retryAfterSeconds: 60 })
}
