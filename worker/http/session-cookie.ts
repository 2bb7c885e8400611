import type { Context } from 'hono'
import { getCookie } from 'hono/cookie'
import type { Config } from '../config.ts'

/** The secret of an administrator's session, from his browser. */
export const sessionCookieOf = (c: Context, config: Config): string | undefined =>
  getCookie(c, sessionCookieName(config))

/** `__Host-` binds a cookie to this host and to https (RFC 6265bis section 4.1.3), which only a service on https can ask for. */
export const sessionCookieName = ({ baseUrl }: Config): string =>
  baseUrl.startsWith('https:') ? '__Host-sluice' : 'sluice'
