import type { Context } from 'hono'
import type { Principal } from '../auth/principal.ts'
import { SluiceError } from '../errors.ts'
import { assertOwnPage } from './own-page.ts'
import { paceRequest } from './request-pace.ts'

/**
 * Who may use a route: everybody; whoever may do something with resources (what exactly is up to the route); administrators who may see how
 * the service does; or those who steer it. Where no token is asked for (`AUTH=open`), all of them are everybody of this machine.
 */
export type Access = 'public' | 'client' | 'viewer' | 'admin'

declare module 'hono' {
  interface ContextVariableMap {
    /** Finds out who asks, once; `undefined` for who shows no credentials. Throws for such as are not good. */
    readonly identify: () => Promise<Principal | undefined>
    /** What `identify` has found out, if it was asked. */
    readonly identified: Promise<Principal | undefined> | undefined
    /** Where the request came from, if that is known. */
    readonly source: string | undefined
    /** The origin of `BASE_URL`, which pages of ours come from. */
    readonly ownOrigin: string
    /** Who was admitted; `undefined` where the route is public to this request. */
    readonly principal: Principal | undefined
  }
}

/** Lets in who may come in, and nobody else; from then on the context says who it is. `startsSomething`: the request does more than read. */
export const admit = async (
  c: Context,
  access: Exclude<Access, 'public'>,
  startsSomething = true,
): Promise<void> => {
  const principal = await c.get('identify')()
  if (principal === undefined)
    throw new SluiceError('unauthenticated', 'Cannot answer this request: it comes without an access token')
  assertMay(principal, access)
  assertOwnPage(c, principal, startsSomething)
  await paceRequest(c, principal)
  c.set('principal', principal)
}

const assertMay = (principal: Principal, access: Exclude<Access, 'public'>): void => {
  if (principal.kind === 'open') return
  if (principal.kind === 'client') {
    if (access !== 'client') throw forbidden('it is for administrators')
    return
  }
  if (access !== 'viewer' && principal.role !== 'admin')
    throw forbidden('it is for administrators of role admin')
}

const forbidden = (reason: string): SluiceError =>
  new SluiceError('forbidden', `Cannot answer this request: ${reason}`)
