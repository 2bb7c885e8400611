import { sql } from 'kysely'
import type { Db, Statement } from './db.ts'
import { recordSlice, type SliceRecord } from './end-slice.ts'
import { insertUnits, type NewUnit } from './insert-units.ts'
import { holdsLease, type Lease, writeUnderLease } from './units.ts'

/**
 * How far planning has come, the units it has made since the last commit, and what else it has found, in one fenced write. It goes on under a
 * renewed lease, or, at the end of a slice, gives the unit back.
 */
export const commitPlan = (
  db: Db,
  lease: Lease,
  plan: string,
  units: readonly NewUnit[],
  others: readonly Statement[],
  after: { readonly leaseUntil: number } | { readonly slice: SliceRecord },
): Promise<boolean> =>
  writeUnderLease(
    db,
    lease,
    sql`plan = ${plan}, attempts = 0, lease_until = ${'slice' in after ? 0 : after.leaseUntil}`,
    [
      insertUnits(lease.jobId, units, holdsLease(lease)),
      ...others,
      ...('slice' in after ? recordSlice(lease, after.slice) : []),
    ],
  )

/** With the last units planning is done. */
export const commitPlanDone = (
  db: Db,
  lease: Lease,
  units: readonly NewUnit[],
  slice: SliceRecord,
): Promise<boolean> =>
  writeUnderLease(db, lease, sql`state = 'done', lease_until = 0, attempts = 0`, [
    insertUnits(lease.jobId, units, holdsLease(lease)),
    ...recordSlice(lease, slice),
  ])
