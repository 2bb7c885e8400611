import { sql } from 'kysely'
import type { Db } from './db.ts'

/** A key that signs access tokens, or has signed some. Instants in milliseconds since the epoch. */
export type SigningKey = {
  readonly keyId: string
  /** JSON. */
  readonly publicJwk: string
  /** Sealed. */
  readonly privateJwk: string
  readonly createdAt: number
  /** From then on it only verifies. */
  readonly retiredAt: number | undefined
}

/** All there are, the newest first: a few, for old ones are swept. */
export const readSigningKeys = async (db: Db): Promise<readonly SigningKey[]> => {
  const rows = await db.query
    .selectFrom('signing_key')
    .selectAll()
    .orderBy('created_at', 'desc')
    .orderBy('key_id')
    .limit(maxKeys)
    .execute()
  return rows.map((row) => ({
    keyId: row.key_id,
    publicJwk: row.public_jwk,
    privateJwk: row.private_jwk,
    createdAt: row.created_at,
    retiredAt: row.retired_at ?? undefined,
  }))
}

/**
 * Adds a key, unless another process was quicker and there is one made after `madeAfter` that is not among the useless; and retires those that
 * are older. Of several processes at once, one wins, and the others read what there is.
 */
export const addSigningKey = async (
  db: Db,
  key: Omit<SigningKey, 'retiredAt'>,
  madeAfter: number,
  useless: readonly string[],
): Promise<void> => {
  await db.batch([
    sql`insert into signing_key (key_id, public_jwk, private_jwk, created_at)
      select ${key.keyId}, ${key.publicJwk}, ${key.privateJwk}, ${key.createdAt}
      where not exists (select 1 from signing_key where retired_at is null and created_at > ${madeAfter}
        and key_id not in (select value from json_each(${JSON.stringify(useless)})))`,
    sql`update signing_key set retired_at = ${key.createdAt} where retired_at is null and created_at <= ${madeAfter}`,
  ])
}

/** One a day for ten years would be more, but they are swept long before. */
const maxKeys = 100
