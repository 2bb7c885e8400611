import type { Context } from 'hono'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import { oidcSignInMs } from '../auth/oidc-sign-in.ts'
import type { Config } from '../config.ts'

/** The half of a signing-in that its browser keeps. */
export const oidcCookieOf = (c: Context, config: Config): string | undefined => getCookie(c, nameOf(config))

/** `Lax`, not `Strict`: it has to come along when the provider, another site, leads the browser back. */
export const setOidcCookie = (c: Context, config: Config, secret: string): void =>
  setCookie(c, nameOf(config), secret, { ...attributesOf(config), maxAge: oidcSignInMs / 1000 })

export const deleteOidcCookie = (c: Context, config: Config): void => {
  deleteCookie(c, nameOf(config), attributesOf(config))
}

const isHttps = ({ baseUrl }: Config): boolean => baseUrl.startsWith('https:')

/** `__Host-` as of the session (`session-cookie.ts`): no other host can plant one. */
const nameOf = (config: Config): string => (isHttps(config) ? '__Host-sluice-oidc' : 'sluice-oidc')

const attributesOf = (config: Config) =>
  ({ path: '/', httpOnly: true, secure: isHttps(config), sameSite: 'Lax' }) as const
