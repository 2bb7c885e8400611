import type { Client, InArgs, InValue, ResultSet } from '@libsql/client'
import { type CompiledQuery, Kysely, type RawBuilder } from 'kysely'
import type { Tables } from '../../schema/tables.ts'
import { SluiceError } from '../errors.ts'
import { toDatabaseError } from './database-error.ts'
import { libsqlDialect } from './libsql-dialect.ts'

/** The database: single statements through `query`, groups of them through `batch` and `read`. There are no open transactions. */
export type Db = {
  readonly query: Kysely<Tables>
  /** What a page of lines is read as, whichever is faster; and `text`, from a server, has bounds (`page.ts`). */
  readonly pages: 'blob' | 'text'
  /** Runs the statements in one write transaction, all or none. */
  batch<const S extends readonly Statement[]>(statements: S): Promise<Results<S>>
  /** Runs queries that see the same moment; over HTTP they are one request. */
  read<const S extends readonly Statement[]>(queries: S): Promise<Results<S>>
  close(): void
}

/** Only a server is asked for pages as text. Each call of one is a request. */
export const isOnServer = ({ pages }: Db): boolean => pages === 'text'

export type Statement = RawBuilder<unknown>
export type BatchResult<Row = Readonly<Record<string, unknown>>> = {
  readonly rows: readonly Row[]
  readonly changed: number
}
type Results<S extends readonly Statement[]> = {
  readonly [I in keyof S]: S[I] extends RawBuilder<infer Row>
    ? unknown extends Row
      ? BatchResult
      : BatchResult<Row>
    : never
}

/** What of a client is used: nothing is kept open between two calls. */
export type Caller = Pick<Client, 'execute' | 'batch' | 'close'>

export const createDb = (client: Caller, pages: Db['pages'] = 'blob'): Db => {
  const query = new Kysely<Tables>({ dialect: libsqlDialect(async (compiled) => run(client, compiled)) })
  const inTransaction =
    (mode: 'read' | 'write') =>
    async <const S extends readonly Statement[]>(statements: S): Promise<Results<S>> => {
      const compiled = statements.map((statement) => toStatement(statement.compile(query)))
      const results = await speaking(() => client.batch(compiled, mode))
      return results.map(toResult) as readonly BatchResult[] as Results<S>
    }
  return {
    query,
    pages,
    batch: inTransaction('write'),
    read: inTransaction('read'),
    close: () => client.close(),
  }
}

const run = async (client: Caller, compiled: CompiledQuery): Promise<BatchResult> =>
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

const speaking = async <T>(call: () => Promise<T>): Promise<T> => {
  try {
    return await call()
  } catch (error) {
    throw toDatabaseError(error)
  }
}
