import type { Context } from 'hono'
import { actorOf, grantsOf } from '../auth/principal.ts'
import type { Asker } from '../export/asker.ts'

/** On whose behalf a route works, once he was admitted. */
export const askerOf = (c: Context): Asker => {
  const principal = c.get('principal')
  const client = principal.kind === 'client' ? principal : undefined
  return {
    actor: actorOf(principal, c.get('source')),
    clientId: client?.clientId,
    grants: grantsOf(principal),
    groupIds: client?.groupIds,
    destinations: client?.destinations,
    maxRunningJobs: client?.maxRunningJobs,
  }
}
