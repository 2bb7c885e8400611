import { allGrants, type Grants } from '../fhir/scope/grants.ts'
import type { Actor } from '../platform/actor.ts'

/** On whose behalf a verb of the engine works, and how far that goes. */
export type Asker = {
  readonly actor: Actor
  /** Whose jobs these are; `undefined` of administrators and of everybody (`AUTH=open`), who see all jobs. */
  readonly clientId: string | undefined
  /** When that client was registered; `undefined` where it was not, as those of other issuers. */
  readonly registeredAt?: number | undefined
  readonly grants: Grants
  /** Ids of the Groups that may be exported; `undefined` is every one that the grants let be read. */
  readonly groupIds: readonly string[] | undefined
  /** Names of storages that files may go to; `undefined` is all. */
  readonly destinations: readonly string[] | undefined
  /** Exports of this client at once; `undefined`: as configured. */
  readonly maxRunningJobs: number | undefined
}

/** Whoever asks where no token is asked for. */
export const anybody: Asker = {
  actor: { kind: 'open' },
  clientId: undefined,
  grants: allGrants,
  groupIds: undefined,
  destinations: undefined,
  maxRunningJobs: undefined,
}
