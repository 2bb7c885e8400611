import type { AccessTables } from './access-tables.ts'
import type { JobTables } from './job-tables.ts'
import type { PopulationTables } from './population-tables.ts'
import type { ResourceTables } from './resource-tables.ts'

export type * from './access-tables.ts'
export type * from './job-tables.ts'
export type * from './population-tables.ts'
export type * from './resource-tables.ts'

/**
 * The tables as Kysely sees them. What each is for, its keys and invariants: `schema/README.md`.
 *
 * Every `…_seq`, `seq`, `as_of` is a store sequence number; every `position` packs a resource type and a `seq`
 * (`worker/store/position.ts`); every instant is a whole number of milliseconds since the Unix epoch.
 */
export type Tables = ResourceTables & JobTables & PopulationTables & AccessTables
