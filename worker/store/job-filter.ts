import { type RawBuilder, sql } from 'kysely'
import type { JobState, JobTable } from '../../schema/tables.ts'
import { groupTypeId } from './exported-types.ts'

/** Which jobs a list is to have. What is `undefined` does not matter. */
export type JobFilter = {
  readonly state?: JobState | undefined
  readonly clientId?: string | undefined
  /** Asked for at this instant or later, in milliseconds. */
  readonly createdFrom?: number | undefined
  readonly level?: JobTable['level'] | undefined
  readonly groupId?: string | undefined
  /** It was asked for by name, or all types were. */
  readonly typeId?: number | undefined
  /** Stands in the id, or in the URL of the kick-off request; in whatever case. */
  readonly text?: string | undefined
}

/** Whether it asks for something that no index finds. */
export const isScanned = ({ level, groupId, typeId, text }: JobFilter): boolean =>
  [level, groupId, typeId, text].some((wish) => wish !== undefined)

/** SQL: what of a filter an index finds. */
export const isAmong = ({ state, clientId, createdFrom }: JobFilter = {}): RawBuilder<unknown> =>
  all([
    state === undefined ? undefined : sql`state = ${state}`,
    clientId === undefined ? undefined : sql`client_id = ${clientId}`,
    createdFrom === undefined ? undefined : sql`created_at >= ${createdFrom}`,
  ])

/** SQL: the rest of it, judged job by job. */
export const isAsked = ({ level, groupId, typeId, text }: JobFilter = {}): RawBuilder<unknown> =>
  all([
    level === undefined ? undefined : sql`level = ${level}`,
    groupId === undefined
      ? undefined
      : sql`parameters ->> '$.groupKey' = (select resource_key from resource where type_id = ${groupTypeId} and id = ${groupId})`,
    typeId === undefined
      ? undefined
      : sql`(json_array_length(parameters, '$.typeIds') = 0
          or exists (select 1 from json_each(parameters, '$.typeIds') where value = ${typeId}))`,
    text === undefined
      ? undefined
      : sql`(instr(lower(request_url), ${text.toLowerCase()}) > 0 or instr(job_id, ${text.toLowerCase()}) > 0)`,
  ])

const all = (conditions: readonly (RawBuilder<unknown> | undefined)[]): RawBuilder<unknown> => {
  const given = conditions.filter((condition) => condition !== undefined)
  return given.length === 0 ? sql`true` : sql.join(given, sql` and `)
}
