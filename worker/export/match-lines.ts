import { isJsonObject, type Json } from '../fhir/json.ts'
import { typeIdOf } from '../fhir/resource-type.ts'
import { type Filter, parseTypeFilter } from '../fhir/search/filter.ts'
import type { Job } from '../store/jobs.ts'

/** The filters of a job by type id: what satisfies one of those of its type is exported (IG, `_typeFilter`). */
export type JobFilters = ReadonlyMap<number, readonly Filter[]>

/** `ap` is measured from the time of the snapshot, so that a filter means the same whenever it is asked (I2). */
export const compileJobFilters = (job: Job): JobFilters => {
  const filters = compiled.get(job) ?? compile(job)
  compiled.set(job, filters)
  return filters
}

/** A slice asks for every page of its job. */
const compiled = new WeakMap<Job, JobFilters>()

const compile = ({ shape, baseUrl, transactionTime }: Job): JobFilters =>
  Map.groupBy(
    shape.typeFilters.map((text) => parseTypeFilter(text, { serverBase: baseUrl, nowMs: transactionTime })),
    ({ type }) => typeIdOf(type),
  )

/**
 * Whether one of the filters is satisfied by the resource of a line. A cheap look at the text comes first. A line that is missing or no JSON
 * object passes: that it cannot be exported is found, and told, where it is written.
 */
export const matchesAny = (filters: readonly Filter[], line: string, hides: boolean): boolean => {
  if (!line.startsWith('{') || !line.endsWith('}')) return filters.length > 0
  const possible = filters.filter(({ mayMatch }) => mayMatch(line, hides))
  if (possible.length === 0) return false
  const resource = parse(line)
  return resource === undefined || possible.some(({ matches }) => matches(resource))
}

const parse = (line: string) => {
  try {
    const json: Json = JSON.parse(line)
    return isJsonObject(json) ? json : undefined
  } catch {
    return undefined
  }
}
