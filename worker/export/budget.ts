import type { Deps } from '../deps.ts'
import type { Storage } from '../storage/storage.ts'
import type { Db } from '../store/db.ts'

/**
 * What one tick may spend (I6). It ends by rows, bytes, statements and subrequests, not only by time: on Workers the clock stands
 * still between I/O.
 */
export type Budget = {
  spend(kind: 'rows' | 'bytes' | 'statements' | 'subrequests', amount: number): void
  isSpent(): boolean
}

export const createBudget = ({ config: { limits }, clock }: Deps): Budget => {
  const left = {
    rows: limits.tickRows,
    bytes: limits.tickBytes,
    statements: limits.tickStatements,
    subrequests: limits.tickSubrequests,
  }
  const until = clock.now() + limits.sliceMs
  return {
    spend: (kind, amount) => {
      left[kind] -= amount
    },
    isSpent: () => Object.values(left).some((amount) => amount <= 0) || clock.now() >= until,
  }
}

/** The same dependencies, with every statement and storage request counted against the budget. */
export const meterDeps = (deps: Deps, budget: Budget): Deps => ({
  ...deps,
  db: meterDb(deps.db, budget),
  storage: meterStorage(deps.storage, budget),
})

const meterDb = (db: Db, budget: Budget): Db => ({
  ...db,
  query: db.query.withPlugin({
    transformQuery: ({ node }) => {
      budget.spend('statements', 1)
      return node
    },
    transformResult: async ({ result }) => result,
  }),
  batch: (statements) => {
    budget.spend('statements', statements.length)
    return db.batch(statements)
  },
  read: (queries) => {
    budget.spend('statements', queries.length)
    return db.read(queries)
  },
})

const meterStorage = (storage: Storage, budget: Budget): Storage => {
  const metered = <A extends readonly unknown[], R>(verb: (...args: A) => R) => {
    return (...args: A): R => {
      budget.spend('subrequests', 1)
      return verb(...args)
    }
  }
  return {
    ...storage,
    put: metered(storage.put),
    beginUpload: metered(storage.beginUpload),
    uploadPart: metered(storage.uploadPart),
    completeUpload: metered(storage.completeUpload),
    abortUpload: metered(storage.abortUpload),
    head: metered(storage.head),
    list: metered(storage.list),
    remove: metered(storage.remove),
  }
}
