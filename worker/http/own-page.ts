import type { Context } from 'hono'
import type { Principal } from '../auth/principal.ts'
import { SluiceError } from '../errors.ts'

/**
 * A browser sends the cookie of a session along whoever made the page that asks, so a request with one must come from a page of ours (CSRF).
 * That goes for GET as well, for a kick-off is one. Links that a person follows within our pages are such requests too.
 */
export const assertOwnPage = (c: Context, principal: Principal): void => {
  if (principal.kind !== 'administrator' || principal.session === undefined) return
  if (c.req.header('sec-fetch-site') === 'same-origin') return
  throw new SluiceError('forbidden', 'Cannot answer this request: it was not made by a page of this service')
}
