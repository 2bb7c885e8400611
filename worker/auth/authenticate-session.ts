import type { Deps } from '../deps.ts'
import { sha256Hex } from '../platform/sha256-hex.ts'
import { noteSeen, readSessionHolder } from '../store/sessions.ts'
import { presentRole } from './listed-role.ts'
import type { Principal } from './principal.ts'

/** The administrator whose session it is; `undefined` when it has ended. */
export const authenticateSession = async (
  { db, clock, config }: Pick<Deps, 'db' | 'clock' | 'config'>,
  secret: string,
): Promise<Principal | undefined> => {
  if (!/^[\w-]{43}$/.test(secret)) return undefined
  const now = clock.now()
  // Looked up by its hash, which nobody can bring nearer to the right one step by step.
  const session = await readSessionHolder(db, await sha256Hex(secret), now)
  if (session === undefined) return undefined
  const { administratorId, sessionId, name, lastSeenAt } = session
  const role = presentRole(config, session)
  if (role === undefined) return undefined
  if (now - lastSeenAt >= seenMs) await noteSeen(db, sessionId, now)
  return { kind: 'administrator', administratorId, name, role, session: { sessionId } }
}

/** A page asks every second; people want to know the hour. */
const seenMs = 5 * 60_000
