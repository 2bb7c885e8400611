import type { Deps } from '../deps.ts'
import { SluiceError } from '../errors.ts'
import { equalSecrets } from '../platform/equal-secrets.ts'
import { sha256Hex } from '../platform/sha256-hex.ts'
import { type KeyHolder, noteKeyUse, readKeyHolder } from '../store/access-keys.ts'
import { presentRole } from './listed-role.ts'
import type { Principal } from './principal.ts'

/** The administrator whose access key it is. Throws `invalid-token`, in the same words whatever is wrong. */
export const authenticateAccessKey = async (
  deps: Pick<Deps, 'db' | 'clock' | 'config'>,
  text: string,
): Promise<Principal | undefined> => {
  const found = await verifyAccessKey(deps, text)
  if (found === undefined)
    throw new SluiceError(
      'invalid-token',
      'Cannot accept the access key: it is not known, has expired, or was revoked',
    )
  const { key, holder } = found
  const { administratorId } = key
  return { kind: 'administrator', administratorId, name: holder.name, role: holder.role, session: undefined }
}

/** The key, if it is good at this moment. That it was used is written once a minute at most. */
export const verifyAccessKey = async (
  { db, clock, config }: Pick<Deps, 'db' | 'clock' | 'config'>,
  text: string,
): Promise<KeyHolder | undefined> => {
  const [, keyId, secret] = keyForm.exec(text) ?? []
  if (keyId === undefined || secret === undefined) return undefined
  const found = await readKeyHolder(db, keyId)
  const isRight = await equalSecrets(await sha256Hex(secret), found?.key.secretHash ?? '')
  const now = clock.now()
  if (found === undefined || !isRight || !isGood(found, now)) return undefined
  const role = presentRole(config, found.holder)
  if (role === undefined) return undefined
  if (now - (found.key.lastUsedAt ?? 0) >= noteMs) await noteKeyUse(db, keyId, now)
  return { ...found, holder: { ...found.holder, role } }
}

/** How every access key begins, so that one that leaked is found by scanners. */
export const isAccessKey = (token: string): boolean => token.startsWith('slk_')

const keyForm = /^slk_([0-9a-f]{32})_([\w-]{43})$/
const noteMs = 60_000

const isGood = ({ key, holder }: KeyHolder, now: number): boolean =>
  key.revokedAt === undefined && (key.expiresAt === undefined || key.expiresAt > now) && !holder.isSuspended
