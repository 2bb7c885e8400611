import { LibsqlError } from '@libsql/client/http'
import { SluiceError } from '../errors.ts'

/**
 * Makes of what a client of libSQL throws one of ours. Tells a database that cannot answer now (503, try again) from a statement that
 * is wrong (500, our bug). Busy, I/O, full disk, closed, unreachable: all of the first kind.
 */
export const toDatabaseError = (error: unknown): unknown => {
  if (error instanceof SyntaxError) return unavailable('the answer is not JSON', error)
  if (!(error instanceof LibsqlError)) return error
  if (isOurFault.test(error.code)) {
    return new SluiceError('internal', `Cannot run statement: ${error.message}`, { cause: error })
  }
  return unavailable(error.code, error)
}

export const unavailable = (reason: string, cause?: unknown): SluiceError =>
  new SluiceError('database-unavailable', `Cannot reach the database: ${reason}`, {
    cause,
    retryAfterSeconds: 5,
  })

/** `SQLITE_ERROR` of a file is `SQLITE_UNKNOWN` of a server; what has another prefix is said only by a server. */
const isOurFault =
  /^(?:SQLITE_(?:ERROR|UNKNOWN|CONSTRAINT|MISMATCH|RANGE|MISUSE|TOOBIG)|SQL_|ARGS_|RESPONSE_TOO_LARGE)/
