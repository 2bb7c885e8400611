import { sql } from 'kysely'
import type { AdministratorTable } from '../../schema/tables.ts'
import { isActive } from './administrators.ts'
import type { Db, Statement } from './db.ts'

/** A link by which an administrator enrols, once. */
export type Enrolment = {
  readonly secretHash: string
  readonly administratorId: string
  readonly expiresAt: number
}

/** With whom it enrols; `undefined` when it was used, has expired, or its administrator is suspended. */
export const readEnrolment = async (
  db: Db,
  secretHash: string,
  now: number,
): Promise<(Enrolment & Pick<AdministratorTable, 'name' | 'role'>) | undefined> => {
  const { rows } = await sql<Row>`
    select administrator_id as administratorId, expires_at as expiresAt, name, role
    from enrolment join administrator using (administrator_id)
    where secret_hash = ${secretHash} and expires_at > ${now} and suspended_at is null`.execute(db.query)
  const [row] = rows
  return row === undefined ? undefined : { ...row, secretHash }
}

type Row = Pick<AdministratorTable, 'name' | 'role'> & {
  readonly administratorId: string
  readonly expiresAt: number
}

/** Inserts nothing for an administrator who is suspended, or is not there. */
export const insertEnrolment = ({ secretHash, administratorId, expiresAt }: Enrolment): Statement =>
  sql`insert into enrolment (secret_hash, administrator_id, expires_at)
    select ${secretHash}, ${administratorId}, ${expiresAt} where ${isActive(administratorId)}`

/** The links of an administrator, and all that have expired. */
export const deleteEnrolments = (administratorId: string, now: number): Statement =>
  sql`delete from enrolment where administrator_id = ${administratorId} or expires_at <= ${now}`

/** In SQL: the link can be used. */
export const isLiveEnrolment = ({ secretHash, administratorId }: Enrolment, now: number): Statement =>
  sql`exists (select 1 from enrolment where secret_hash = ${secretHash} and administrator_id = ${administratorId}
    and expires_at > ${now}) and ${isActive(administratorId)}`

/** Uses it up, where the administrator has got what `condition` says. */
export const useEnrolment = ({ secretHash }: Enrolment, condition: Statement): Statement =>
  sql`delete from enrolment where secret_hash = ${secretHash} and ${condition}`

/** Links of an administrator, if he is suspended. */
export const deleteEnrolmentsOfSuspended = (administratorId: string): Statement =>
  sql`delete from enrolment where administrator_id = ${administratorId} and not ${isActive(administratorId)}`
