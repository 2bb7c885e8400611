import type { Context } from 'hono'
import { actorOf } from '../auth/principal.ts'
import type { Refusal } from '../auth/record-refusal.ts'
import { type ErrorCode, errorTable, hasCode } from '../errors.ts'

/**
 * What the audit keeps of an answer that refuses: every 401 and 403, and a kick-off that was refused because others run. `undefined` for
 * all other answers. Of the URL it keeps the pattern of its route, for ids and queries may say whom it was about.
 */
export const refusalOf = async (c: Context, error: Error): Promise<Refusal | undefined> => {
  if (!hasCode(error, ...refusing)) return undefined
  const isKickOff = c.req.routePath.endsWith('/$export')
  if (error.code === 'throttled' && !isKickOff) return undefined
  const group = c.req.param('id') ?? ''
  return {
    action: isKickOff ? 'export.kick-off' : 'access.refused',
    actor: actorOf(await whoAsks(c, error.code), c.get('source')),
    target: isKickOff && isId.test(group) ? `Group/${group}` : undefined,
    detail: {
      method: c.req.method,
      route: c.req.routePath,
      status: errorTable[error.code].status,
      reason: error.code,
    },
  }
}

const refusing: readonly ErrorCode[] = [
  'unauthenticated',
  'invalid-token',
  'expired-token',
  'insufficient-scope',
  'forbidden',
  'throttled',
]
const isId = /^[A-Za-z0-9.-]{1,64}$/

/** Who has been identified before, and what he asked for was not for him. Nobody is looked up for a refusal. */
const whoAsks = async (c: Context, code: ErrorCode) => {
  if (errorTable[code].status === 401) return undefined
  const identified = c.get('identified')
  return identified === undefined ? undefined : identified.catch(() => undefined)
}
