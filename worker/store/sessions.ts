import { sql } from 'kysely'
import type { AdministratorTable, SessionTable } from '../../schema/tables.ts'
import { isActive } from './administrators.ts'
import type { Db, Statement } from './db.ts'

/** An administrator who is signed in by a browser. */
export type Session = {
  readonly secretHash: string
  readonly sessionId: string
  readonly administratorId: string
  readonly method: SessionTable['method']
  /** The passkey or access key that it was begun with, and ends with. */
  readonly credential: string | undefined
  readonly source: string | undefined
  readonly createdAt: number
  readonly expiresAt: number
  readonly lastSeenAt: number
}

/** Whose session it is; `undefined` when it has ended, or he is suspended. */
export const readSessionHolder = async (
  db: Db,
  secretHash: string,
  now: number,
): Promise<(Session & Pick<AdministratorTable, 'name' | 'role' | 'subject'>) | undefined> => {
  const row = await db.query
    .selectFrom('session')
    .innerJoin('administrator', 'administrator.administrator_id', 'session.administrator_id')
    .selectAll('session')
    .select(['administrator.name', 'administrator.role', 'administrator.subject'])
    .where('secret_hash', '=', secretHash)
    .where('expires_at', '>', now)
    .where('administrator.suspended_at', 'is', null)
    .executeTakeFirst()
  if (row === undefined) return undefined
  const { name, role, subject } = row
  return { ...toSession(row), name, role, subject }
}

export const readSession = async (db: Db, sessionId: string, now: number): Promise<Session | undefined> => {
  const row = await db.query
    .selectFrom('session')
    .selectAll()
    .where('session_id', '=', sessionId)
    .where('expires_at', '>', now)
    .executeTakeFirst()
  return row === undefined ? undefined : toSession(row)
}

/** Those of an administrator that have not ended, the youngest first; a hundred at most. */
export const readSessions = async (
  db: Db,
  administratorId: string,
  now: number,
): Promise<readonly Session[]> => {
  const rows = await db.query
    .selectFrom('session')
    .selectAll()
    .where('administrator_id', '=', administratorId)
    .where('expires_at', '>', now)
    .orderBy('created_at', 'desc')
    .limit(100)
    .execute()
  return rows.map(toSession)
}

/** Inserts nothing for an administrator who is suspended, or is not there. */
export const insertSessionIf = (session: Session, condition: Statement = sql`true`): Statement =>
  sql`insert into session (secret_hash, session_id, administrator_id, method, credential, source, created_at, expires_at, last_seen_at)
    select ${session.secretHash}, ${session.sessionId}, ${session.administratorId}, ${session.method}, ${session.credential ?? null},
      ${session.source ?? null}, ${session.createdAt}, ${session.expiresAt}, ${session.lastSeenAt}
    where ${isActive(session.administratorId)} and ${condition}`

/** In SQL: the session has been begun. */
export const hasBegun = ({ secretHash }: Session): Statement =>
  sql`exists (select 1 from session where secret_hash = ${secretHash})`

/** In SQL: there is this session. */
export const isSessionThere = (sessionId: string): Statement =>
  sql`exists (select 1 from session where session_id = ${sessionId})`

export const deleteSession = (sessionId: string): Statement =>
  sql`delete from session where session_id = ${sessionId}`

/** Sessions that are over, and the one that a browser had before it signed in anew. */
export const deleteOldSessions = (now: number, replacedHash: string | undefined): Statement =>
  sql`delete from session where expires_at <= ${now} or secret_hash = ${replacedHash ?? ''}`

/** Sessions that were begun with a passkey or an access key. */
export const deleteSessionsWith = (credential: string): Statement =>
  sql`delete from session where credential = ${credential}`

/** Sessions of an administrator, if he is suspended. */
export const deleteSessionsOfSuspended = (administratorId: string): Statement =>
  sql`delete from session where administrator_id = ${administratorId} and not ${isActive(administratorId)}`

export const noteSeen = async (db: Db, sessionId: string, now: number): Promise<void> => {
  await db.batch([sql`update session set last_seen_at = ${now} where session_id = ${sessionId}`])
}

const toSession = (row: SessionTable): Session => ({
  secretHash: row.secret_hash,
  sessionId: row.session_id,
  administratorId: row.administrator_id,
  method: row.method,
  credential: row.credential ?? undefined,
  source: row.source ?? undefined,
  createdAt: row.created_at,
  expiresAt: row.expires_at,
  lastSeenAt: row.last_seen_at,
})
