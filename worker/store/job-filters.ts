import { typeIdOf, typeOfId } from '../fhir/resource-type.ts'
import { reachOf } from '../fhir/scope/grants.ts'
import { exportRights } from '../fhir/scope/job-authorization.ts'
import { filteredTypes } from '../fhir/type-filter-parameter.ts'
import { broughtTypeIds } from './exported-types.ts'
import type { Job } from './jobs.ts'

type Filtered = Pick<Job, 'level' | 'patientKeys' | 'typeIds' | 'shape' | 'referenced' | 'authorization'>

/** Searches `Type?query` on one type. Of each of the two lists a resource must satisfy one; `undefined` asks for nothing. */
export type TypeFilters = {
  /** `_typeFilter`. */
  readonly asked: readonly string[] | undefined
  /** What the client may have: the constraints of its scopes. None at all lets nothing through. */
  readonly allowed: readonly string[] | undefined
}

/** By type id, ascending. What is of another type comes without being looked at. */
export const filtersOfJob = (job: Filtered): ReadonlyMap<number, TypeFilters> => {
  if (job.shape.typeFilters.length === 0 && job.authorization === undefined) return none
  const filters = made.get(job) ?? makeFilters(job)
  made.set(job, filters)
  return filters
}

export const filteredTypeIds = (job: Filtered): readonly number[] => [...filtersOfJob(job).keys()]

export const isFiltered = (job: Filtered): boolean => filtersOfJob(job).size > 0

/** Types of which not everything may be exported. */
export const constrainedTypeIds = (job: Filtered): readonly number[] =>
  [...filtersOfJob(job)].flatMap(([typeId, { allowed }]) => (allowed === undefined ? [] : [typeId]))

const none: ReadonlyMap<number, TypeFilters> = new Map()

/** Every statement of a slice asks. */
const made = new WeakMap<Filtered, ReadonlyMap<number, TypeFilters>>()

const makeFilters = (job: Filtered): ReadonlyMap<number, TypeFilters> => {
  const asked = askedOf(job)
  const allowed = allowedOf(job)
  return new Map(
    [...new Set([...asked.keys(), ...allowed.keys()])]
      .sort((a, b) => a - b)
      .map((typeId) => [typeId, { asked: asked.get(typeId), allowed: allowed.get(typeId) }]),
  )
}

const askedOf = ({ shape: { typeFilters } }: Filtered): ReadonlyMap<number, readonly string[]> =>
  new Map(
    filteredTypes(typeFilters).map((type) => [
      typeIdOf(type),
      typeFilters.filter((query) => query.startsWith(`${type}?`)),
    ]),
  )

const allowedOf = (job: Filtered): ReadonlyMap<number, readonly string[]> => {
  const { authorization } = job
  if (authorization === undefined) return new Map()
  return new Map(
    broughtTypeIds(job).flatMap((typeId) => {
      const reach = reachOf(authorization, typeOfId(typeId), ...exportRights)
      if (reach.kind === 'everything') return []
      return [[typeId, reach.kind === 'matching' ? reach.queries : []] as const]
    }),
  )
}
