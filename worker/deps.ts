import type { Config } from './config.ts'
import type { SearchContext } from './fhir/search/term.ts'
import type { Clock } from './platform/clock.ts'
import type { NewId } from './platform/ids.ts'
import type { Log } from './platform/log.ts'
import type { AskRemote } from './platform/remote.ts'
import type { Storage } from './storage/storage.ts'
import type { Db } from './store/db.ts'

/** What every verb of the engine works with; made once per process by an entry. */
export type Deps = {
  readonly config: Config
  readonly db: Db
  readonly storage: Storage
  readonly clock: Clock
  readonly newId: NewId
  readonly log: Log
  readonly askRemote: AskRemote
}

/** What searches are understood by, those of scopes among them. */
export const searchContextOf = ({ config, clock }: Pick<Deps, 'config' | 'clock'>): SearchContext => ({
  serverBase: fhirBase(config),
  nowMs: clock.now(),
})

/** The FHIR base URL clients see: references that start with it are local. */
export const fhirBase = ({ baseUrl, fhirPath }: Config): string => baseUrl + fhirPath
