import { sql } from 'kysely'
import type { Db } from './db.ts'
import { type NewJob, sinceSeqOf, untilSeqOf } from './insert-job.ts'
import type { Job } from './jobs.ts'

export type Snapshot = Pick<Job, 'transactionTime' | 'asOf' | 'sinceSeq' | 'untilSeq'>

/** The snapshot that a job would have if it began now. Nothing is fixed: the next write may be of the same instant. */
export const readSnapshot = async (
  db: Db,
  job: Pick<NewJob, 'sinceMs' | 'untilMs'>,
  now: number,
): Promise<Snapshot> => {
  const { rows } = await sql<Snapshot>`select max(${now}, c.last_assigned, c.floor - 1) as transactionTime,
      c.next_seq - 1 as asOf, ${sinceSeqOf(job)} as sinceSeq, ${untilSeqOf(job)} as untilSeq
    from store_clock c`.execute(db.query)
  const [snapshot = { transactionTime: now, asOf: 0, sinceSeq: 0, untilSeq: 0 }] = rows
  return snapshot
}
