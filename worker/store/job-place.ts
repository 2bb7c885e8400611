import { type RawBuilder, sql } from 'kysely'
import type { Db } from './db.ts'
import { mayHappen } from './job-condition.ts'

/** How many jobs there may be that have not ended, this one included; `undefined` bounds them not. */
export type Place = {
  readonly inAll: number | undefined
  readonly ofClient: { readonly clientId: string; readonly atMost: number } | undefined
}

/** SQL: there is a place for one more. In the transaction that takes it, so that of two at once one gets the last. */
export const hasPlace = ({ inAll, ofClient }: Place): RawBuilder<unknown> => {
  const open = sql`select count(*) from job where ${mayHappen('claim')}`
  const all = inAll === undefined ? sql`true` : sql`(${open}) < ${inAll}`
  if (ofClient === undefined) return all
  return sql`${all} and (${open} and client_id = ${ofClient.clientId}) < ${ofClient.atMost}`
}

/** When the youngest of the jobs began that have not ended, and so may be in the way; `undefined` where there is none. */
export const youngestSince = async (db: Db, { inAll, ofClient }: Place): Promise<number | undefined> => {
  const whose = inAll === undefined && ofClient ? sql`and client_id = ${ofClient.clientId}` : sql``
  const { rows } = await sql<{ since: number | null }>`
    select max(created_at) as since from job where ${mayHappen('claim')} ${whose}`.execute(db.query)
  return rows[0]?.since ?? undefined
}

/** Bounds of jobs that run at once, where there may be some. A job that has not begun has the turn 0. */
export type RunBounds = {
  readonly inAll: number | undefined
  /** Whether there are clients at all, each of which may have its own. */
  readonly byClient: boolean
}

/** SQL, of a job `j` that waits for a unit of it to be claimed: it has begun, or there is room for it to begin. */
export const mayBegin = ({ inAll, byClient }: RunBounds): RawBuilder<unknown> => {
  // A range of the index: where no other may begin, those that wait are not even looked at, however many they are.
  const all = inAll === undefined ? sql`true` : sql`j.turn >= ((${running}) >= ${inAll})`
  if (!byClient) return all
  return sql`${all} and (j.turn > 0 or j.max_client_jobs is null or (${running} and r.client_id = j.client_id) < j.max_client_jobs)`
}

const running = sql`select count(*) from job r where r.${mayHappen('claim')} and r.turn > 0`
