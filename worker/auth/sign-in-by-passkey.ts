import type { Deps } from '../deps.ts'
import { readAdministrator } from '../store/administrators.ts'
import { insertAuditIf } from '../store/audit.ts'
import { hasPasskey, readPasskey, usePasskey } from '../store/passkeys.ts'
import { deleteOldSessions, hasBegun, insertSessionIf } from '../store/sessions.ts'
import { newSession } from './new-session.ts'
import { type ShownPasskeyAnswer, takeChallenge } from './passkey-answer.ts'
import { userHandleOf } from './passkey-options.ts'
import { refusedSignIn } from './refused-sign-in.ts'
import { verifyShownPasskey } from './verify-passkey.ts'

/** Signs in whoever answers a challenge of ours with a passkey of an administrator. Returns the secret of the session. */
export const signInByPasskey = async (
  deps: Deps,
  {
    answer,
    source,
    replaces,
  }: {
    readonly answer: ShownPasskeyAnswer
    readonly source: string | undefined
    readonly replaces: string | undefined
  },
): Promise<string> => {
  const { challenge } = await takeChallenge(deps, 'passkey', answer.response.clientDataJSON)
  const passkey = await readPasskey(deps.db, answer.id)
  if (passkey === undefined || answer.response.userHandle !== userHandleOf(passkey.administratorId))
    throw refusedSignIn()
  const counter = await verifyShownPasskey(deps, passkey, challenge, answer)
  const { administratorId, credentialId } = passkey
  const name = (await readAdministrator(deps.db, administratorId))?.name
  const { secret, session, event, replacedHash } = await newSession(deps, {
    administratorId,
    method: 'passkey',
    actor: { kind: 'administrator', id: administratorId, name, source },
    credential: credentialId,
    replaces,
  })
  const [, inserted] = await deps.db.batch([
    deleteOldSessions(session.createdAt, replacedHash),
    insertSessionIf(session, hasPasskey(passkey)),
    usePasskey(passkey, counter, session.createdAt),
    insertAuditIf(event, hasBegun(session)),
  ])
  if (inserted.changed !== 1) throw refusedSignIn() // suspended, or the passkey was deleted
  return secret
}
