import type { Deps } from '../deps.ts'
import { SluiceError } from '../errors.ts'
import type { Actor } from '../platform/actor.ts'
import { revokeTokensOf } from '../store/access-tokens.ts'
import { type AuditAction, hasChanged, insertAuditIf } from '../store/audit.ts'
import { type Client, deleteClient, readClient, updateClient } from '../store/clients.ts'
import { disownJobs } from '../store/end-job.ts'
import { checkRegistration, type Registration } from './client-registration.ts'
import { auditOf } from './create-client.ts'

/** Which client, and, where it matters, as of which change it was looked at (milliseconds since the epoch). */
export type ClientAt = { readonly clientId: string; readonly changedAt?: number | undefined }

/** Puts a registration in the place of the one there is. Tokens that there are reach no further than it from then on. */
export const replaceClient = (
  deps: Deps,
  at: ClientAt,
  registration: Registration,
  actor: Actor,
): Promise<Client> =>
  change(deps, at, 'client.change', actor, (client) => ({
    ...client,
    ...checkRegistration(deps, registration),
  }))

/** A suspended client gets no tokens, and those it has open nothing; its exports go on. */
export const suspendClient = (deps: Deps, at: ClientAt, actor: Actor): Promise<Client> =>
  change(deps, at, 'client.suspend', actor, (client, now) => ({
    ...client,
    suspendedAt: client.suspendedAt ?? now,
  }))

export const resumeClient = (deps: Deps, at: ClientAt, actor: Actor): Promise<Client> =>
  change(deps, at, 'client.change', actor, (client) => ({ ...client, suspendedAt: undefined }))

/** Forgets a client; nobody who has a token of it is known any more. Its exports stay for administrators until they expire. */
export const removeClient = async (
  deps: Deps,
  { clientId, changedAt }: ClientAt,
  actor: Actor,
): Promise<void> => {
  const client = await requireClient(deps, clientId)
  if (changedAt !== undefined && changedAt !== client.changedAt) throw changedMeanwhile('precondition-failed')
  const now = deps.clock.now()
  await deps.db.batch([
    revokeTokensOf(clientId, now), // or they would be good again for another client that takes the id
    disownJobs(clientId), // and so would these be its own
    deleteClient(clientId),
    insertAuditIf(auditOf('client.delete', client, actor, now), hasChanged),
  ])
}

const requireClient = async ({ db }: Deps, clientId: string): Promise<Client> => {
  const client = await readClient(db, clientId)
  if (client === undefined)
    throw new SluiceError('not-found', 'Cannot find the client: there is none of this id')
  return client
}

/** Of two changes at once the second is refused: it was made by the look of what is no longer so. */
const change = async (
  deps: Deps,
  { clientId, changedAt }: ClientAt,
  action: AuditAction,
  actor: Actor,
  changed: (client: Client, now: number) => Client,
): Promise<Client> => {
  const { db, clock } = deps
  const before = await requireClient(deps, clientId)
  if (changedAt !== undefined && changedAt !== before.changedAt) throw changedMeanwhile('precondition-failed')
  const now = clock.now()
  const after = { ...changed(before, now), changedAt: Math.max(now, before.changedAt + 1) }
  const [updated] = await db.batch([
    updateClient(after, before.changedAt),
    insertAuditIf(auditOf(action, after, actor, now), hasChanged),
  ])
  if (updated.changed === 0) throw changedMeanwhile('conflict')
  return after
}

const changedMeanwhile = (code: 'conflict' | 'precondition-failed'): SluiceError =>
  new SluiceError(code, 'Cannot change the client: somebody else has changed it; read it and try again')
