import type { Context } from 'hono'
import type { Deps } from '../deps.ts'
import { type ErrorCode, errorTable, SluiceError } from '../errors.ts'
import { outcomeOfError } from './error-response.ts'
import type { Operation } from './route.ts'

/** Answers of the authorization server are not to be kept by anybody (RFC 6749 section 5.1). */
export const notStored = { 'Cache-Control': 'no-store', Pragma: 'no-cache' } as const

/** A route of the authorization server, whose errors are those of OAuth 2.0. With `AUTH=open` it is not there. */
export const answerOAuth =
  (deps: Deps, handler: (c: Context) => Promise<Response>): Operation['handler'] =>
  async (c) => {
    assertTokens(deps)
    try {
      return await handler(c)
    } catch (error) {
      await c.get('noteRefusal')(error)
      return oauthError(deps, error, c)
    }
  }

export const assertTokens = ({ config }: Pick<Deps, 'config'>): void => {
  if (config.auth === 'open')
    throw new SluiceError('not-found', 'Cannot find this URL: AUTH=open asks for no tokens and issues none')
}

/** RFC 6749 section 5.2. The description is what a developer needs to find the fault, and within what that section allows. */
const oauthError = ({ log }: Deps, error: unknown, c: Context): Response => {
  const known = toKnown(error)
  const [name, status] = oauthErrorOf(known.code)
  const [issue] = outcomeOfError(log, known, c.req.routePath).issue
  const retry = known.retryAfterSeconds ?? (status === 503 ? 5 : undefined)
  return c.json(
    {
      error: name,
      error_description: (issue?.diagnostics ?? '')
        .replaceAll('"', "'")
        .replace(/[^\x20-\x5b\x5d-\x7e]/g, '?'),
    },
    status,
    {
      ...notStored,
      ...(retry === undefined ? {} : { 'Retry-After': String(retry) }),
      ...(status === 401 && c.req.header('authorization') !== undefined ? challenge : {}),
    },
  )
}

/** RFC 6749 section 5.2: for who has tried it by that header. */
const challenge = { 'WWW-Authenticate': 'Bearer realm="auth", error="invalid_token"' }

type OAuthError = readonly [name: string, status: 400 | 401 | 413 | 429 | 500 | 503]

const oauthErrorOf = (code: ErrorCode): OAuthError => {
  switch (code) {
    case 'invalid-client':
      return ['invalid_client', 401]
    case 'invalid-scope':
      return ['invalid_scope', 400]
    case 'unauthorized-client':
      return ['unauthorized_client', 400]
    case 'unsupported-grant-type':
      return ['unsupported_grant_type', 400]
    // Of introspection: who shows a token or a key instead of an assertion.
    case 'unauthenticated':
    case 'invalid-token':
    case 'expired-token':
    case 'forbidden':
      return ['invalid_client', 401]
    case 'throttled':
      return ['slow_down', 429] // the word of RFC 8628 section 3.5: RFC 6749 has none
    case 'too-large':
      return ['invalid_request', 413]
    default: {
      const { status } = errorTable[code]
      if (status === 503) return ['temporarily_unavailable', 503]
      return status < 500 ? ['invalid_request', 400] : ['server_error', 500]
    }
  }
}

const toKnown = (error: unknown): SluiceError => {
  if (error instanceof SluiceError) return error
  const message = error instanceof Error ? error.message : 'unknown'
  return new SluiceError('internal', message, { cause: error })
}
