import { sql } from 'kysely'
import type { PasskeyTable } from '../../schema/tables.ts'
import type { Db, Statement } from './db.ts'

/** A passkey (WebAuthn credential) of an administrator. */
export type Passkey = {
  readonly credentialId: string
  readonly administratorId: string
  readonly name: string
  /** COSE. */
  readonly publicKey: Uint8Array<ArrayBuffer>
  readonly counter: number
  readonly transports: readonly string[]
  readonly createdAt: number
  readonly lastUsedAt: number | undefined
}

export const readPasskey = async (db: Db, credentialId: string): Promise<Passkey | undefined> => {
  const row = await db.query
    .selectFrom('passkey')
    .selectAll()
    .where('credential_id', '=', credentialId)
    .executeTakeFirst()
  return row === undefined ? undefined : toPasskey(row)
}

/** Those of an administrator, the oldest first. */
export const readPasskeys = async (db: Db, administratorId: string): Promise<readonly Passkey[]> => {
  const rows = await db.query
    .selectFrom('passkey')
    .selectAll()
    .where('administrator_id', '=', administratorId)
    .orderBy('created_at')
    .orderBy('credential_id')
    .limit(maxPasskeys)
    .execute()
  return rows.map(toPasskey)
}

/** Of one administrator. */
export const maxPasskeys = 50

export const insertPasskeyIf = (passkey: Passkey, condition: Statement): Statement =>
  sql`insert into passkey (credential_id, administrator_id, name, public_key, counter, transports, created_at, last_used_at)
    select ${passkey.credentialId}, ${passkey.administratorId}, ${passkey.name}, ${passkey.publicKey}, ${passkey.counter},
      ${JSON.stringify(passkey.transports)}, ${passkey.createdAt}, null where ${condition}`

/** In SQL: nobody has this passkey yet, and its administrator has not too many. */
export const isNewPasskey = ({ credentialId, administratorId }: Passkey): Statement =>
  sql`not exists (select 1 from passkey where credential_id = ${credentialId})
    and (select count(*) from passkey where administrator_id = ${administratorId}) < ${maxPasskeys}`

/** In SQL: the administrator has this passkey. */
export const hasPasskey = ({
  credentialId,
  administratorId,
}: Pick<Passkey, 'credentialId' | 'administratorId'>): Statement =>
  sql`exists (select 1 from passkey where credential_id = ${credentialId} and administrator_id = ${administratorId})`

/** Its counter only ever grows, so that of two copies of an authenticator one is found out. */
export const usePasskey = ({ credentialId }: Passkey, counter: number, now: number): Statement =>
  sql`update passkey set counter = max(counter, ${counter}), last_used_at = ${now} where credential_id = ${credentialId}`

export const deletePasskey = (credentialId: string): Statement =>
  sql`delete from passkey where credential_id = ${credentialId}`

/** The client of libSQL gives a blob as an `ArrayBuffer`. */
const toPasskey = (row: PasskeyTable): Passkey => ({
  credentialId: row.credential_id,
  administratorId: row.administrator_id,
  name: row.name,
  publicKey: new Uint8Array(row.public_key),
  counter: row.counter,
  transports: JSON.parse(row.transports),
  createdAt: row.created_at,
  lastUsedAt: row.last_used_at ?? undefined,
})
