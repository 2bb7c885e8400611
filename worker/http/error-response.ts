import type { Context } from 'hono'
import { HTTPException } from 'hono/http-exception'
import type { RecordRefusal } from '../auth/record-refusal.ts'
import { type ErrorCode, errorTable, SluiceError } from '../errors.ts'
import { type OperationOutcome, outcomeOf } from '../fhir/operation-outcome.ts'
import type { Log } from '../platform/log.ts'
import { noteRefusal } from './note-refusal.ts'

export const fhirJson = 'application/fhir+json; charset=utf-8'

/** Errors of routes, for `app.onError`; whoever is refused something leaves a row in the audit. */
export const recordedErrorResponse =
  (log: Log, record: RecordRefusal) =>
  async (error: Error, c: Context): Promise<Response> => {
    await noteRefusal(c, record, error)
    return errorResponse(log)(error, c)
  }

/** An error of a route. */
export const errorResponse =
  (log: Log) =>
  (error: Error, c: Context): Response =>
    answerError(log, error, c.req.routePath)

/**
 * Every error as an OperationOutcome in FHIR JSON (Bulk Data IG, "Error Response"). What is not a `SluiceError` is our bug: the
 * client learns that it happened, the log learns what.
 */
export const answerError = (log: Log, error: Error, path: string): Response => {
  const known = toSluiceError(error)
  const { status } = errorTable[known.code]
  const headers = new Headers({ 'Content-Type': fhirJson, 'Cache-Control': 'no-store' })
  const retryAfterSeconds = known.retryAfterSeconds ?? (status === 503 ? defaultRetryAfterSeconds : undefined)
  if (retryAfterSeconds !== undefined) headers.set('Retry-After', String(retryAfterSeconds))
  if (known.allow !== undefined) headers.set('Allow', known.allow.join(', '))
  const challenge = challengeOf(known.code)
  if (challenge !== undefined) headers.set('WWW-Authenticate', challenge)
  return new Response(JSON.stringify(outcomeOfError(log, known, path)), { status, headers })
}

/** RFC 6750 section 3: who shows no credentials is not told of an error. */
const challengeOf = (code: ErrorCode): string | undefined => {
  switch (code) {
    case 'unauthenticated':
      return 'Bearer realm="fhir"'
    case 'invalid-token':
    case 'expired-token':
      return 'Bearer realm="fhir", error="invalid_token"'
    case 'insufficient-scope':
      return 'Bearer realm="fhir", error="insufficient_scope"'
    default:
      return undefined
  }
}

/** What a client is told of an error; what is the server's fault is logged. */
export const outcomeOfError = (log: Log, error: SluiceError, path: string): OperationOutcome => {
  const { code, message } = error
  const { status, issue } = errorTable[code]
  if (status >= 500 && !loggedElsewhere.has(code))
    log('error', 'request failed', { path, code, reason: deepMessage(error) })
  const diagnostics =
    code === 'internal' ? 'The server could not process the request; its log says why' : message
  const isFatal = status >= 500 && issue !== 'transient' && code !== 'not-implemented'
  const severity = isFatal ? 'fatal' : 'error'
  return outcomeOf([{ severity, code: issue, diagnostics }])
}

/**
 * A failed export is logged where it fails, not at each poll; and what is switched off is no failure. That a server of others is not to be had
 * is logged when it is asked, and not at each request that needs it, which strangers can send.
 */
const loggedElsewhere: ReadonlySet<ErrorCode> = new Set([
  'job-failed',
  'not-implemented',
  'remote-unavailable',
])

/** For a 503 that does not know when: a client that is told nothing may ask again at once. */
const defaultRetryAfterSeconds = 5

const toSluiceError = (error: Error): SluiceError => {
  if (error instanceof SluiceError) return error
  if (error instanceof HTTPException && error.status < 500) {
    return new SluiceError('invalid', `Cannot process request: ${error.message}`, { cause: error })
  }
  return new SluiceError('internal', error.message, { cause: error })
}

const deepMessage = (error: Error): string =>
  error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message
