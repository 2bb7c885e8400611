import { SluiceError } from '../errors.ts'
import { echoText } from '../fhir/echo-text.ts'
import { parseInstant } from '../fhir/instant.ts'
import { optional, type Parameter, requestHeaders } from './openapi-parameters.ts'
import { singleParameter, unreadable } from './single-parameter.ts'

export type HistoryParameters = {
  readonly count: number
  /** Versions with a smaller number only. */
  readonly before: number
  /** As it was given, for links; empty when it was not. */
  readonly since: string
  readonly sinceMs: number
}

const defaultCount = 50
/** More than this on a page is not refused but not given either, as FHIR lets a server do (R4 search.html#count). */
const maxCount = 1000
const noVersion = Number.MAX_SAFE_INTEGER

/** What a history can be asked with, in the OpenAPI document. */
export const historyParameters: Parameter[] = [
  optional('query', '_count', 'At most so many versions on a page; 50 unless told, 1000 at most', '10'),
  optional('query', '_since', 'Only versions written at or after this instant', '2026-01-01T00:00:00Z'),
  optional('query', '_before', 'Only versions with a smaller number: stands in `next` links', '4'),
  requestHeaders.format,
]

/**
 * Reads the query of a history (FHIR R4 http.html#history). `_before` is ours, and stands in `next` links. What is not supported, such as
 * `_at`, is refused by name: without it the client would get another history than it asked for.
 */
export const readHistoryParameters = (query: URLSearchParams): HistoryParameters => {
  for (const name of query.keys()) {
    if (!known.has(name))
      throw new SluiceError(
        'not-supported',
        `Cannot process parameter "${echoText(name)}": a history takes _count and _since`,
      )
  }
  const count = readNumber(query, '_count', defaultCount)
  const before = readNumber(query, '_before', noVersion)
  const since = singleParameter(query, '_since')
  const instant = since === undefined ? undefined : parseInstant(since)
  if (since !== undefined && instant === undefined)
    throw unreadable('_since', 'it must be an instant such as 2026-01-01T00:00:00Z, or a date')
  return { count: Math.min(count, maxCount), before, since: since ?? '', sinceMs: instant?.ceilMs ?? 0 }
}

/** The query of a link, with what differs from saying nothing. */
export const historyQuery = ({ count, before, since }: HistoryParameters): string => {
  const query = new URLSearchParams()
  if (count !== defaultCount) query.set('_count', String(count))
  if (since !== '') query.set('_since', since)
  if (before !== noVersion) query.set('_before', String(before))
  return query.size === 0 ? '' : `?${query}`
}

const known: ReadonlySet<string> = new Set(['_count', '_since', '_before', '_format', '_pretty'])

const readNumber = (query: URLSearchParams, name: string, fallback: number): number => {
  const text = singleParameter(query, name)
  if (text === undefined) return fallback
  if (!/^\d{1,15}$/.test(text)) throw unreadable(name, 'it must be a whole number')
  return Number(text)
}
