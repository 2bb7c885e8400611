import { sql } from 'kysely'
import type { SignInTable } from '../../schema/tables.ts'
import type { Db } from './db.ts'

/** A signing-in under way, which is gone on with once. */
export type SignIn = {
  readonly secretHash: string
  readonly kind: SignInTable['kind']
  readonly state: string
  readonly expiresAt: number
}

/** Those that have expired go at the same time. */
export const beginSignIn = async (
  db: Db,
  { secretHash, kind, state, expiresAt }: SignIn,
  now: number,
): Promise<void> => {
  await db.batch([
    sql`delete from sign_in where expires_at <= ${now}`,
    sql`insert into sign_in (secret_hash, kind, state, expires_at) values (${secretHash}, ${kind}, ${state}, ${expiresAt})`,
  ])
}

/** Its state; of all that ask for the same one, one gets it, once. */
export const takeSignIn = async (
  db: Db,
  kind: SignIn['kind'],
  secretHash: string,
  now: number,
): Promise<string | undefined> => {
  const [{ rows }] = await db.batch([
    sql<{
      state: string
      expires_at: number
    }>`delete from sign_in where secret_hash = ${secretHash} and kind = ${kind}
      returning state, expires_at`,
  ])
  const [taken] = rows
  return taken !== undefined && taken.expires_at > now ? taken.state : undefined
}
