import type { Deps } from '../deps.ts'
import { SluiceError } from '../errors.ts'
import type { Actor } from '../platform/actor.ts'
import { type AuditEvent, hasChanged, insertAuditIf } from '../store/audit.ts'
import { type Client, insertClient } from '../store/clients.ts'
import { checkRegistration, type Registration } from './client-registration.ts'

/** Registers a client, under an id of our own making unless one is given. Throws `conflict` when that is taken. */
export const createClient = async (
  deps: Deps,
  clientId: string | undefined,
  registration: Registration,
  actor: Actor,
): Promise<Client> => {
  const now = deps.clock.now()
  const client: Client = {
    ...checkRegistration(deps, registration),
    clientId: clientId ?? deps.newId(),
    suspendedAt: undefined,
    createdAt: now,
    changedAt: now,
  }
  const [inserted] = await deps.db.batch([
    insertClient(client),
    insertAuditIf(auditOf('client.create', client, actor, now), hasChanged),
  ])
  if (inserted.changed === 0)
    throw new SluiceError('conflict', `Cannot register client "${client.clientId}": there is one of this id`)
  return client
}

/** What the audit keeps of a change: what the client may do from then on, never its keys. */
export const auditOf = (
  action: AuditEvent['action'],
  client: Client,
  actor: Actor,
  at: number,
): AuditEvent => ({
  at,
  action,
  outcome: 'success',
  actor,
  target: client.clientId,
  detail: {
    name: client.name,
    scopes: client.scopes,
    groupIds: client.groupIds,
    keyIds: client.jwks?.keys.map(({ kid }) => kid),
    keysFrom: client.jwksUrl === undefined ? 'registration' : new URL(client.jwksUrl).host,
    suspended: client.suspendedAt !== undefined,
  },
})
