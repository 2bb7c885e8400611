import type { Client, InArgs, InValue, ResultSet } from '@libsql/client'
import { LibsqlError } from '@libsql/client'
import { type CompiledQuery, Kysely, type RawBuilder } from 'kysely'
import type { Tables } from '../../schema/tables.ts'
import { SluiceError } from '../errors.ts'
import { libsqlDialect } from './libsql-dialect.ts'

/** The database: single statements through `query`, atomic groups of writes through `batch`. There are no open transactions. */
export type Db = {
  readonly query: Kysely<Tables>
  /** Runs the statements in one write transaction, all or none. */
  batch(statements: readonly Statement[]): Promise<readonly BatchResult[]>
  close(): void
}

export type Statement = RawBuilder<unknown>
export type BatchResult = {
  readonly rows: readonly Readonly<Record<string, unknown>>[]
  readonly changed: number
}

export const createDb = (client: Client): Db => {
  const query = new Kysely<Tables>({ dialect: libsqlDialect(async (compiled) => run(client, compiled)) })
  return {
    query,
    batch: async (statements) => {
      const compiled = statements.map((statement) => toStatement(statement.compile(query)))
      const results = await speaking(() => client.batch(compiled, 'write'))
      return results.map(toResult)
    },
    close: () => client.close(),
  }
}

const run = async (client: Client, compiled: CompiledQuery): Promise<BatchResult> =>
  toResult(await speaking(() => client.execute(toStatement(compiled))))

const toStatement = (compiled: CompiledQuery): { sql: string; args: InArgs } => ({
  sql: compiled.sql,
  args: compiled.parameters.map(toBinding),
})

/** A JavaScript number is bound as REAL by the client, so integers travel as bigint (measured: a TEXT column got '1.0'). */
const toBinding = (value: unknown): InValue => {
  if (value === null || typeof value === 'string' || typeof value === 'bigint') return value
  if (typeof value === 'number' && Number.isSafeInteger(value)) return BigInt(value)
  if (typeof value === 'boolean') return value ? 1n : 0n
  if (value instanceof Uint8Array) return value
  throw new SluiceError('internal', `Cannot bind a ${typeof value} to a statement: it is not a whole number`)
}

const toResult = (result: ResultSet): BatchResult => ({ rows: result.rows, changed: result.rowsAffected })

/**
 * Tells a database that cannot answer now (503, try again) from a statement that is wrong (500, our bug). Busy, I/O, full disk,
 * closed, unreachable: all of the first kind.
 */
const speaking = async <T>(call: () => Promise<T>): Promise<T> => {
  try {
    return await call()
  } catch (error) {
    if (!(error instanceof LibsqlError)) throw error
    if (/^SQLITE_(ERROR|CONSTRAINT|MISMATCH|RANGE|MISUSE)/.test(error.code)) {
      throw new SluiceError('internal', `Cannot run statement: ${error.message}`, { cause: error })
    }
    throw new SluiceError('database-unavailable', `Cannot reach the database: ${error.code}`, {
      cause: error,
      retryAfterSeconds: 5,
    })
  }
}
