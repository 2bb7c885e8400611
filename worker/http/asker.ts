import type { Context } from 'hono'
import { actorOf, grantsOf } from '../auth/principal.ts'
import { SluiceError } from '../errors.ts'
import { type Asker, anybody } from '../export/asker.ts'
import { boundToGroups, type Grants } from '../fhir/scope/grants.ts'

/** On whose behalf a route works, once he was admitted. */
export const askerOf = (c: Context): Asker => {
  const principal = c.get('principal')
  if (principal === undefined) throw new SluiceError('internal', 'Cannot tell who asks: nobody was admitted')
  const client = principal.kind === 'client' ? principal : undefined
  return {
    actor: actorOf(principal, c.get('source')),
    clientId: client?.clientId,
    registeredAt: client?.registeredAt,
    grants: grantsOf(principal),
    groupIds: client?.groupIds,
    destinations: client?.destinations,
    maxRunningJobs: client?.maxRunningJobs,
  }
}

/** What he may do with resources one by one (FHIR's REST API): a client that is bound to Groups gets what they hold by exports only. */
export const grantsAtRest = (c: Context): Grants => {
  const { grants, groupIds } = askerOf(c)
  return groupIds === undefined ? grants : boundToGroups(grants, groupIds)
}

/** Whoever comes with a URL that is the right itself. */
export const bearerOfUrl = (c: Context): Asker => ({
  ...anybody,
  actor: { kind: 'stranger', source: c.get('source') },
})
