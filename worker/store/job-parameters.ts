import { type ExportShape, plainShape } from '../fhir/export-shape.ts'
import type { JobAuthorization } from '../fhir/scope/job-authorization.ts'

/** What of a request has no column of its own: JSON in `job.parameters`. */
export type JobParameters = {
  /** Type ids the client asked for, or those of all that it may have; empty means all. */
  readonly typeIds: readonly number[]
  /** At Group level, the `resource_key` of the Group. */
  readonly groupKey: number | undefined
  /** Keys of the patients the client lists in `patient`; `undefined` when it lists none. */
  readonly patientKeys: readonly number[] | undefined
  /** `_since` and `_until` in whole milliseconds: versions with `lastUpdated` above the one and below the other. */
  readonly sinceMs: number | undefined
  readonly untilMs: number | undefined
  /** With `_since`: whether members who came later bring what they had before. */
  readonly groupBackfill: boolean
  /** What else of the request shapes what comes out. */
  readonly shape: ExportShape
  /** Types that come along when something exported refers to them, by how many references, and whether `_since` filters them. */
  readonly referenced: ReferencedResources
  /** What of its types may be exported; `undefined` is everything. */
  readonly authorization: JobAuthorization | undefined
}

export type ReferencedResources = {
  /** Empty: none. */
  readonly typeIds: readonly number[]
  readonly maxDepth: number
  readonly onlySince: boolean
}

export const showParameters = ({
  typeIds,
  groupKey,
  patientKeys,
  sinceMs,
  untilMs,
  groupBackfill,
  shape,
  referenced,
  authorization,
}: JobParameters): string =>
  JSON.stringify({
    typeIds,
    groupKey,
    patientKeys,
    sinceMs,
    untilMs,
    groupBackfill,
    shape,
    referenced,
    authorization,
  } satisfies JobParameters)

export const parseParameters = (text: string): JobParameters => {
  const parameters: JobParameters = JSON.parse(text)
  return {
    ...parameters,
    shape: parameters.shape ?? plainShape,
    referenced: parameters.referenced ?? nothing,
    authorization: parameters.authorization,
  }
}

/** Jobs begun before there was anything else still have to be shown and swept. */
const nothing: ReferencedResources = { typeIds: [], maxDepth: 0, onlySince: false }
