import type { Deps } from '../deps.ts'
import type { Actor } from '../platform/actor.ts'
import { type AuditEvent, writeAudit } from '../store/audit.ts'

export type Refusal = Pick<AuditEvent, 'action' | 'actor' | 'target' | 'detail'>

/** Records that somebody was refused; whoever was is answered in any case. */
export type RecordRefusal = (refusal: Refusal) => Promise<void>

/**
 * A stranger must not be able to fill the database, so in a minute each process writes this many rows at most, of strangers and of others
 * each, so that no stranger can hide what is refused to those we know. The rest is counted, and the next row says how many there were.
 */
const rowsPerMinute = 60

export const createRefusalRecord = ({ db, clock, log }: Deps): RecordRefusal => {
  const budgets = { strangers: createRowBudget(), others: createRowBudget() }
  return async ({ action, actor, target, detail }) => {
    const at = clock.now()
    const unrecorded = budgets[ofWhom(actor)].take(at)
    if (unrecorded === undefined) return
    const event = {
      at,
      action,
      outcome: 'refused',
      actor,
      target,
      detail: { ...detail, unrecorded },
    } as const
    await writeAudit(db, event).catch((error: unknown) => {
      const reason = error instanceof Error ? error.message : 'unknown'
      log('error', 'refusal was not recorded', { action, reason })
    })
  }
}

const ofWhom = ({ kind }: Actor): 'strangers' | 'others' => (kind === 'stranger' ? 'strangers' : 'others')

/** How many went unrecorded since the row before; `undefined` when this one does as well. */
type RowBudget = { take(now: number): number | undefined }

const createRowBudget = (): RowBudget => {
  let [minute, rows, unrecorded] = [0, 0, 0]
  return {
    take: (now) => {
      const current = Math.floor(now / 60_000)
      if (current !== minute) [minute, rows] = [current, 0]
      if (rows >= rowsPerMinute) {
        unrecorded++
        return undefined
      }
      rows++
      const before = unrecorded
      unrecorded = 0
      return before
    },
  }
}
