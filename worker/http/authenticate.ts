import type { Context, MiddlewareHandler } from 'hono'
import { authenticateAccessKey, isAccessKey } from '../auth/authenticate-access-key.ts'
import { authenticateProxy } from '../auth/authenticate-proxy.ts'
import { authenticateSession } from '../auth/authenticate-session.ts'
import { authenticateToken } from '../auth/authenticate-token.ts'
import { openPrincipal, type Principal } from '../auth/principal.ts'
import type { Deps } from '../deps.ts'
import { SluiceError } from '../errors.ts'
import { limitFailures } from './request-pace.ts'
import { sessionCookieOf } from './session-cookie.ts'
import { sourceOf } from './source.ts'

/** Makes it possible to ask who makes a request, and from where. Nobody is looked up before a route wants to know. */
export const authenticate =
  (deps: Deps, identify: Identify): MiddlewareHandler =>
  async (c, next) => {
    let asked: Promise<Principal | undefined> | undefined
    c.set('ownOrigin', new URL(deps.config.baseUrl).origin)
    c.set('source', sourceOf(c, deps.config))
    c.set('identify', () => {
      asked ??= limitFailures(c, () => identify(c, deps))
      c.set('identified', asked)
      return asked
    })
    await next()
  }

/** Who makes a request, by the credentials that come with it. */
export type Identify = (c: Context, deps: Deps) => Promise<Principal | undefined>

/** The first kind of credentials that a request shows is what counts; good ones of another kind do not make up for bad ones. */
export const identifyByCredentials: Identify = async (c, deps) => {
  if (deps.config.auth === 'open') return openPrincipal
  const token = bearerTokenOf(c)
  if (token !== undefined)
    return isAccessKey(token) ? authenticateAccessKey(deps, token) : authenticateToken(deps, token)
  const assertion = c.req.header('cf-access-jwt-assertion')
  if (deps.config.cloudflareAccess !== undefined && assertion !== undefined)
    return authenticateProxy(deps, deps.config.cloudflareAccess, assertion, c.get('source'))
  const cookie = sessionCookieOf(c, deps.config)
  return cookie === undefined ? undefined : authenticateSession(deps, cookie)
}

/** RFC 6750 section 2.1. An empty token, as Inferno sends to open servers, is none (SPEC TR-27). */
const bearerTokenOf = (c: Context): string | undefined => {
  const header = c.req.header('authorization')?.trim()
  if (header === undefined || /^bearer$/i.test(header)) return undefined
  const token = /^bearer +([\w.~+/=-]{1,16384})$/i.exec(header)?.[1]
  if (token === undefined)
    throw new SluiceError(
      'invalid-token',
      'Cannot read Authorization: it is not of the form "Bearer <token>"',
    )
  return token
}
