import type { Deps } from '../deps.ts'
import { newSecret } from '../platform/new-secret.ts'
import { sha256Hex } from '../platform/sha256-hex.ts'
import type { AccessKey } from '../store/access-keys.ts'

/** An access key that is still to be written, and its text, which is shown once and kept nowhere. */
export const newAccessKey = async (
  { clock, newId }: Pick<Deps, 'clock' | 'newId'>,
  given: Pick<AccessKey, 'administratorId' | 'name' | 'expiresAt'>,
): Promise<{ readonly key: AccessKey; readonly text: string }> => {
  const secret = newSecret()
  const keyId = newId().replaceAll('-', '')
  const key: AccessKey = {
    ...given,
    keyId,
    secretHash: await sha256Hex(secret),
    createdAt: clock.now(),
    lastUsedAt: undefined,
    revokedAt: undefined,
  }
  return { key, text: `slk_${keyId}_${secret}` }
}
