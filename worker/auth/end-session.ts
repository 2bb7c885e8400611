import type { Deps } from '../deps.ts'
import type { Actor } from '../platform/actor.ts'
import { insertAuditIf } from '../store/audit.ts'
import { deleteSession, isSessionThere, type Session } from '../store/sessions.ts'

/** Ends a session in the database, so that its cookie is worth nothing wherever it is kept. */
export const endSession = async (
  { db, clock }: Pick<Deps, 'db' | 'clock'>,
  { sessionId, administratorId, method }: Pick<Session, 'sessionId' | 'administratorId' | 'method'>,
  actor: Actor,
): Promise<void> => {
  const event = {
    at: clock.now(),
    action: 'administrator.sign-out',
    outcome: 'success',
    actor,
    target: administratorId,
    detail: { method },
  } as const
  await db.batch([insertAuditIf(event, isSessionThere(sessionId)), deleteSession(sessionId)])
}
