import { sql } from 'kysely'
import type { AccessKeyTable, AdministratorTable } from '../../schema/tables.ts'
import type { Db, Statement } from './db.ts'

/** An access key of an administrator; of its secret there is a hash only. */
export type AccessKey = {
  readonly keyId: string
  readonly administratorId: string
  readonly name: string
  readonly secretHash: string
  readonly createdAt: number
  readonly expiresAt: number | undefined
  readonly lastUsedAt: number | undefined
  readonly revokedAt: number | undefined
}

/** Whose it is, and what he may do. */
export type KeyHolder = {
  readonly key: AccessKey
  readonly holder: {
    readonly name: string
    readonly role: AdministratorTable['role']
    readonly isSuspended: boolean
    /** Whom an identity provider knows him as. */
    readonly subject: string | null
  }
}

export const readKeyHolder = async (db: Db, keyId: string): Promise<KeyHolder | undefined> => {
  const row = await db.query
    .selectFrom('access_key')
    .innerJoin('administrator', 'administrator.administrator_id', 'access_key.administrator_id')
    .selectAll('access_key')
    .select([
      'administrator.name as holder_name',
      'administrator.role',
      'administrator.suspended_at',
      'administrator.subject',
    ])
    .where('key_id', '=', keyId)
    .executeTakeFirst()
  if (row === undefined) return undefined
  const isSuspended = row.suspended_at !== null
  const { holder_name: name, role, subject } = row
  return { key: toAccessKey(row), holder: { name, role, isSuspended, subject } }
}

/** Those of an administrator that were not revoked, the oldest first. */
export const readAccessKeys = async (db: Db, administratorId: string): Promise<readonly AccessKey[]> => {
  const rows = await db.query
    .selectFrom('access_key')
    .selectAll()
    .where('administrator_id', '=', administratorId)
    .where('revoked_at', 'is', null)
    .orderBy('created_at')
    .orderBy('key_id')
    .limit(maxAccessKeys)
    .execute()
  return rows.map(toAccessKey)
}

/** Of one administrator, not counting those that were revoked. */
export const maxAccessKeys = 100

export const insertAccessKeyIf = (key: AccessKey, condition: Statement): Statement =>
  sql`insert into access_key (key_id, administrator_id, name, secret_hash, created_at, expires_at, last_used_at, revoked_at)
    select ${key.keyId}, ${key.administratorId}, ${key.name}, ${key.secretHash}, ${key.createdAt}, ${key.expiresAt ?? null}, null, null
    where ${condition}`

/** In SQL: its administrator has not too many. */
export const hasRoomForKey = ({ administratorId }: AccessKey): Statement =>
  sql`(select count(*) from access_key where administrator_id = ${administratorId} and revoked_at is null) < ${maxAccessKeys}`

/** In SQL: there is this key, and it was not revoked. */
export const isAccessKeyThere = (keyId: string): Statement =>
  sql`exists (select 1 from access_key where key_id = ${keyId} and revoked_at is null)`

export const revokeAccessKey = (keyId: string, now: number): Statement =>
  sql`update access_key set revoked_at = ${now} where key_id = ${keyId} and revoked_at is null`

export const noteKeyUse = async (db: Db, keyId: string, now: number): Promise<void> => {
  await db.batch([sql`update access_key set last_used_at = ${now} where key_id = ${keyId}`])
}

const toAccessKey = (row: AccessKeyTable): AccessKey => ({
  keyId: row.key_id,
  administratorId: row.administrator_id,
  name: row.name,
  secretHash: row.secret_hash,
  createdAt: row.created_at,
  expiresAt: row.expires_at ?? undefined,
  lastUsedAt: row.last_used_at ?? undefined,
  revokedAt: row.revoked_at ?? undefined,
})
