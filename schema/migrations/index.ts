import { store } from './0001_store.ts'
import { exportJobs } from './0002_export.ts'
import { population } from './0003_population.ts'
import { jobList } from './0004_job_list.ts'
import { wholeSpecification } from './0005_whole_specification.ts'
import { access } from './0006_access.ts'

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
  { version: 3, name: 'population', statements: population },
  { version: 4, name: 'job list', statements: jobList },
  { version: 5, name: 'whole specification', statements: wholeSpecification },
  { version: 6, name: 'access', statements: access },
]
