import type { MiddlewareHandler } from 'hono'
import type { Config } from '../config.ts'

/**
 * What browsers must know of every answer, errors included. What an answer says of itself stays: the dashboard's own policy, that of a
 * Binary, how long a file of the dashboard keeps.
 */
export const securityHeaders = ({ auth, baseUrl }: Config): MiddlewareHandler => {
  const expected = Object.entries({
    ...always,
    ...(baseUrl.startsWith('https:') ? { 'Strict-Transport-Security': 'max-age=31536000' } : {}),
  })
  return async (c, next) => {
    await next()
    const { headers } = c.res
    for (const [name, value] of expected) if (!headers.has(name)) headers.set(name, value)
    if (auth === 'smart') forbidStoring(headers)
  }
}

/** The same for an answer that no app has made. */
export const withSecurityHeaders = (response: Response): Response => {
  for (const [name, value] of Object.entries(always)) response.headers.set(name, value)
  return response
}

/** Our answers are data: nothing of them is run, framed, guessed at, or embedded by pages of others (which CORS may still let read them). */
const always = {
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cache-Control': 'no-store',
} as const

/**
 * Where a token is asked for, what it opens stays in no cache, not even that of the one browser. A client that keeps a resource by itself can
 * still ask whether it has changed: ETags and 304 work without a cache, as ranges do.
 */
const forbidStoring = (headers: Headers): void => {
  const given = headers.get('Cache-Control') ?? ''
  if (/\bprivate\b/.test(given) && !/\bno-store\b/.test(given))
    headers.set('Cache-Control', 'private, no-store')
}
