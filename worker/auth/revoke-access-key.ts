import type { Deps } from '../deps.ts'
import type { Actor } from '../platform/actor.ts'
import { type AccessKey, isAccessKeyThere, revokeAccessKey as revoke } from '../store/access-keys.ts'
import { insertAuditIf } from '../store/audit.ts'
import { deleteSessionsWith } from '../store/sessions.ts'

/** From now on the key opens nothing, and the sessions that were begun with it are over. */
export const revokeAccessKey = async (
  { db, clock }: Pick<Deps, 'db' | 'clock'>,
  { keyId, name, administratorId }: AccessKey,
  actor: Actor,
): Promise<void> => {
  const at = clock.now()
  const detail = { name, administrator: administratorId }
  await db.batch([
    insertAuditIf(
      { at, action: 'access-key.revoke', outcome: 'success', actor, target: keyId, detail },
      isAccessKeyThere(keyId),
    ),
    revoke(keyId, at),
    deleteSessionsWith(keyId),
  ])
}
