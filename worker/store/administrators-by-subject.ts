import { sql } from 'kysely'
import { type Administrator, toAdministrator } from './administrators.ts'
import type { Db, Statement } from './db.ts'

/** An administrator whom an identity provider vouches for, and knows by `subject`. Instants in milliseconds since the epoch. */
export type KnownBySubject = Pick<Administrator, 'administratorId' | 'name' | 'role' | 'suspendedAt'>

export const readAdministratorBySubject = async (
  db: Db,
  subject: string,
): Promise<KnownBySubject | undefined> => {
  const row = await db.query
    .selectFrom('administrator')
    .selectAll()
    .where('subject', '=', subject)
    .executeTakeFirst()
  return row === undefined ? undefined : toAdministrator(row)
}

/** Writes nothing where the subject is known already: of two first sights at once, one makes the row. */
export const insertAdministratorBySubject = (given: {
  readonly administratorId: string
  readonly name: string
  readonly role: Administrator['role']
  readonly subject: string
  readonly createdAt: number
}): Statement =>
  sql`insert into administrator (administrator_id, name, role, subject, created_at)
    values (${given.administratorId}, ${given.name}, ${given.role}, ${given.subject}, ${given.createdAt})
    on conflict (subject) where subject is not null do nothing`

/** In SQL: the statement above has written. */
export const wasInserted = (administratorId: string): Statement =>
  sql`exists (select 1 from administrator where administrator_id = ${administratorId})`

/** What the provider says now. */
export const updateVouchedFor = (
  administratorId: string,
  { name, role }: Pick<KnownBySubject, 'name' | 'role'>,
): Statement =>
  sql`update administrator set name = ${name}, role = ${role} where administrator_id = ${administratorId}`

/** Ends all sessions of whoever has this subject; and, with `all`, whatever else he could come in by. */
export const deleteCredentialsOfSubject = (
  subject: string,
  now: number,
  all: boolean,
): readonly Statement[] => {
  const isHis = sql`administrator_id in (select administrator_id from administrator where subject = ${subject})`
  const sessions = sql`delete from session where ${isHis}`
  if (!all) return [sessions]
  return [
    sessions,
    sql`update access_key set revoked_at = ${now} where revoked_at is null and ${isHis}`,
    sql`delete from passkey where ${isHis}`,
    sql`delete from enrolment where ${isHis}`,
  ]
}
