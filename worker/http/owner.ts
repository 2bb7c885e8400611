import type { Context } from 'hono'
import type { AdministratorPrincipal } from '../auth/principal.ts'
import { SluiceError } from '../errors.ts'
import { optional } from './openapi-parameters.ts'

/** The administrator who asks; keys, passkeys and sessions are somebody's. */
export const administratorOf = (c: Context): AdministratorPrincipal => {
  const principal = c.get('principal')
  if (principal?.kind === 'administrator') return principal
  throw new SluiceError('forbidden', 'Cannot answer this request: nobody is signed in here')
}

/** Whose things are asked for: one's own, or, by an administrator of role admin, those of another. */
export const ownerOf = (c: Context): string => {
  const { administratorId, role } = administratorOf(c)
  const asked = c.req.query('administrator') ?? administratorId
  if (asked === administratorId || role === 'admin') return asked
  throw new SluiceError('forbidden', 'Cannot answer this request: it is about another administrator')
}

/** Throws, as if it were not there, what belongs to another, unless who asks is of role admin. */
export const assertMayEnd = <T extends { readonly administratorId: string }>(
  c: Context,
  what: string,
  found: T | undefined,
): T => {
  const { administratorId, role } = administratorOf(c)
  if (found !== undefined && (found.administratorId === administratorId || role === 'admin')) return found
  throw new SluiceError('not-found', `Cannot find the ${what}: there is none of this id, or no longer`)
}

export const ownerParameter = optional(
  'query',
  'administrator',
  'Id of another administrator, for those of role admin; else it is about who asks',
  '5f0f2c0e-6a5d-4c1e-9d0b-2f1d5a6b7c8d',
)
