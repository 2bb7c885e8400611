import { sql } from 'kysely'
import type { AdministratorTable } from '../../schema/tables.ts'
import type { Db, Statement } from './db.ts'

/** A person who steers the service, or watches it. Instants in milliseconds since the epoch. */
export type Administrator = {
  readonly administratorId: string
  readonly name: string
  readonly role: AdministratorTable['role']
  /** Whom an identity provider knows him as, `issuer|sub`; `undefined` of those who enrolled here. */
  readonly subject: string | undefined
  readonly createdAt: number
  readonly suspendedAt: number | undefined
}

export const readAdministrator = async (
  db: Db,
  administratorId: string,
): Promise<Administrator | undefined> => {
  const row = await db.query
    .selectFrom('administrator')
    .selectAll()
    .where('administrator_id', '=', administratorId)
    .executeTakeFirst()
  return row === undefined ? undefined : toAdministrator(row)
}

/** The first thousand, in the order in which they came. */
export const readAdministrators = async (db: Db): Promise<readonly Administrator[]> => {
  const rows = await db.query
    .selectFrom('administrator')
    .selectAll()
    .orderBy('created_at')
    .orderBy('administrator_id')
    .limit(1000)
    .execute()
  return rows.map(toAdministrator)
}

/** Whether there is an administrator who can come in, or still has a link by which he will. */
export const isAdministered = async (db: Db, now: number): Promise<boolean> => {
  const { rows } = await sql`select 1 where ${hasAdministrators(now)}`.execute(db.query)
  return rows.length > 0
}

export const insertAdministrator = (administrator: Administrator): Statement =>
  insertIf(administrator, sql`true`)

/** Inserts nothing where the service has administrators. */
export const insertFirstAdministrator = (administrator: Administrator): Statement =>
  insertIf(administrator, sql`not ${hasAdministrators(administrator.createdAt)}`)

/** One who never used his link in time, or lost all he had, is none: else the service could not be set up again by `SETUP_TOKEN`. */
const hasAdministrators = (now: number): Statement =>
  sql`exists (select 1 from administrator somebody where suspended_at is null and (${canSignIn('somebody', now)}
    or exists (select 1 from enrolment where enrolment.administrator_id = somebody.administrator_id and expires_at > ${now})))`

/** In SQL: the administrator of that row has something to sign in with. */
const canSignIn = (row: 'somebody' | 'other', now: number): Statement => {
  const id = sql.ref(`${row}.administrator_id`)
  return sql`(${sql.ref(`${row}.subject`)} is not null
    or exists (select 1 from passkey where passkey.administrator_id = ${id})
    or exists (select 1 from access_key where access_key.administrator_id = ${id}
      and revoked_at is null and coalesce(expires_at, ${now} + 1) > ${now}))`
}

const insertIf = (
  { administratorId, name, role, subject, createdAt, suspendedAt }: Administrator,
  condition: Statement,
): Statement =>
  sql`insert into administrator (administrator_id, name, role, subject, created_at, suspended_at)
    select ${administratorId}, ${name}, ${role}, ${subject ?? null}, ${createdAt}, ${suspendedAt ?? null} where ${condition}`

/**
 * Changes nothing where he is no longer as he was (`old`): who was suspended a moment ago must not come back by a change of his name. Nor
 * where nobody would be left who can steer the service: an administrator of role admin, not suspended, with something to sign in with.
 * `mayBeLast` is for the command line, which can always make another one.
 */
export const updateAdministrator = (
  old: Administrator,
  { administratorId, name, role, suspendedAt }: Administrator,
  { now, mayBeLast }: { readonly now: number; readonly mayBeLast: boolean },
): Statement =>
  sql`update administrator set name = ${name}, role = ${role}, suspended_at = ${suspendedAt ?? null}
    where administrator_id = ${administratorId} and name = ${old.name} and role = ${old.role}
      and suspended_at is ${old.suspendedAt ?? null}
      and (${mayBeLast || (role === 'admin' && suspendedAt === undefined)} or role <> 'admin' or suspended_at is not null
        or exists (select 1 from administrator other where other.administrator_id <> ${administratorId}
          and other.role = 'admin' and other.suspended_at is null
          and ${canSignIn('other', now)}))`

/** In SQL: there is this administrator, and he is not suspended. */
export const isActive = (administratorId: string): Statement =>
  sql`exists (select 1 from administrator where administrator_id = ${administratorId} and suspended_at is null)`

/** In SQL: there is this administrator, as he came into being at an instant. */
export const wasCreated = ({ administratorId, createdAt }: Administrator): Statement =>
  sql`exists (select 1 from administrator where administrator_id = ${administratorId} and created_at = ${createdAt})`

export const toAdministrator = (row: AdministratorTable): Administrator => ({
  administratorId: row.administrator_id,
  name: row.name,
  role: row.role,
  subject: row.subject ?? undefined,
  createdAt: row.created_at,
  suspendedAt: row.suspended_at ?? undefined,
})
