import type { Deps } from '../deps.ts'
import { SluiceError } from '../errors.ts'
import type { Actor } from '../platform/actor.ts'
import { isActive } from '../store/administrators.ts'
import { allHold } from '../store/all-hold.ts'
import { hasChanged, insertAuditIf } from '../store/audit.ts'
import { insertPasskeyIf, isNewPasskey, type Passkey } from '../store/passkeys.ts'
import type { NewPasskeyAnswer } from './passkey-answer.ts'
import { verifyNewPasskey } from './verify-passkey.ts'

/** One more passkey for somebody who is signed in. */
export const addPasskey = async (
  deps: Pick<Deps, 'db' | 'clock' | 'config'>,
  given: Pick<Passkey, 'administratorId' | 'name'>,
  answer: NewPasskeyAnswer,
  actor: Actor,
): Promise<Passkey> => {
  const passkey = await verifyNewPasskey(deps, given, answer)
  const { administratorId, name, credentialId, createdAt: at } = passkey
  const detail = { name, administrator: administratorId }
  const [inserted] = await deps.db.batch([
    insertPasskeyIf(passkey, allHold(isNewPasskey(passkey), isActive(administratorId))),
    insertAuditIf(
      { at, action: 'passkey.create', outcome: 'success', actor, target: credentialId, detail },
      hasChanged,
    ),
  ])
  if (inserted.changed === 1) return passkey
  throw new SluiceError('conflict', 'Cannot add the passkey: it is there already, or there are too many')
}
