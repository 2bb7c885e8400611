import type { Clock } from '../platform/clock.ts'
import type { SliceRecord } from '../store/end-slice.ts'
import type { Budget } from './budget.ts'

/** What a slice tells of itself as it ends: since when, and what it has taken from the budget of its tick. */
export type SliceAccount = (outcome: string) => SliceRecord

export const accountSlice = (clock: Clock, budget: Budget): SliceAccount => {
  const beganAt = clock.now()
  const before = { rows: budget.left('rows'), bytes: budget.left('bytes') }
  return (outcome) => ({
    beganAt,
    endedAt: clock.now(),
    rows: before.rows - budget.left('rows'),
    bytes: before.bytes - budget.left('bytes'),
    outcome,
  })
}
