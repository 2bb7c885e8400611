import type { Deps } from '../deps.ts'
import type { Actor } from '../platform/actor.ts'
import { insertAuditIf } from '../store/audit.ts'
import { deletePasskey, hasPasskey, type Passkey } from '../store/passkeys.ts'
import { deleteSessionsWith } from '../store/sessions.ts'

/** From now on the passkey signs nobody in, and the sessions that were begun with it are over. */
export const removePasskey = async (
  { db, clock }: Pick<Deps, 'db' | 'clock'>,
  passkey: Passkey,
  actor: Actor,
): Promise<void> => {
  const { credentialId, administratorId, name } = passkey
  const at = clock.now()
  const detail = { name, administrator: administratorId }
  await db.batch([
    insertAuditIf(
      { at, action: 'passkey.delete', outcome: 'success', actor, target: credentialId, detail },
      hasPasskey(passkey),
    ),
    deletePasskey(credentialId),
    deleteSessionsWith(credentialId),
  ])
}
