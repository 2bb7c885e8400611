import type { Deps } from '../deps.ts'
import { isAccessKeyThere } from '../store/access-keys.ts'
import { verifyAccessKey } from './authenticate-access-key.ts'
import { beginSession } from './begin-session.ts'
import { refusedSignIn } from './refused-sign-in.ts'

/** Signs in whoever shows a good access key. The session ends with the key. */
export const signInByAccessKey = async (
  deps: Deps,
  {
    accessKey,
    source,
    replaces,
  }: {
    readonly accessKey: string
    readonly source: string | undefined
    readonly replaces: string | undefined
  },
): Promise<string> => {
  const found = await verifyAccessKey(deps, accessKey)
  if (found === undefined) throw refusedSignIn()
  const { administratorId, keyId, expiresAt } = found.key
  return beginSession(
    deps,
    {
      administratorId,
      method: 'access-key',
      actor: { kind: 'administrator', id: administratorId, name: found.holder.name, source },
      credential: keyId,
      until: expiresAt,
      replaces,
    },
    isAccessKeyThere(keyId),
  )
}
