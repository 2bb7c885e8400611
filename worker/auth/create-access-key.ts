import type { Deps } from '../deps.ts'
import { SluiceError } from '../errors.ts'
import type { Actor } from '../platform/actor.ts'
import {
  type AccessKey,
  hasRoomForKey,
  insertAccessKeyIf,
  isAccessKeyThere,
  maxAccessKeys,
} from '../store/access-keys.ts'
import { isActive } from '../store/administrators.ts'
import { allHold } from '../store/all-hold.ts'
import { insertAuditIf } from '../store/audit.ts'
import { newAccessKey } from './new-access-key.ts'

/** A key for programs of an administrator, who may do by it what he may do. */
export const createAccessKey = async (
  deps: Pick<Deps, 'db' | 'clock' | 'newId'>,
  given: Pick<AccessKey, 'administratorId' | 'name' | 'expiresAt'>,
  actor: Actor,
): Promise<{ readonly key: AccessKey; readonly text: string }> => {
  const { key, text } = await newAccessKey(deps, given)
  if (key.expiresAt !== undefined && key.expiresAt <= key.createdAt)
    throw new SluiceError('invalid', 'Cannot create the access key: it would have expired already')
  const { name, keyId, administratorId } = key
  const detail = { name, administrator: administratorId }
  const [inserted] = await deps.db.batch([
    insertAccessKeyIf(key, allHold(hasRoomForKey(key), isActive(administratorId))),
    insertAuditIf(
      { at: key.createdAt, action: 'access-key.create', outcome: 'success', actor, target: keyId, detail },
      isAccessKeyThere(keyId),
    ),
  ])
  if (inserted.changed === 1) return { key, text }
  throw new SluiceError(
    'conflict',
    `Cannot create the access key: its administrator is suspended, or has ${maxAccessKeys} already; revoke one first`,
  )
}
