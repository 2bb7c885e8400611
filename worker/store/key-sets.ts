import { sql } from 'kysely'
import type { PublicKeySet } from '../platform/jwk-set.ts'
import type { Db } from './db.ts'

/** What is known of the key set at a URL, by all nodes together. */
export type KnownKeySet = {
  readonly keySet: PublicKeySet | undefined
  readonly freshUntil: number
  /** 0: it could be had when it was last asked for. */
  readonly failedAt: number
}

export const readKeySet = async (db: Db, url: string): Promise<KnownKeySet | undefined> => {
  const row = await db.query.selectFrom('key_set').selectAll().where('url', '=', url).executeTakeFirst()
  if (row === undefined) return undefined
  const keySet: PublicKeySet | undefined = row.body === null ? undefined : JSON.parse(row.body)
  return { keySet, freshUntil: row.fresh_until, failedAt: row.failed_at }
}

/** What may not be kept leaves only that it could be had. Sets that nobody has asked about for long go with it. */
export const saveKeySet = async (
  db: Db,
  url: string,
  keySet: PublicKeySet,
  { now, freshUntil }: { readonly now: number; readonly freshUntil: number },
): Promise<void> => {
  const body = freshUntil > now ? JSON.stringify(keySet) : null
  await db.batch([
    sql`delete from key_set where fresh_until < ${now - forgottenMs} and failed_at < ${now - forgottenMs}`,
    sql`insert into key_set (url, body, fresh_until) values (${url}, ${body}, ${freshUntil})
      on conflict (url) do update set body = ${body}, fresh_until = ${freshUntil}, failed_at = 0`,
  ])
}

const forgottenMs = 30 * 24 * 60 * 60_000

/** What was fresh stays so. */
export const noteFailedFetch = async (db: Db, url: string, now: number): Promise<void> => {
  await db.batch([
    sql`insert into key_set (url, failed_at) values (${url}, ${now})
      on conflict (url) do update set failed_at = ${now}`,
  ])
}

/** Whether it is up to the caller to try again what failed; of all nodes that ask at once, one is told so. */
export const claimRetry = async (db: Db, url: string, now: number, paceMs: number): Promise<boolean> => {
  const [claimed] = await db.batch([
    sql`update key_set set failed_at = ${now} where url = ${url} and failed_at > 0 and failed_at <= ${now - paceMs}`,
  ])
  return claimed.changed > 0
}

/** Whether it is up to the caller to ask for a set before its time. */
export const claimForcedFetch = async (
  db: Db,
  url: string,
  now: number,
  paceMs: number,
): Promise<boolean> => {
  const [claimed] = await db.batch([
    sql`update key_set set forced_at = ${now} where url = ${url} and forced_at <= ${now - paceMs}`,
  ])
  return claimed.changed > 0
}
