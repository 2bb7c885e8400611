import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely'
import { SluiceError } from '../errors.ts'
import type { BatchResult } from './db.ts'

/**
 * Kysely over a libSQL client: one statement, one call. Interactive transactions are refused on purpose, for they would open a
 * second connection on a file and cost a request a statement over HTTP; atomic writes go through `Db.batch`.
 */
export const libsqlDialect = (run: (compiled: CompiledQuery) => Promise<BatchResult>): Dialect => {
  const connection: DatabaseConnection = {
    executeQuery: async <R>(compiled: CompiledQuery): Promise<QueryResult<R>> => {
      const { rows, changed } = await run(compiled)
      return { rows: rows as readonly R[] as R[], numAffectedRows: BigInt(changed) }
    },
    streamQuery: () => refuse('stream a query'),
  }
  return {
    createAdapter: () => new SqliteAdapter(),
    createQueryCompiler: () => new SqliteQueryCompiler(),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createDriver: () => ({
      init: async () => {},
      acquireConnection: async () => connection,
      beginTransaction: async () => refuse('begin a transaction'),
      commitTransaction: async () => refuse('commit a transaction'),
      rollbackTransaction: async () => refuse('roll back a transaction'),
      releaseConnection: async () => {},
      destroy: async () => {},
    }),
  }
}

const refuse = (what: string): never => {
  throw new SluiceError('internal', `Cannot ${what}: use Db.batch`)
}
