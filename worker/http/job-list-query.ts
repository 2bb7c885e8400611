import type { Context } from 'hono'
import { parseInstant } from '../fhir/instant.ts'
import { isResourceId } from '../fhir/reference.ts'
import { isResourceType, typeIdOf } from '../fhir/resource-type.ts'
import type { JobFilter } from '../store/job-filter.ts'
import type { JobPlace } from '../store/read-job-list.ts'
import type { JobShown } from './admin-schemas.ts'
import { parsePlace } from './job-place.ts'
import { badParameter, oneOf, readCount, readQuery, within } from './known-query.ts'
import { optional } from './openapi-parameters.ts'

export type JobListQuery = {
  readonly filter: JobFilter
  readonly after: JobPlace | undefined
  readonly count: number
}

/** Which jobs a request for the list wants. */
export const readJobListQuery = (c: Context): JobListQuery => {
  const { state, level, client, group, type, text, createdAfter, createdBefore, after, count } = readQuery(
    c,
    names,
  )
  const filter: JobFilter = {
    state: oneOf('state', state, states),
    level: oneOf('level', level, levels),
    clientId: within('client', client, maxTextLength),
    groupId: readGroup(group),
    typeId: readType(type),
    text: within('text', text, maxTextLength),
    createdFrom: readInstant('createdAfter', createdAfter),
  }
  const before = readInstant('createdBefore', createdBefore)
  return { filter, after: earlierOf(readPlace(after), before), count: readCount(count, 50, 100) }
}

const names = [
  'state',
  'level',
  'client',
  'group',
  'type',
  'text',
  'createdAfter',
  'createdBefore',
  'after',
  'count',
] as const
const states: readonly JobShown['state'][] = ['accepted', 'in-progress', 'completed', 'failed']
const levels: readonly JobShown['level'][] = ['system', 'patient', 'group']
const maxTextLength = 200
const exampleId = '5f0f2c0e-6a5d-4c1e-9d0b-2f1d5a6b7c8d'

export const jobListParameters = [
  optional('query', 'state', `Only jobs in this state: ${states.join(', ')}`, 'in-progress'),
  optional('query', 'level', `Only jobs of this level: ${levels.join(', ')}`, 'group'),
  optional('query', 'client', 'Only jobs of the client with this id', 'registry'),
  optional('query', 'group', 'Only jobs about the Group with this id', 'diabetes'),
  optional(
    'query',
    'type',
    'Only jobs that export this type, by name or because they export all',
    'Observation',
  ),
  optional(
    'query',
    'text',
    'Only jobs in whose id, or in the URL of whose kick-off request, this stands; in whatever case',
    '_since',
  ),
  optional('query', 'createdAfter', 'Only jobs asked for at this instant or later', '2026-11-20T00:00:00Z'),
  optional('query', 'createdBefore', 'Only jobs asked for before this instant', '2026-11-21T00:00:00Z'),
  optional('query', 'after', 'Goes on behind a page: its `next`', `1795084006123_${exampleId}`),
  optional('query', 'count', 'At most so many; 50 unless told, 100 at most', '20'),
]

const readGroup = (text: string | undefined): string | undefined => {
  if (text !== undefined && !isResourceId(text)) throw badParameter('group', text, 'it must be a FHIR id')
  return text
}

const readType = (text: string | undefined): number | undefined => {
  if (text === undefined) return undefined
  if (!isResourceType(text)) throw badParameter('type', text, 'it must be a resource type of FHIR R4')
  return typeIdOf(text)
}

const readInstant = (name: string, text: string | undefined): number | undefined => {
  if (text === undefined) return undefined
  const instant = parseInstant(text)
  if (instant === undefined)
    throw badParameter(name, text, 'it must be an instant, as 2026-11-20T10:00:00Z, or a date')
  return instant.ceilMs
}

const readPlace = (text: string | undefined): JobPlace | undefined => {
  if (text === undefined) return undefined
  const place = parsePlace(text)
  if (place === undefined) throw badParameter('after', text, 'it must be the `next` of a page')
  return place
}

/** What comes behind both. */
const earlierOf = (place: JobPlace | undefined, before: number | undefined): JobPlace | undefined => {
  if (before === undefined) return place
  return place !== undefined && place.createdAt < before ? place : { createdAt: before, jobId: '' }
}
