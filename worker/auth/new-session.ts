import type { Deps } from '../deps.ts'
import type { Actor } from '../platform/actor.ts'
import { newSecret } from '../platform/new-secret.ts'
import { sha256Hex } from '../platform/sha256-hex.ts'
import type { AuditEvent } from '../store/audit.ts'
import type { Session } from '../store/sessions.ts'
import type { SignInMethod } from './begin-session.ts'

export type SessionGiven = {
  readonly administratorId: string
  readonly method: SignInMethod
  readonly actor: Actor
  /** The passkey or access key by which it is begun: the session ends when that is taken away. */
  readonly credential?: string | undefined
  /** When the credentials end, and the session with them. */
  readonly until?: number | undefined
  /** Secret of the session that the browser had before, which ends: a cookie that was planted is worth nothing (session fixation). */
  readonly replaces?: string | undefined
}

/** A session that is still to be written, and what the audit is told of it. Its secret is always a new one. */
export const newSession = async (
  { clock, newId, config }: Pick<Deps, 'clock' | 'newId' | 'config'>,
  given: SessionGiven,
): Promise<NewSession> => {
  const { administratorId, method, actor, credential, until = Number.POSITIVE_INFINITY, replaces } = given
  const secret = newSecret()
  const now = clock.now()
  return {
    secret,
    session: {
      secretHash: await sha256Hex(secret),
      sessionId: newId(),
      administratorId,
      method,
      credential,
      source: actor.source,
      createdAt: now,
      expiresAt: Math.min(until, now + config.limits.sessionSeconds * 1000),
      lastSeenAt: now,
    },
    event: {
      at: now,
      action: 'administrator.sign-in',
      outcome: 'success',
      actor,
      target: administratorId,
      detail: { method },
    },
    replacedHash: replaces === undefined ? undefined : await sha256Hex(replaces),
  }
}

export type NewSession = {
  readonly secret: string
  readonly session: Session
  readonly event: AuditEvent
  readonly replacedHash: string | undefined
}
