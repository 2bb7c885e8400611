import { sql } from 'kysely'
import type { Db } from './db.ts'

/**
 * Removes what nobody asks for any more: assertions that have run out by every clock, access tokens that ended before `tokensBefore`, and
 * keys that were retired before `keysBefore`, so that whatever they have signed has ended. So many of each at most; the next sweep goes on.
 */
export const forgetTokens = async (
  db: Db,
  given: { readonly now: number; readonly tokensBefore: number; readonly keysBefore: number },
): Promise<void> => {
  await db.batch([
    sql`delete from used_assertion where (issuer, jti_hash) in (
      select issuer, jti_hash from used_assertion where expires_at <= ${given.now - clocksDifferMs} limit ${rowsPerSweep})`,
    sql`delete from access_token where token_id in (
      select token_id from access_token where expires_at <= ${given.tokensBefore} limit ${rowsPerSweep})`,
    sql`delete from signing_key where retired_at <= ${given.keysBefore}`,
  ])
}

/**
 * Clocks of processes differ, and are set back: what has run out by ours, another one may still accept. It would take it for new if it were
 * forgotten (SPEC T-10).
 */
const clocksDifferMs = 5 * 60_000

/** More than a minute brings, and few enough that others can write meanwhile. */
const rowsPerSweep = 5000
