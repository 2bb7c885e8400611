import type { Deps } from '../deps.ts'
import type { Storage } from '../storage/storage.ts'
import { type Db, isOnServer } from '../store/db.ts'

type Kind = 'rows' | 'bytes' | 'statements' | 'subrequests'

/**
 * What one tick, or one sweep, may spend (I6). It ends by rows, bytes, statements and subrequests, not only by time: on Workers the clock stands
 * still between I/O.
 */
export type Budget = {
  spend(kind: Kind, amount: number): void
  /** Below zero when more was spent than there was. */
  left(kind: Kind): number
  isSpent(): boolean
}

/** Without `forMs` it is as long as a slice. */
export const createBudget = ({ config: { limits }, clock }: Deps, forMs: number = limits.sliceMs): Budget => {
  const left: Record<Kind, number> = {
    rows: limits.tickRows,
    bytes: limits.tickBytes,
    statements: limits.tickStatements,
    subrequests: limits.tickSubrequests,
  }
  const until = clock.now() + forMs
  return {
    spend: (kind, amount) => {
      left[kind] -= amount
    },
    left: (kind) => left[kind],
    isSpent: () => Object.values(left).some((amount) => amount <= 0) || clock.now() >= until,
  }
}

/** The same dependencies, with every statement and storage request counted against the budget. */
export const meterDeps = (deps: Deps, budget: Budget): Deps => ({
  ...deps,
  db: meterDb(deps.db, budget),
  storage: meterStorage(deps.storage, budget),
})

/** Statements are counted one by one, and on a server each call as a request. */
const meterDb = (db: Db, budget: Budget): Db => {
  const spend = (statements: number) => {
    budget.spend('statements', statements)
    if (isOnServer(db)) budget.spend('subrequests', 1)
  }
  return {
    ...db,
    query: db.query.withPlugin({
      transformQuery: ({ node }) => {
        spend(1)
        return node
      },
      transformResult: async ({ result }) => result,
    }),
    batch: (statements) => {
      spend(statements.length)
      return db.batch(statements)
    },
    read: (queries) => {
      spend(queries.length)
      return db.read(queries)
    },
  }
}

/** One request a call, but to `remove`: S3 and others take a request for each key (`storage/s3-remove.ts`). */
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
    ...(storage.listUploads && { listUploads: metered(storage.listUploads) }),
    remove: (keys) => {
      budget.spend('subrequests', keys.length)
      return storage.remove(keys)
    },
  }
}
