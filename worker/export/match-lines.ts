import { isJsonObject, type Json } from '../fhir/json.ts'
import { type Filter, parseTypeFilter } from '../fhir/search/filter.ts'
import { filtersOfJob } from '../store/job-filters.ts'
import type { Job } from '../store/jobs.ts'

/** What is compiled of the filters of one type: a resource must satisfy one of each list. */
export type LineFilters = {
  /** IG, `_typeFilter`. */
  readonly asked: readonly Filter[] | undefined
  /** What the client may have. */
  readonly allowed: readonly Filter[] | undefined
}

/** The filters of a job by type id, ascending. */
export type JobFilters = ReadonlyMap<number, LineFilters>

/** `ap` is measured from the time of the snapshot, so that a filter means the same whenever it is asked (I2). */
export const compileJobFilters = (job: Job): JobFilters => {
  const filters = compiled.get(job) ?? compile(job)
  compiled.set(job, filters)
  return filters
}

/** A slice asks for every page of its job. */
const compiled = new WeakMap<Job, JobFilters>()

const compile = (job: Job): JobFilters => {
  const context = { serverBase: job.baseUrl, nowMs: job.transactionTime }
  const compileAll = (queries: readonly string[] | undefined) =>
    queries?.map((query) => parseTypeFilter(query, context))
  return new Map(
    [...filtersOfJob(job)].map(([typeId, { asked, allowed }]) => [
      typeId,
      { asked: compileAll(asked), allowed: compileAll(allowed) },
    ]),
  )
}

/**
 * Whether the resource of a line satisfies the filters of its type. A cheap look at the text comes first. A line that is missing or no JSON
 * object passes what was asked for: that it cannot be exported is found, and told, where it is written. It does not pass where a client may not
 * have everything, for nobody can say that it may have this, or hear of it.
 */
export const satisfies = ({ asked, allowed }: LineFilters, line: string, hides: boolean): boolean => {
  if (!line.startsWith('{') || !line.endsWith('}')) return allowed === undefined
  const possible = [asked, allowed].flatMap((filters) =>
    filters === undefined ? [] : [filters.filter(({ mayMatch }) => mayMatch(line, hides))],
  )
  if (possible.some((filters) => filters.length === 0)) return false
  const resource = parse(line)
  if (resource === undefined) return allowed === undefined
  return possible.every((filters) => filters.some(({ matches }) => matches(resource)))
}

const parse = (line: string) => {
  try {
    const json: Json = JSON.parse(line)
    return isJsonObject(json) ? json : undefined
  } catch {
    return undefined
  }
}
