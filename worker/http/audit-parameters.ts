import { parseInstant } from '../fhir/instant.ts'
import { auditActions } from '../platform/audit-action.ts'
import type { AuditFilter, AuditPlace } from '../store/read-audit.ts'
import { outcomes } from './audit-schemas.ts'
import { badParameter, oneOf, within } from './known-query.ts'

/** The parameters of a query, each at most once, and none but these: a filter that was ignored would show more than was asked for. */
export const onceEach = (url: string, names: readonly string[]): ReadonlyMap<string, string> => {
  const given = new Map<string, string>()
  for (const [name, value] of new URL(url).searchParams) {
    if (!names.includes(name))
      throw badParameter('parameter', name, `there is none of this name; there are ${names.join(', ')}`)
    if (given.has(name)) throw badParameter('parameter', name, 'it may be given once')
    given.set(name, value)
  }
  return given
}

export const searchNames = [
  'actor',
  'action',
  'outcome',
  'job',
  'target',
  'source',
  'from',
  'to',
  'after',
  'count',
] as const

export const readFilter = (given: ReadonlyMap<string, string>): AuditFilter => ({
  actorId: textOf(given, 'actor'),
  action: oneOf('action', given.get('action'), auditActions),
  outcome: oneOf('outcome', given.get('outcome'), outcomes),
  jobId: textOf(given, 'job'),
  target: textOf(given, 'target'),
  source: textOf(given, 'source'),
  from: instantOf(given, 'from'),
  to: instantOf(given, 'to'),
})

/** Whole milliseconds, which is what there is: from the first that is not before, and before the first that is not. */
export const instantOf = (given: ReadonlyMap<string, string>, name: 'from' | 'to'): number | undefined => {
  const text = given.get(name)
  if (text === undefined) return undefined
  const instant = parseInstant(text)
  if (instant === undefined) throw badParameter(name, text, 'it must be an instant or a date')
  return instant.ceilMs
}

/** A place in the list as it stands in URLs. */
export const showPlace = ({ recordedAt, eventId }: AuditPlace): string => `${recordedAt}_${eventId}`

export const readPlace = (given: ReadonlyMap<string, string>): AuditPlace | undefined => {
  const text = given.get('after')
  if (text === undefined) return undefined
  const [, recordedAt, eventId] = /^(\d{1,15})_(\d{1,15})$/.exec(text) ?? []
  if (recordedAt === undefined || eventId === undefined)
    throw badParameter('after', text, 'it must be the `next` of a page')
  return { recordedAt: Number(recordedAt), eventId: Number(eventId) }
}

const textOf = (given: ReadonlyMap<string, string>, name: string): string | undefined =>
  within(name, given.get(name), maxLength)

const maxLength = 512
