import { SluiceError } from '../errors.ts'
import { echoText } from '../fhir/echo-text.ts'
import { parseInstant } from '../fhir/instant.ts'
import { auditActions } from '../platform/audit-action.ts'
import type { AuditFilter, AuditPlace } from '../store/read-audit.ts'
import { outcomes } from './audit-schemas.ts'

/** The parameters of a query, each at most once, and none but these: a filter that was ignored would show more than was asked for. */
export const onceEach = (url: string, names: readonly string[]): ReadonlyMap<string, string> => {
  const given = new Map<string, string>()
  for (const [name, value] of new URL(url).searchParams) {
    if (!names.includes(name))
      throw refusal('parameter', name, `there is none of this name; there are ${names.join(', ')}`)
    if (given.has(name)) throw refusal('parameter', name, 'it may be given once')
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
  action: oneOf(given, 'action', auditActions),
  outcome: oneOf(given, 'outcome', outcomes),
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
  if (instant === undefined) throw refusal(name, text, 'it must be an instant or a date')
  return instant.ceilMs
}

export const readCount = (given: ReadonlyMap<string, string>): number => {
  const text = given.get('count')
  if (text === undefined) return defaultCount
  const count = /^\d{1,3}$/.test(text) ? Number(text) : 0
  if (count < 1 || count > maxCount) throw refusal('count', text, `it must be 1 to ${maxCount}`)
  return count
}

const defaultCount = 50
const maxCount = 500

/** A place in the list as it stands in URLs. */
export const showPlace = ({ recordedAt, eventId }: AuditPlace): string => `${recordedAt}_${eventId}`

export const readPlace = (given: ReadonlyMap<string, string>): AuditPlace | undefined => {
  const text = given.get('after')
  if (text === undefined) return undefined
  const [, recordedAt, eventId] = /^(\d{1,15})_(\d{1,15})$/.exec(text) ?? []
  if (recordedAt === undefined || eventId === undefined)
    throw refusal('after', text, 'it must be the `next` of a page')
  return { recordedAt: Number(recordedAt), eventId: Number(eventId) }
}

const textOf = (given: ReadonlyMap<string, string>, name: string): string | undefined => {
  const text = given.get(name)
  if (text === '' || (text?.length ?? 0) > maxLength)
    throw refusal(name, text ?? '', `it must have 1 to ${maxLength} characters`)
  return text
}

const maxLength = 512

const oneOf = <const Word extends string>(
  given: ReadonlyMap<string, string>,
  name: string,
  words: readonly Word[],
): Word | undefined => {
  const text = given.get(name)
  const word = words.find((known) => known === text)
  if (text !== undefined && word === undefined)
    throw refusal(name, text, `it must be one of ${words.join(', ')}`)
  return word
}

const refusal = (name: string, value: string, reason: string): SluiceError =>
  new SluiceError('invalid', `Cannot use ${name} "${echoText(value)}": ${reason}`)
