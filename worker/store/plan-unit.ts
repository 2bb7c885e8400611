import { sql } from 'kysely'
import type { Db, Statement } from './db.ts'
import { insertUnits, type NewUnit } from './jobs.ts'
import { holdsLease, type Lease, writeUnderLease } from './units.ts'

/** How far planning has come, the units it has made since the last commit, and what else it has found, in one fenced write. */
export const commitPlan = (
  db: Db,
  lease: Lease,
  plan: string,
  units: readonly NewUnit[],
  others: readonly Statement[],
  leaseUntil: number,
): Promise<boolean> =>
  writeUnderLease(db, lease, sql`plan = ${plan}, attempts = 0, lease_until = ${leaseUntil}`, [
    insertUnits(lease.jobId, units, holdsLease(lease)),
    ...others,
  ])

/** With the last units planning is done. */
export const commitPlanDone = (db: Db, lease: Lease, units: readonly NewUnit[]): Promise<boolean> =>
  writeUnderLease(db, lease, sql`state = 'done', lease_until = 0, attempts = 0`, [
    insertUnits(lease.jobId, units, holdsLease(lease)),
  ])
