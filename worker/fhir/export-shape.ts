import type { ResourceType } from './resource-type.ts'

/**
 * What a kick-off asks of the output beyond levels, types and instants, and of the answers about it. Frozen in the job, as JSON: it
 * shapes bytes (I2).
 */
export type ExportShape = {
  /** Root elements to keep; `undefined` keeps all. */
  readonly elements?: ElementChoice | undefined
  /** `Type?query`: of a type that is named here, what satisfies one of its queries. */
  readonly typeFilters: readonly string[]
  readonly associated: AssociatedData
  /** One file holds blocks, each of one instance of this type and what belongs to it; `undefined` is a file for each type. */
  readonly organizedBy?: 'Patient' | undefined
  readonly allowsPartialManifests: boolean
  /** `Prefer: separate-export-status` was applied. */
  readonly separatesStatus: boolean
  /** Wishes about the work, none of which changes what comes out, nor its order. */
  readonly tuning: ExportTuning
}

/**
 * `everywhere` goes for every type that has the element; with it, even empty, no resource stays whole. Without it, those of types that are not
 * in `byType` do. A choice (`value[x]`) stands without its `[x]`.
 */
export type ElementChoice = {
  readonly everywhere?: readonly string[] | undefined
  readonly byType: Readonly<Partial<Record<ResourceType, readonly string[]>>>
}

/** `includeAssociatedData` (IG "Query Parameters"). */
export type AssociatedData = {
  /** By the default rule; the latest of each resource exported; or all of each. */
  readonly provenance: 'default' | 'latest' | 'relevant'
  /** `_history`: every version after `_since`, not only what the snapshot shows. */
  readonly history: boolean
  /** `_deleted`: deletions are told without `_since` too. */
  readonly deleted: boolean
}

export type ExportTuning = {
  /** Rows scanned by one query. */
  readonly pageRows?: number | undefined
  /** Patients looked at by one query. */
  readonly patientsAtOnce?: number | undefined
  readonly partBytes?: number | undefined
  readonly logLevel?: 'debug' | 'info' | 'warn' | 'error' | undefined
  /** Work units of the job advanced at once. */
  readonly lanes?: number | undefined
  /** How long the rows about the work are kept when the job has ended, in seconds. */
  readonly rowLifeSeconds?: number | undefined
}

export const plainShape: ExportShape = {
  typeFilters: [],
  associated: { provenance: 'default', history: false, deleted: false },
  allowsPartialManifests: false,
  separatesStatus: false,
  tuning: {},
}
