import type { Deps } from '../deps.ts'
import { insertAuditIf } from '../store/audit.ts'
import type { Statement } from '../store/db.ts'
import { deleteOldSessions, hasBegun, insertSessionIf } from '../store/sessions.ts'
import { newSession, type SessionGiven } from './new-session.ts'
import { refusedSignIn } from './refused-sign-in.ts'

/** How an administrator signed in. */
export type SignInMethod = 'passkey' | 'access-key' | 'enrolment' | 'oidc'

/**
 * Signs an administrator in: a new session, told to the audit. Returns its secret, for a cookie and nothing else. `condition`: what must
 * still hold when it is written, for his credentials may have been taken away since they were looked at.
 */
export const beginSession = async (
  deps: Deps,
  given: SessionGiven,
  condition?: Statement,
): Promise<string> => {
  const { secret, session, event, replacedHash } = await newSession(deps, given)
  const [, inserted] = await deps.db.batch([
    deleteOldSessions(session.createdAt, replacedHash),
    insertSessionIf(session, condition),
    insertAuditIf(event, hasBegun(session)),
  ])
  if (inserted.changed !== 1) throw refusedSignIn() // suspended, or the key was revoked, meanwhile
  return secret
}
