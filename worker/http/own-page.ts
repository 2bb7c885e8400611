import type { Context } from 'hono'
import type { Principal } from '../auth/principal.ts'
import { SluiceError } from '../errors.ts'

/**
 * A browser sends the cookie of a session along whoever made the page that asks, so a request with one must come from a page of ours (CSRF).
 * `SameSite=Strict` keeps the cookie from other sites; this also from other hosts of our own site, and from what starts something by GET,
 * as a kick-off does. The browser says where a request comes from, and no page can make it lie:
 *
 * - what starts or changes something must come from our own origin, and by a script of ours: a page of others cannot send the header
 *   `X-Sluice-Form` without asking first (CORS), and is never allowed to, and a form or a link cannot send it at all;
 * - what only reads may also be asked for by the person, who types the URL of a file or follows a bookmark.
 */
export const assertOwnPage = (c: Context, principal: Principal, startsSomething: boolean): void => {
  if (principal.kind !== 'administrator' || principal.session === undefined) return
  if (startsSomething ? isOwnForm(c) : isOwnRead(c)) return
  throw notOurs()
}

/** The same of a request by which somebody signs in or out: a page of others must not do that for a person either. */
export const assertOwnForm = (c: Context): void => {
  if (!isOwnForm(c)) throw notOurs()
}

export const formHeader = 'X-Sluice-Form'

const isOwnForm = (c: Context): boolean => c.req.header(formHeader) === '1' && isOwnOrigin(c, ['same-origin'])

const isOwnRead = (c: Context): boolean => isOwnOrigin(c, ['same-origin', 'none'])

/** Older browsers, and all of them on plain http, do not say `Sec-Fetch-Site`; they say `Origin` of all that is no plain GET. */
const isOwnOrigin = (c: Context, sites: readonly string[]): boolean => {
  const site = c.req.header('sec-fetch-site')
  if (site !== undefined) return sites.includes(site)
  const origin = c.req.header('origin')
  return origin === undefined || origin === c.get('ownOrigin')
}

const notOurs = (): SluiceError =>
  new SluiceError(
    'forbidden',
    `Cannot answer this request: it was not made by a page of this service, whose requests have the header ${formHeader}: 1`,
  )
