/**
 * The one error type of the service. Its codes are a closed set; `errorTable` says, once, what each means to an HTTP
 * client. Messages follow `Cannot <verb> <thing> "<value>": <reason>` and never hold a secret or resource content.
 */
export const errorTable = {
  // code:                    HTTP status, OperationOutcome issue.code (http://hl7.org/fhir/issue-type)
  invalid: { status: 400, issue: 'invalid' },
  'not-supported': { status: 400, issue: 'not-supported' },
  // RFC 6750 section 3.1; each is answered with `WWW-Authenticate` (`http/error-response.ts`).
  unauthenticated: { status: 401, issue: 'login' },
  'invalid-token': { status: 401, issue: 'security' },
  'expired-token': { status: 401, issue: 'expired' },
  'insufficient-scope': { status: 403, issue: 'forbidden' },
  forbidden: { status: 403, issue: 'forbidden' },
  'not-found': { status: 404, issue: 'not-found' },
  'method-not-allowed': { status: 405, issue: 'not-supported' },
  'not-acceptable': { status: 406, issue: 'not-supported' },
  conflict: { status: 409, issue: 'conflict' },
  deleted: { status: 410, issue: 'deleted' },
  'precondition-failed': { status: 412, issue: 'conflict' },
  'too-large': { status: 413, issue: 'too-long' },
  'unsupported-media-type': { status: 415, issue: 'not-supported' },
  'key-reused': { status: 422, issue: 'business-rule' },
  throttled: { status: 429, issue: 'throttled' },
  internal: { status: 500, issue: 'exception' },
  'not-implemented': { status: 501, issue: 'not-supported' },
  'job-failed': { status: 500, issue: 'processing' },
  'database-unavailable': { status: 503, issue: 'transient' },
  'storage-unavailable': { status: 503, issue: 'transient' },
  // A server of others does not answer, or not as it should (`platform/remote.ts`).
  'remote-unavailable': { status: 503, issue: 'transient' },
  'invalid-range': { status: 416, issue: 'invalid' },
  // RFC 6749 section 5.2: answers of the token endpoint, which are no OperationOutcomes there (`http/oauth-error.ts`).
  'invalid-client': { status: 401, issue: 'security' },
  'invalid-scope': { status: 400, issue: 'forbidden' },
  'unauthorized-client': { status: 400, issue: 'forbidden' },
  'unsupported-grant-type': { status: 400, issue: 'not-supported' },
  // The two below are answers of a storage to the engine and never reach a client as they are.
  'no-such-upload': { status: 503, issue: 'transient' },
  'invalid-part': { status: 503, issue: 'transient' },
} as const satisfies Record<string, { status: number; issue: string }>

export type ErrorCode = keyof typeof errorTable

export type ErrorDetails = {
  readonly cause?: unknown
  /** Seconds a client should wait before it tries again (`Retry-After`). */
  readonly retryAfterSeconds?: number
  /** Methods for the `Allow` header of a 405. */
  readonly allow?: readonly string[]
}

export class SluiceError extends Error {
  readonly code: ErrorCode
  readonly retryAfterSeconds: number | undefined
  readonly allow: readonly string[] | undefined

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.name = 'SluiceError'
    this.code = code
    this.retryAfterSeconds = details.retryAfterSeconds
    this.allow = details.allow
  }
}

export const hasCode = (error: unknown, ...codes: readonly ErrorCode[]): error is SluiceError =>
  error instanceof SluiceError && codes.includes(error.code)
