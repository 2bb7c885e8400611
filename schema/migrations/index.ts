import { store } from './0001_store.ts'
import { exportJobs } from './0002_export.ts'

export type Migration = {
  readonly version: number
  readonly name: string
  readonly statements: readonly string[]
}

/**
 * Every migration, in order: DDL only (and the rows a table cannot be without). Once released, one is never edited; the next is
 * written so that the code before it still works on its result (`migrate.ts` lets code meet a schema one version ahead).
 */
export const migrations: readonly Migration[] = [
  { version: 1, name: 'store', statements: store },
  { version: 2, name: 'export', statements: exportJobs },
]
