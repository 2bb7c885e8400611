import type { Context } from 'hono'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import type { Config } from '../config.ts'

/** The secret of an administrator's session, from his browser. */
export const sessionCookieOf = (c: Context, config: Config): string | undefined =>
  getCookie(c, sessionCookieName(config))

/** Gives it to his browser: no script reads it, no other site has it sent, and it goes when the session has ended. */
export const setSessionCookie = (c: Context, config: Config, secret: string): void =>
  setCookie(c, sessionCookieName(config), secret, {
    ...attributesOf(config),
    maxAge: config.limits.sessionSeconds,
  })

export const removeSessionCookie = (c: Context, config: Config): void => {
  deleteCookie(c, sessionCookieName(config), attributesOf(config))
}

/** `__Host-` binds a cookie to this host and to https (RFC 6265bis section 4.1.3), which only a service on https can ask for. */
export const sessionCookieName = (config: Config): string => (isHttps(config) ? '__Host-sluice' : 'sluice')

const attributesOf = (config: Config) =>
  ({ path: '/', httpOnly: true, sameSite: 'Strict', secure: isHttps(config) }) as const

const isHttps = ({ baseUrl }: Config): boolean => baseUrl.startsWith('https:')
