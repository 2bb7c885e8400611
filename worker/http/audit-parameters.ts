import { parseInstant } from '../fhir/instant.ts'
import { auditActions } from '../platform/audit-action.ts'
import type { AuditFilter, AuditPlace } from '../store/read-audit.ts'
import { outcomes } from './audit-schemas.ts'
import { badParameter, oneOf, within } from './known-query.ts'

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

type AuditQuery = Readonly<Partial<Record<(typeof searchNames)[number], string>>>

export const readFilter = (given: AuditQuery): AuditFilter => ({
  actorId: within('actor', given.actor, maxLength),
  action: oneOf('action', given.action, auditActions),
  outcome: oneOf('outcome', given.outcome, outcomes),
  jobId: within('job', given.job, maxLength),
  target: within('target', given.target, maxLength),
  source: within('source', given.source, maxLength),
  from: readInstant('from', given.from),
  to: readInstant('to', given.to),
})

const maxLength = 512

/** Whole milliseconds, which is what there is: from the first that is not before, and before the first that is not. */
export const readInstant = (name: 'from' | 'to', text: string | undefined): number | undefined => {
  if (text === undefined) return undefined
  const instant = parseInstant(text)
  if (instant === undefined) throw badParameter(name, text, 'it must be an instant or a date')
  return instant.ceilMs
}

/** A place in the list as it stands in URLs. */
export const showPlace = ({ recordedAt, eventId }: AuditPlace): string => `${recordedAt}_${eventId}`

export const readPlace = (text: string | undefined): AuditPlace | undefined => {
  if (text === undefined) return undefined
  const [, recordedAt, eventId] = /^(\d{1,15})_(\d{1,15})$/.exec(text) ?? []
  if (recordedAt === undefined || eventId === undefined)
    throw badParameter('after', text, 'it must be the `next` of a page')
  return { recordedAt: Number(recordedAt), eventId: Number(eventId) }
}
